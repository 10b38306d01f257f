#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pz_redis.h"
#include "reply_text.h"

#define ROOM  (1024 * 1024)

/* Of the sanitizer's runtime; gcc brings it without the header. */
int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t), void (*on_free)(const volatile void *));

typedef struct {
    pz_str_t    bytes;
    const char *text;
} sample_t;

#define SAMPLE(bytes, text)  { { (bytes), sizeof(bytes) - 1 }, (text) }

static const sample_t samples[] = {
    SAMPLE("+OK\r\n", "+2:OK"),
    SAMPLE("+\r\n", "+0:"),
    SAMPLE("-ERR no\r\n", "-6:ERR no"),
    SAMPLE(":0\r\n", ":0"),
    SAMPLE(":-1\r\n", ":-1"),
    SAMPLE(":9223372036854775807\r\n", ":9223372036854775807"),
    SAMPLE(":-9223372036854775808\r\n", ":-9223372036854775808"),
    SAMPLE("$-1\r\n", "nil"),
    SAMPLE("*-1\r\n", "nil"),
    SAMPLE("$0\r\n\r\n", "$0:"),
    SAMPLE("$6\r\na\r\n\0\xff" "b\r\n", "$6:a\r\n\0\xff" "b"),
    SAMPLE("$5\r\n*1\r\n:\r\n", "$5:*1\r\n:"),
    SAMPLE("*0\r\n", "*0()"),
    SAMPLE("*4\r\n$4\r\nname\r\n$3\r\nAnn\r\n$6\r\npoints\r\n$2\r\n12\r\n",
           "*4($4:name $3:Ann $6:points $2:12)"),
    SAMPLE("*3\r\n*0\r\n*2\r\n:1\r\n*-1\r\n-X\r\n", "*3(*0() *2(:1 nil) -1:X)"),
    SAMPLE("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n$1\r\nx\r\n",
           "*1(*1(*1(*1(*1(*1(*1($1:x)))))))"),
};

#define NSAMPLES  (sizeof(samples) / sizeof(samples[0]))


static void
check_reply(pz_redis_reader_t *reader, const sample_t *sample)
{
    pz_sb_t      sb;
    pz_str_t     text;
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);
    pz_reply_t  *reply = pz_redis_reader_take(reader, arena);

    assert_non_null(reply);
    pz_sb_init(&sb, arena, ROOM);
    reply_text(&sb, reply);
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_memory_equal(text.data, sample->text, strlen(sample->text));
    pz_arena_destroy(arena);
}


/* Feed `len` bytes that end no reply. */
static void
feed_part(pz_redis_reader_t *reader, const char *bytes, size_t len)
{
    int       done;
    pz_str_t  part = { bytes, len };

    assert_int_equal(pz_redis_reader_feed(reader, part, &done), len);
    assert_int_equal(done, 0);
}


static void
feed_end(pz_redis_reader_t *reader, const char *bytes, size_t len)
{
    int       done;
    pz_str_t  part = { bytes, len };

    assert_int_equal(pz_redis_reader_feed(reader, part, &done), len);
    assert_int_equal(done, 1);
}


static void
test_every_split(void **state)
{
    size_t              i, at;
    pz_str_t            bytes;
    pz_redis_reader_t  *reader = pz_redis_reader_create(NULL);

    (void) state;

    for (i = 0; i < NSAMPLES; i++) {
        bytes = samples[i].bytes;

        for (at = 0; at < bytes.len; at++) {
            feed_part(reader, bytes.data, at);
            feed_end(reader, bytes.data + at, bytes.len - at);
            check_reply(reader, &samples[i]);
        }

        for (at = 0; at + 1 < bytes.len; at++) {
            feed_part(reader, bytes.data + at, 1);
        }

        feed_end(reader, bytes.data + at, 1);
        check_reply(reader, &samples[i]);
    }

    assert_string_equal(pz_redis_reader_error(reader), "none");
    pz_redis_reader_destroy(reader);
}


/* Half a reply is no reply, and its reader can be thrown away. */
static void
test_every_truncation(void **state)
{
    size_t              i, at;
    pz_redis_reader_t  *reader;

    (void) state;

    for (i = 0; i < NSAMPLES; i++) {
        for (at = 0; at < samples[i].bytes.len; at++) {
            reader = pz_redis_reader_create(NULL);
            feed_part(reader, samples[i].bytes.data, at);
            assert_null(pz_redis_reader_take(reader, NULL));
            pz_redis_reader_destroy(reader);
        }
    }
}


/* All samples behind each other: each is found at its own place. */
static void
test_pipeline(void **state)
{
    int                 done;
    size_t              i, len;
    char                all[4096];
    pz_str_t            rest;
    ptrdiff_t           used;
    pz_redis_reader_t  *reader = pz_redis_reader_create(NULL);

    (void) state;

    for (i = 0, len = 0; i < NSAMPLES; i++) {
        memcpy(all + len, samples[i].bytes.data, samples[i].bytes.len);
        len += samples[i].bytes.len;
    }

    rest.data = all;
    rest.len = len;

    for (i = 0; i < NSAMPLES; i++) {
        used = pz_redis_reader_feed(reader, rest, &done);
        assert_int_equal(used, samples[i].bytes.len);
        assert_int_equal(done, 1);
        rest = pz_str_skip(rest, (size_t) used);

        if (i % 3 == 1) {
            assert_null(pz_redis_reader_take(reader, NULL));
        } else {
            check_reply(reader, &samples[i]);
        }
    }

    assert_int_equal(rest.len, 0);
    pz_redis_reader_destroy(reader);
}


/* With any budget the reply is whole or absent, and the next one is in step. */
static void
test_every_budget(void **state)
{
    size_t              i, budget, built;
    pz_arena_t         *arena;
    pz_reply_t         *reply;
    pz_redis_reader_t  *reader = pz_redis_reader_create(NULL);

    (void) state;

    for (i = 0; i < NSAMPLES; i++) {
        for (budget = 0, built = 0; built < 3 && budget < 4096; budget++) {
            arena = pz_arena_create(budget, 64);
            feed_end(reader, samples[i].bytes.data, samples[i].bytes.len);
            reply = pz_redis_reader_take(reader, arena);
            built += reply != NULL;

            /* Room that was enough stays enough. */
            assert_true(built == 0 || reply != NULL);
            pz_arena_destroy(arena);

            feed_end(reader, samples[i].bytes.data, samples[i].bytes.len);
            check_reply(reader, &samples[i]);
        }

        assert_int_equal(built, 3);
    }

    pz_redis_reader_destroy(reader);
}


static size_t  largest;

static void
note_malloc(const volatile void *ptr, size_t size)
{
    (void) ptr;
    largest = size > largest ? size : largest;
}

static void
note_free(const volatile void *ptr)
{
    (void) ptr;
}


static void
refuse_bytes(pz_str_t bytes, size_t chunk, const pz_redis_limits_t *limits)
{
    int                 done;
    size_t              at, len;
    pz_str_t            part;
    ptrdiff_t           used = 0;
    pz_redis_reader_t  *reader = pz_redis_reader_create(limits);

    for (at = 0; at < bytes.len && used >= 0; at += len) {
        len = bytes.len - at < chunk ? bytes.len - at : chunk;
        part.data = bytes.data + at;
        part.len = len;
        used = pz_redis_reader_feed(reader, part, &done);
        assert_int_equal(done, 0);
    }

    assert_int_equal(used, -1);
    assert_string_not_equal(pz_redis_reader_error(reader), "none");

    /* An error is for good. */
    assert_int_equal(pz_redis_reader_feed(reader, PZ_STR("+OK\r\n"), &done), -1);
    assert_null(pz_redis_reader_take(reader, NULL));
    pz_redis_reader_destroy(reader);
}


/* FAULTS R9 and R10; after the last byte of each it must be clear that it is wrong. */
static void
test_hostile(void **state)
{
    static const pz_str_t streams[] = {
        { "$2147483647\r\n", 13 }, { "*2147483647\r\n", 13 }, { "$9223372036854775807\r\n", 22 },
        { "*9223372036854775807\r\n", 22 }, { "*9223372036854775808\r\n", 22 },
        { "*18446744073709551617\r\n", 23 }, { "$-2\r\n", 5 }, { "*-2\r\n", 5 },
        { "$-9223372036854775808\r\n", 23 }, { "HTTP/1.1 400 Bad Request\r\n", 26 },
        { "\x15\x03\x01\x00\x02\x02\x46", 7 }, { "%1\r\n", 4 }, { ">2\r\n", 4 }, { "_\r\n", 3 },
        { "#t\r\n", 4 }, { ",1.5\r\n", 6 }, { "(123\r\n", 6 }, { "!3\r\nERR\r\n", 9 },
        { "=7\r\ntxt:abc\r\n", 13 }, { "~1\r\n", 4 }, { "|1\r\n", 4 }, { "\r\n", 2 }, { "\n", 1 },
        { "$3\r\nabcXY", 9 }, { "$3\r\nabc\rX", 9 }, { "$3\r\nabc\n", 8 }, { "$3\rabc", 4 },
        { "$3\nabc", 3 }, { "+O\rK\r\n", 4 }, { "+OK\n", 4 }, { "-E\n", 3 }, { ":abc\r\n", 6 },
        { ":\r\n", 3 }, { ":-\r\n", 4 }, { ":+1\r\n", 5 }, { ":01\r\n", 5 }, { ":-0\r\n", 5 },
        { ": 1\r\n", 5 }, { ":1 \r\n", 5 }, { ":1\r1", 4 }, { ":9223372036854775808\r\n", 22 },
        { ":123456789012345678901234", 25 }, { "$\r\n", 3 }, { "*\r\n", 3 }, { "$1a\r\n", 5 },
        { "*1\r\n$3\r\nabcXY", 13 }, { "*2\r\n:1\r\n?", 9 },
        { "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", 32 },
        { "*16385\r\n", 8 }, { "*2\r\n*16383\r\n", 12 },
    };

    size_t  i, chunk;

    (void) state;
    largest = 0;
    __sanitizer_install_malloc_and_free_hooks(note_malloc, note_free);

    for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        for (chunk = 1; chunk <= streams[i].len; chunk++) {
            refuse_bytes(streams[i], chunk, NULL);
        }
    }

    /* What is refused costs nothing. */
    assert_true(largest < 4096);
}


static void
test_limits(void **state)
{
    pz_redis_limits_t  limits = { .bytes = 16, .elements = 3, .depth = 2 };

    (void) state;
    refuse_bytes(PZ_STR("+0123456789abcdef"), 1, &limits);
    refuse_bytes(PZ_STR("+0123456789abcdef"), 17, &limits);
    refuse_bytes(PZ_STR("$11\r\n"), 1, &limits);
    refuse_bytes(PZ_STR("*4\r\n"), 4, &limits);
    refuse_bytes(PZ_STR("*2\r\n*2\r\n"), 8, &limits);
    refuse_bytes(PZ_STR("*1\r\n*1\r\n*1\r\n"), 12, &limits);
    refuse_bytes(PZ_STR("*3\r\n:111\r\n:222\r\n"), 3, &limits);
}


/* The limits hold for one reply, not for the connection's life. */
static void
test_limits_are_per_reply(void **state)
{
    int                 i;
    pz_redis_limits_t   limits = { .bytes = 16, .elements = 3, .depth = 9 };
    pz_redis_reader_t  *reader = pz_redis_reader_create(&limits);

    (void) state;

    for (i = 0; i < 100; i++) {
        feed_end(reader, "*3\r\n:1\r\n:2\r\n:3\r\n", 16);
        assert_null(pz_redis_reader_take(reader, NULL));
        feed_end(reader, "$9\r\n123456789\r\n" + 0, 15);
        assert_null(pz_redis_reader_take(reader, NULL));
    }

    pz_redis_reader_destroy(reader);
}


/* Memory goes with the limit: 1 MiB of reply in 4 KB pieces, a hundred times. */
static void
test_memory(void **state)
{
    int                 i;
    char               *reply;
    size_t              at, len = 1024 * 1024;
    pz_arena_t         *arena;
    pz_redis_reader_t  *reader = pz_redis_reader_create(NULL);

    (void) state;
    reply = malloc(len);
    memset(reply, 'x', len);
    memcpy(reply, "$1048563\r\n", 10);
    memcpy(reply + len - 3, "\r\n", 2);
    largest = 0;

    for (i = 0; i < 100; i++) {
        for (at = 0; at + 4096 < len; at += 4096) {
            feed_part(reader, reply + at, 4096);
        }

        feed_end(reader, reply + at, len - 1 - at);
        arena = i == 50 ? pz_arena_create(2 * len, 0) : NULL;
        assert_int_equal(pz_redis_reader_take(reader, arena) != NULL, i == 50);
        pz_arena_destroy(arena);
    }

    assert_true(largest <= 2 * len + 1024);
    pz_redis_reader_destroy(reader);
    free(reply);
}


static void
test_not_taken(void **state)
{
    int                 done;
    pz_redis_reader_t  *reader = pz_redis_reader_create(NULL);

    (void) state;
    feed_end(reader, "+OK\r\n", 5);
    assert_int_equal(pz_redis_reader_feed(reader, PZ_STR("+OK\r\n"), &done), -1);
    pz_redis_reader_destroy(reader);
    pz_redis_reader_destroy(NULL);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_split),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_pipeline),
        cmocka_unit_test(test_every_budget),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_limits_are_per_reply),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
