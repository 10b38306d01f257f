/*
 * The guard in front of hiredis: a scanner that knows where a RESP2 reply ends
 * and whether it may be believed, without keeping a byte of it.
 *
 * hiredis 0.14 maps memory for whatever an array's header claims, takes any
 * two bytes for the CRLF behind a bulk, and lets a lone CR or LF pass in a
 * line; one such byte desynchronizes a pipelined connection silently, and then
 * a visitor gets another visitor's reply.  Known gap: a reply that is well
 * formed but is not the answer to what was asked cannot be told apart here.
 */
#ifndef PZ_REDIS_GUARD_H
#define PZ_REDIS_GUARD_H

#include "pz_redis.h"

/* Nested arrays that hiredis can follow: its stack has nine entries. */
#define PZ_REDIS_GUARD_DEPTH  8

typedef struct {
    pz_redis_limits_t limits;
    unsigned          state;
    char              type;
    char              digits[20];    /* sign and 19 digits of an int64 */
    size_t            ndigits;
    size_t            body;          /* bytes of a bulk still to come */
    size_t            bytes;         /* of this reply so far */
    size_t            elements;      /* announced by its array headers */
    size_t            depth;
    size_t            left[PZ_REDIS_GUARD_DEPTH];
    const char       *error;
} pz_redis_guard_t;

/* `limits` may be NULL; zero fields get the defaults of pz_redis_limits_t. */
void pz_redis_guard_init(pz_redis_guard_t *guard,
    const pz_redis_limits_t *limits);

/*
 * Scan up to the end of at most one reply.  Returns the bytes that belong to
 * it, *done when the last of them was there; -1 with guard->error set (a
 * literal) when they are no RESP2 or pass a limit.
 */
ptrdiff_t pz_redis_guard_scan(pz_redis_guard_t *guard, pz_str_t bytes,
    int *done);

#endif
