/*
 * Who serves which slots of a Redis Cluster, as one of its nodes tells it.
 *
 * CLUSTER SLOTS, which Redis 6.2 has as well (CLUSTER SHARDS came with 7.0), and
 * CLUSTER MYID: by it the connection that was asked is known to be one of the
 * nodes that the answer names, whatever name it was reached by.
 */
#ifndef PZ_REDIS_TOPOLOGY_H
#define PZ_REDIS_TOPOLOGY_H

#include "pz_redis.h"
#include "pz_redis_node.h"

#define PZ_REDIS_TOPOLOGY_REPLIES  2
#define PZ_REDIS_NODE_ID           40     /* bytes of a node's id */

typedef struct {
    pz_str_t         id;         /* empty: not told */
    pz_redis_node_t  place;      /* an empty host: that of the node that was asked;
                                    port 0: it cannot be reached */
} pz_redis_member_t;

typedef struct {
    unsigned            first;
    unsigned            last;
    pz_redis_member_t  *members;     /* the master, then its replicas */
    size_t              nmembers;    /* at least 1 */
} pz_redis_range_t;

typedef struct {
    pz_str_t           me;           /* the id of the node that was asked; empty: not told */
    pz_redis_range_t  *ranges;
    size_t             nranges;
} pz_redis_topology_t;

/* Append the question: two commands, two replies. */
void pz_redis_topology_ask(pz_sb_t *sb);

/*
 * Read the replies; strings stay in theirs, the rest is in `arena`.  0, or -1:
 * an error reply, an odd form, no slots at all, or no memory.
 */
int pz_redis_topology_read(pz_arena_t *arena, pz_reply_t *const *replies,
    pz_redis_topology_t *topology);

#endif
