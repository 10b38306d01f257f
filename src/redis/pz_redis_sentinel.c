#include "pz_redis_sentinel.h"

#include "pz_redis_part.h"

#define SENTINEL_CHANNEL  PZ_STR("+switch-master")


void
pz_redis_sentinel_ask(pz_sb_t *sb, pz_str_t master)
{
    pz_str_t  where[3], tell[2];

    where[0] = PZ_STR("SENTINEL");
    where[1] = PZ_STR("get-master-addr-by-name");
    where[2] = master;
    pz_redis_command(sb, where, 3);

    tell[0] = PZ_STR("SUBSCRIBE");
    tell[1] = SENTINEL_CHANNEL;
    pz_redis_command(sb, tell, 2);
}


static int
sentinel_is_text(const pz_reply_t *reply, size_t at)
{
    return reply->items[at] != NULL && reply->items[at]->type == PZ_REPLY_STRING;
}


static int
sentinel_node(pz_str_t host, pz_str_t port, pz_redis_node_t *node)
{
    int v6 = pz_str_find_byte(host, ':') >= 0;

    node->host = host;

    if (!pz_redis_node_host_ok(host, v6)
        || pz_redis_part_number(port, 65535, &node->port) != 0 || node->port == 0)
    {
        return -1;
    }

    return 0;
}


int
pz_redis_sentinel_answer(const pz_reply_t *reply, pz_redis_node_t *node)
{
    if (reply == NULL || reply->type != PZ_REPLY_ARRAY || reply->nitems != 2
        || !sentinel_is_text(reply, 0) || !sentinel_is_text(reply, 1))
    {
        return -1;
    }

    return sentinel_node(reply->items[0]->text, reply->items[1]->text, node);
}


int
pz_redis_sentinel_is_message(const pz_reply_t *reply)
{
    return reply != NULL && reply->type == PZ_REPLY_ARRAY && reply->nitems == 3
           && sentinel_is_text(reply, 0) && pz_str_eq(reply->items[0]->text, PZ_STR("message"));
}


/* Up to the next space, which is taken from the rest as well. */
static pz_str_t
sentinel_word(pz_str_t *rest)
{
    pz_str_t   word;
    ptrdiff_t  space;

    space = pz_str_find_byte(*rest, ' ');
    word = space < 0 ? *rest : pz_str_head(*rest, (size_t) space);
    *rest = space < 0 ? PZ_STR_NONE : pz_str_skip(*rest, (size_t) space + 1);
    return word;
}


/* "<master> <old ip> <old port> <new ip> <new port>" */
int
pz_redis_sentinel_moved(const pz_reply_t *message, pz_str_t master, pz_redis_node_t *node)
{
    pz_str_t  rest, host, port;

    if (!pz_redis_sentinel_is_message(message)
        || !sentinel_is_text(message, 1) || !sentinel_is_text(message, 2)
        || !pz_str_eq(message->items[1]->text, SENTINEL_CHANNEL))
    {
        return -1;
    }

    rest = message->items[2]->text;

    if (!pz_str_eq(sentinel_word(&rest), master)) {
        return -1;
    }

    (void) sentinel_word(&rest);
    (void) sentinel_word(&rest);
    host = sentinel_word(&rest);
    port = sentinel_word(&rest);

    return rest.len == 0 ? sentinel_node(host, port, node) : -1;
}


int
pz_redis_sentinel_is_pong(const pz_reply_t *reply)
{
    return reply != NULL && reply->type == PZ_REPLY_ARRAY && reply->nitems == 2
           && sentinel_is_text(reply, 0) && pz_str_eq(reply->items[0]->text, PZ_STR("pong"));
}


int
pz_redis_role_is_master(const pz_reply_t *reply)
{
    return reply != NULL && reply->type == PZ_REPLY_ARRAY && reply->nitems >= 1
           && sentinel_is_text(reply, 0) && pz_str_eq(reply->items[0]->text, PZ_STR("master"));
}


/* ["slave", master's host, its port, state, offset] */
int
pz_redis_role_is_in_step(const pz_reply_t *reply)
{
    return pz_redis_role_is_master(reply)
           || (reply != NULL && reply->type == PZ_REPLY_ARRAY && reply->nitems >= 4
               && sentinel_is_text(reply, 0) && sentinel_is_text(reply, 3)
               && pz_str_eq(reply->items[0]->text, PZ_STR("slave"))
               && pz_str_eq(reply->items[3]->text, PZ_STR("connected")));
}
