/*
 * cmocka, and replies from their bytes.  Test files include it first.
 */
#ifndef REPLY_CASE_H
#define REPLY_CASE_H

/* cmocka.h needs these in front of it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "pz_redis.h"

#define ROOM  65536

/* The one reply that these bytes are. */
static inline pz_reply_t *
reply_of(pz_arena_t *arena, const char *bytes)
{
    int                  done;
    pz_reply_t          *reply;
    pz_redis_reader_t   *reader = pz_redis_reader_create(NULL);

    assert_int_equal(pz_redis_reader_feed(reader, pz_str_from(bytes), &done), strlen(bytes));
    assert_true(done);
    reply = pz_redis_reader_take(reader, arena);
    assert_non_null(reply);
    pz_redis_reader_destroy(reader);
    return reply;
}


static inline void
check_text(pz_str_t text, const char *wanted)
{
    assert_int_equal(text.len, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.len);
}


/* What was written, whole. */
static inline void
check_commands(pz_sb_t *sb, const char *wanted)
{
    pz_str_t  text;

    assert_int_equal(pz_sb_done(sb, &text), 0);
    check_text(text, wanted);
}

#endif
