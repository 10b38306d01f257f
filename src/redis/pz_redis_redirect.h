/*
 * Where a node of a Redis Cluster sends us when it does not serve a key.
 */
#ifndef PZ_REDIS_REDIRECT_H
#define PZ_REDIS_REDIRECT_H

#include "pz_redis.h"
#include "pz_redis_node.h"

typedef enum {
    PZ_REDIS_REDIRECT_NONE,      /* a reply like any other */
    PZ_REDIS_REDIRECT_MOVED,     /* the slot is there from now on */
    PZ_REDIS_REDIRECT_ASK,       /* this key may be there: ASKING, once */
    PZ_REDIS_REDIRECT_AGAIN,     /* its keys are in two places just now: a moment later */
    PZ_REDIS_REDIRECT_DOWN       /* nobody serves the slot, as far as this node knows */
} pz_redis_redirect_e;

typedef struct {
    unsigned         slot;
    pz_redis_node_t  node;       /* an empty host: that of the node that said so */
} pz_redis_redirect_t;

/*
 * What a reply says; MOVED and ASK also fill *to, whose host is in the reply's
 * memory.  One that names no place that can be ("?" for the host, port 0) is DOWN.
 */
pz_redis_redirect_e pz_redis_redirect_of(const pz_reply_t *reply, pz_redis_redirect_t *to);

#endif
