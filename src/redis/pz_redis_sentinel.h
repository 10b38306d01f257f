/*
 * What Sentinel is asked and what it answers, and the role that a server says
 * it has.  https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
#ifndef PZ_REDIS_SENTINEL_H
#define PZ_REDIS_SENTINEL_H

#include "pz_redis.h"
#include "pz_redis_node.h"

#define PZ_REDIS_SENTINEL_REPLIES  2

/*
 * Append: where is the master of this name, and tell us when it moves.  Two
 * replies; no other command but PING may follow on that connection.
 */
void pz_redis_sentinel_ask(pz_sb_t *sb, pz_str_t master);

/* The first reply: 0 and the node (in the reply's memory), -1 nil or odd: ask another sentinel. */
int pz_redis_sentinel_answer(const pz_reply_t *reply, pz_redis_node_t *node);

/* Whether something that came unasked is a message of a subscription at all. */
int pz_redis_sentinel_is_message(const pz_reply_t *reply);

/* A message: 0 and the new node when the master of this name moved, else -1. */
int pz_redis_sentinel_moved(const pz_reply_t *message, pz_str_t master, pz_redis_node_t *node);

/* The reply to PING where a subscription is. */
int pz_redis_sentinel_is_pong(const pz_reply_t *reply);

/* The reply to ROLE. */
int pz_redis_role_is_master(const pz_reply_t *reply);

/* The reply to ROLE of a master, or of a replica that hears its master. */
int pz_redis_role_is_in_step(const pz_reply_t *reply);

#endif
