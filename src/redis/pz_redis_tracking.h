/*
 * Server-assisted client-side caching: a connection that is told which keys
 * have changed.  https://redis.io/docs/latest/develop/reference/client-side-caching/
 *
 * On one RESP2 connection, in the mode BCAST: its own id, then CLIENT TRACKING
 * redirected to that id, then a subscription to the channel of invalidations.
 * After that no command but PING may follow.
 */
#ifndef PZ_REDIS_TRACKING_H
#define PZ_REDIS_TRACKING_H

#include "pz_redis.h"

#define PZ_REDIS_TRACKING_REPLIES  2

/* Append: who are we to the server, and which one is it?  As many replies. */
void pz_redis_tracking_ask(pz_sb_t *sb);

/* The first: our id, or 0 when it is none. */
int64_t pz_redis_tracking_id(const pz_reply_t *reply);

/*
 * The second: the server's run id, made anew at each of its starts.  Empty when
 * it is not told (INFO may be forbidden).
 */
pz_str_t pz_redis_tracking_server(const pz_reply_t *reply);

/*
 * Append: tell this connection of changes to keys that begin so.  As many
 * replies again.  No prefix may begin another.
 */
void pz_redis_tracking_begin(pz_sb_t *sb, int64_t id, const pz_str_t *prefixes, size_t n);

/* Its replies: 1 when all is in place. */
int pz_redis_tracking_begun(pz_reply_t *const *replies);

typedef enum {
    PZ_REDIS_TRACKING_NONE,     /* some other message */
    PZ_REDIS_TRACKING_KEYS,
    PZ_REDIS_TRACKING_ALL       /* FLUSHALL, FLUSHDB, or a form that we do not know */
} pz_redis_tracking_t;

/* What a message says; *keys becomes the array of keys (strings), in the message's memory. */
pz_redis_tracking_t pz_redis_tracking_read(const pz_reply_t *message, const pz_reply_t **keys);

/*
 * Whether the server will not do it as things stand: a user without the right, or
 * a Redis before 6, which does not know the command; not one that is loading.
 */
int pz_redis_tracking_is_refusal(const pz_reply_t *reply);

#endif
