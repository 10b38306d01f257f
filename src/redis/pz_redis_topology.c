#include "pz_redis_topology.h"

#include "pz_redis_slot.h"


void
pz_redis_topology_ask(pz_sb_t *sb)
{
    pz_str_t  argv[2];

    argv[0] = PZ_STR("CLUSTER");
    argv[1] = PZ_STR("MYID");
    pz_redis_command(sb, argv, 2);

    argv[1] = PZ_STR("SLOTS");
    pz_redis_command(sb, argv, 2);
}


static pz_str_t
topology_id(const pz_reply_t *reply)
{
    return reply != NULL && reply->type == PZ_REPLY_STRING && reply->text.len == PZ_REDIS_NODE_ID
           ? reply->text : PZ_STR_NONE;
}


static int
topology_slot(const pz_reply_t *reply, unsigned *slot)
{
    if (reply->type != PZ_REPLY_INTEGER
        || reply->integer < 0 || reply->integer >= PZ_REDIS_SLOTS)
    {
        return -1;
    }

    *slot = (unsigned) reply->integer;
    return 0;
}


/*
 * [host, port, id, ...].  The host is nil or empty where the node goes by that
 * of whoever is asked, "?" where it has no name: then nobody can go there.
 */
static int
topology_member(const pz_reply_t *reply, pz_redis_member_t *member)
{
    const pz_reply_t  *host, *port;

    if (reply->type != PZ_REPLY_ARRAY || reply->nitems < 2) {
        return -1;
    }

    host = reply->items[0];
    port = reply->items[1];

    if ((host->type != PZ_REPLY_STRING && host->type != PZ_REPLY_NIL)
        || port->type != PZ_REPLY_INTEGER)
    {
        return -1;
    }

    member->id = topology_id(reply->nitems > 2 ? reply->items[2] : NULL);
    member->place.host = host->type == PZ_REPLY_NIL ? PZ_STR_NONE : host->text;
    member->place.port = port->integer > 0 && port->integer <= 65535
                         ? (unsigned) port->integer : 0;

    if (member->place.host.len > 0
        && !pz_redis_node_host_ok(member->place.host,
                                  pz_str_find_byte(member->place.host, ':') >= 0))
    {
        member->place.host = PZ_STR_NONE;
        member->place.port = 0;
    }

    return 0;
}


/* [first, last, master, replica ...] */
static int
topology_range(pz_arena_t *arena, const pz_reply_t *reply, pz_redis_range_t *range)
{
    size_t  i;

    if (reply->type != PZ_REPLY_ARRAY || reply->nitems < 3
        || topology_slot(reply->items[0], &range->first) != 0
        || topology_slot(reply->items[1], &range->last) != 0
        || range->first > range->last)
    {
        return -1;
    }

    range->nmembers = reply->nitems - 2;
    range->members = pz_arena_array(arena, range->nmembers, sizeof(pz_redis_member_t));

    if (range->members == NULL) {
        return -1;
    }

    for (i = 0; i < range->nmembers; i++) {
        if (topology_member(reply->items[i + 2], &range->members[i]) != 0) {
            return -1;
        }
    }

    return 0;
}


int
pz_redis_topology_read(pz_arena_t *arena, pz_reply_t *const *replies,
    pz_redis_topology_t *topology)
{
    size_t             i;
    const pz_reply_t  *slots;

    slots = replies[1];
    topology->me = topology_id(replies[0]);

    if (slots == NULL || slots->type != PZ_REPLY_ARRAY || slots->nitems == 0) {
        return -1;
    }

    topology->nranges = slots->nitems;
    topology->ranges = pz_arena_array(arena, slots->nitems, sizeof(pz_redis_range_t));

    if (topology->ranges == NULL) {
        return -1;
    }

    for (i = 0; i < slots->nitems; i++) {
        if (topology_range(arena, slots->items[i], &topology->ranges[i]) != 0) {
            return -1;
        }
    }

    return 0;
}
