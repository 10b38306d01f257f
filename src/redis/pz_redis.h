/*
 * Commands out, replies in: hiredis as the codec, no socket in sight.
 *
 * The reader's caps stand in front of hiredis, since version 0.14 accepts
 * "*2147483647", maps 16 GiB for it, and does not check the CRLF behind a bulk.
 */
#ifndef PZ_REDIS_H
#define PZ_REDIS_H

#include "pz_sb.h"

/* Append one command in RESP2; binary-safe.  Failure is the builder's. */
void pz_redis_command(pz_sb_t *sb, const pz_str_t *argv, size_t argc);

typedef enum {
    PZ_REPLY_NIL, PZ_REPLY_STATUS, PZ_REPLY_ERROR, PZ_REPLY_INTEGER,
    PZ_REPLY_STRING, PZ_REPLY_ARRAY
} pz_reply_type_t;

typedef struct pz_reply_s pz_reply_t;

struct pz_reply_s {
    pz_reply_type_t  type;
    pz_str_t         text;      /* STATUS, ERROR, STRING */
    int64_t          integer;   /* INTEGER */
    pz_reply_t     **items;     /* ARRAY */
    size_t           nitems;
};

typedef struct {
    size_t bytes;       /* of one reply as it travels; 0: 1 MiB */
    size_t elements;    /* of one reply, nested ones included; 0: 16384 */
    size_t depth;       /* 0: 7 */
} pz_redis_limits_t;

typedef struct pz_redis_reader_s pz_redis_reader_t;

/* NULL when malloc fails.  One reader a connection; a new one after any error. */
pz_redis_reader_t *pz_redis_reader_create(const pz_redis_limits_t *limits);
void pz_redis_reader_destroy(pz_redis_reader_t *reader);

/*
 * Feed bytes as they were read: consumes up to the end of at most one reply.
 * Returns the bytes consumed (call again with the rest), or -1 on bytes that
 * are no RESP2 or pass a limit: then close the connection, since nothing
 * behind that point can be trusted.  *done says that a reply is complete: take
 * it with pz_redis_reader_take before feeding on.
 */
ptrdiff_t pz_redis_reader_feed(pz_redis_reader_t *reader, pz_str_t bytes,
    int *done);

/*
 * Build the complete reply into `arena`, bytes included.  NULL when the arena
 * has no room: the reply is skipped, and the connection stays in step.  With a
 * NULL arena the reply is skipped without being built.
 */
pz_reply_t *pz_redis_reader_take(pz_redis_reader_t *reader, pz_arena_t *arena);

/* What went wrong, for the log: never holds reply bytes, which may be secret. */
const char *pz_redis_reader_error(const pz_redis_reader_t *reader);

/* The reply with all that it holds, bytes included, in `arena`.  NULL: no memory. */
pz_reply_t *pz_redis_reply_copy(pz_arena_t *arena, const pz_reply_t *reply);

/* The kind of an error reply, by its first word. */
typedef enum {
    PZ_REDIS_ERR_OTHER, PZ_REDIS_ERR_WRONGTYPE, PZ_REDIS_ERR_AUTH,
    PZ_REDIS_ERR_BUSY,      /* LOADING MASTERDOWN BUSY TRYAGAIN CLUSTERDOWN: back off */
    PZ_REDIS_ERR_REFUSED,   /* OOM MISCONF READONLY NOPERM */
    PZ_REDIS_ERR_NOSCRIPT, PZ_REDIS_ERR_MOVED, PZ_REDIS_ERR_ASK
} pz_redis_error_t;

pz_redis_error_t pz_redis_error_of(const pz_reply_t *error);

#endif
