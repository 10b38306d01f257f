#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pz_redis.h"
#include "reply_text.h"

#define ROOM  (1024 * 1024)

static const char *const samples[] = {
    "+OK\r\n", "-ERR no\r\n", ":-7\r\n", "$-1\r\n", "$0\r\n\r\n", "*0\r\n", "*-1\r\n",
    "*4\r\n$4\r\nname\r\n$3\r\nAnn\r\n$1\r\nx\r\n$0\r\n\r\n",
    "*3\r\n*0\r\n*2\r\n:1\r\n*1\r\n$3\r\na\r\n\r\n-X\r\n",
};


static pz_reply_t *
parse(pz_arena_t *arena, const char *bytes)
{
    int                 done;
    pz_str_t            text = pz_str_from(bytes);
    pz_reply_t         *reply;
    pz_redis_reader_t  *reader = pz_redis_reader_create(NULL);

    assert_int_equal(pz_redis_reader_feed(reader, text, &done), text.len);
    assert_true(done);
    reply = pz_redis_reader_take(reader, arena);
    pz_redis_reader_destroy(reader);

    return reply;
}


static pz_str_t
text_of(pz_arena_t *arena, const pz_reply_t *reply)
{
    pz_sb_t   sb;
    pz_str_t  text;

    pz_sb_init(&sb, arena, ROOM);
    reply_text(&sb, reply);
    assert_int_equal(pz_sb_done(&sb, &text), 0);

    return text;
}


/* The copy says the same, and lives on when the reply is gone. */
static void
test_copies(void **state)
{
    size_t       i;
    pz_str_t     wanted, got;
    pz_arena_t  *from, *to;
    pz_reply_t  *reply, *copy;

    (void) state;

    for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        from = pz_arena_create(ROOM, 0);
        to = pz_arena_create(ROOM, 0);
        reply = parse(from, samples[i]);
        wanted = text_of(to, reply);

        copy = pz_redis_reply_copy(to, reply);
        pz_arena_destroy(from);

        assert_non_null(copy);
        got = text_of(to, copy);
        assert_int_equal(got.len, wanted.len);
        assert_memory_equal(got.data, wanted.data, got.len);
        pz_arena_destroy(to);
    }
}


/* Wherever the budget ends, there is no copy, and nothing is read or written beyond. */
static void
test_budget(void **state)
{
    size_t       i, budget, copied = 0;
    pz_arena_t  *from, *to;

    (void) state;
    from = pz_arena_create(ROOM, 0);

    for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        for (budget = 0; budget < 1024; budget += 8) {
            to = pz_arena_create(budget, 0);
            copied += pz_redis_reply_copy(to, parse(from, samples[i])) != NULL;
            pz_arena_destroy(to);
        }
    }

    assert_in_range(copied, 1, 127 * i);
    pz_arena_destroy(from);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
