#include "pz_redis_redirect.h"

#include "pz_redis_part.h"
#include "pz_redis_slot.h"


/* "host:port"; an IPv6 address has no brackets here, so the last colon counts. */
static int
redirect_node(pz_str_t text, pz_redis_node_t *node)
{
    ptrdiff_t  colon;

    colon = pz_redis_part_find_last(text, PZ_STR(":"));

    if (colon < 0
        || pz_redis_part_number(pz_str_skip(text, (size_t) colon + 1), 65535, &node->port) != 0
        || node->port == 0)
    {
        return -1;
    }

    node->host = pz_str_head(text, (size_t) colon);

    return node->host.len == 0
           || pz_redis_node_host_ok(node->host, pz_str_find_byte(node->host, ':') >= 0)
           ? 0 : -1;
}


/* "MOVED 3999 127.0.0.1:6381" without its first word */
static int
redirect_place(pz_str_t text, pz_redis_redirect_t *to)
{
    ptrdiff_t  space;

    space = pz_str_find_byte(text, ' ');

    return space > 0
           && pz_redis_part_number(pz_str_head(text, (size_t) space), PZ_REDIS_SLOTS - 1,
                                   &to->slot)
              == 0
           ? redirect_node(pz_str_skip(text, (size_t) space + 1), &to->node) : -1;
}


pz_redis_redirect_e
pz_redis_redirect_of(const pz_reply_t *reply, pz_redis_redirect_t *to)
{
    pz_str_t  text;

    if (reply == NULL || reply->type != PZ_REPLY_ERROR) {
        return PZ_REDIS_REDIRECT_NONE;
    }

    text = reply->text;

    if (pz_str_starts(text, PZ_STR("MOVED "))) {
        return redirect_place(pz_str_skip(text, 6), to) == 0
               ? PZ_REDIS_REDIRECT_MOVED : PZ_REDIS_REDIRECT_DOWN;
    }

    if (pz_str_starts(text, PZ_STR("ASK "))) {
        return redirect_place(pz_str_skip(text, 4), to) == 0
               ? PZ_REDIS_REDIRECT_ASK : PZ_REDIS_REDIRECT_DOWN;
    }

    if (pz_str_starts(text, PZ_STR("TRYAGAIN"))) {
        return PZ_REDIS_REDIRECT_AGAIN;
    }

    return pz_str_starts(text, PZ_STR("CLUSTERDOWN"))
           ? PZ_REDIS_REDIRECT_DOWN : PZ_REDIS_REDIRECT_NONE;
}
