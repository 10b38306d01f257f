#include "reply_case.h"

#include "pz_redis_tracking.h"

#define CHANNEL  "$20\r\n__redis__:invalidate\r\n"


static void
test_commands(void **state)
{
    pz_sb_t      sb;
    pz_str_t     prefixes[2];
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);

    (void) state;

    pz_sb_init(&sb, arena, ROOM);
    pz_redis_tracking_ask(&sb);
    check_commands(&sb, "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n");

    prefixes[0] = PZ_STR("pz:visitor:");
    prefixes[1] = PZ_STR("p q");
    pz_sb_init(&sb, arena, ROOM);
    pz_redis_tracking_begin(&sb, INT64_MAX, prefixes, 2);
    check_commands(&sb,
        "*10\r\n$6\r\nCLIENT\r\n$8\r\nTRACKING\r\n$2\r\nON\r\n$8\r\nREDIRECT\r\n"
        "$19\r\n9223372036854775807\r\n$5\r\nBCAST\r\n$6\r\nPREFIX\r\n$11\r\npz:visitor:\r\n"
        "$6\r\nPREFIX\r\n$3\r\np q\r\n"
        "*2\r\n$9\r\nSUBSCRIBE\r\n" CHANNEL);

    pz_arena_destroy(arena);
}


static void
test_who(void **state)
{
    pz_str_t     server;
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);

    (void) state;

    assert_int_equal(pz_redis_tracking_id(reply_of(arena, ":42\r\n")), 42);
    assert_int_equal(pz_redis_tracking_id(reply_of(arena, ":0\r\n")), 0);
    assert_int_equal(pz_redis_tracking_id(reply_of(arena, ":-3\r\n")), 0);
    assert_int_equal(pz_redis_tracking_id(reply_of(arena, "+42\r\n")), 0);
    assert_int_equal(pz_redis_tracking_id(NULL), 0);

    server = pz_redis_tracking_server(reply_of(arena,
        "$45\r\n# Server\r\nnot_run_id:1\r\nrun_id:abc\r\nos:Linux\r\r\n"));
    assert_true(pz_str_eq(server, PZ_STR("abc")));
    server = pz_redis_tracking_server(reply_of(arena, "$10\r\nrun_id:xyz\r\n"));
    assert_true(pz_str_eq(server, PZ_STR("xyz")));
    assert_int_equal(pz_redis_tracking_server(reply_of(arena, "$8\r\n# Server\r\n")).len, 0);
    assert_int_equal(pz_redis_tracking_server(reply_of(arena, "$0\r\n\r\n")).len, 0);
    assert_int_equal(pz_redis_tracking_server(reply_of(arena, "-NOPERM no\r\n")).len, 0);
    assert_int_equal(pz_redis_tracking_server(NULL).len, 0);

    pz_arena_destroy(arena);
}


static void
test_begun(void **state)
{
    static const struct {
        const char *on;
        const char *told;
        int         begun;
    } cases[] = {
        { "+OK\r\n", "*3\r\n$9\r\nsubscribe\r\n" CHANNEL ":1\r\n", 1 },
        { "+QUEUED\r\n", "*3\r\n$9\r\nsubscribe\r\n" CHANNEL ":1\r\n", 0 },
        { "-ERR no\r\n", "*3\r\n$9\r\nsubscribe\r\n" CHANNEL ":1\r\n", 0 },
        { "+OK\r\n", "-NOPERM no\r\n", 0 },
        { "+OK\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n", 0 },
        { "+OK\r\n", "*3\r\n$7\r\nmessage\r\n" CHANNEL ":1\r\n", 0 },
        { "+OK\r\n", "*2\r\n$9\r\nsubscribe\r\n" CHANNEL, 0 },
        { "+OK\r\n", "*3\r\n:1\r\n:2\r\n:3\r\n", 0 },
        { "+OK\r\n", "$-1\r\n", 0 },
    };

    size_t       i;
    pz_reply_t  *replies[PZ_REDIS_TRACKING_REPLIES];
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        replies[0] = reply_of(arena, cases[i].on);
        replies[1] = reply_of(arena, cases[i].told);
        assert_int_equal(pz_redis_tracking_begun(replies), cases[i].begun);
    }

    replies[1] = NULL;
    assert_int_equal(pz_redis_tracking_begun(replies), 0);
    pz_arena_destroy(arena);
}


static void
test_messages(void **state)
{
    static const struct {
        const char          *bytes;
        pz_redis_tracking_t  says;
        size_t               keys;
    } cases[] = {
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL "*2\r\n$1\r\na\r\n$1\r\nb\r\n",
          PZ_REDIS_TRACKING_KEYS, 2 },
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL "*0\r\n", PZ_REDIS_TRACKING_KEYS, 0 },
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL "$-1\r\n", PZ_REDIS_TRACKING_ALL, 0 },
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL "*-1\r\n", PZ_REDIS_TRACKING_ALL, 0 },
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL "$1\r\na\r\n", PZ_REDIS_TRACKING_ALL, 0 },
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL ":7\r\n", PZ_REDIS_TRACKING_ALL, 0 },
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL "*2\r\n$1\r\na\r\n$-1\r\n",
          PZ_REDIS_TRACKING_ALL, 0 },
        { "*3\r\n$7\r\nmessage\r\n" CHANNEL "*1\r\n*1\r\n$1\r\na\r\n",
          PZ_REDIS_TRACKING_ALL, 0 },
        { "*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$-1\r\n", PZ_REDIS_TRACKING_NONE, 0 },
        { "*3\r\n$9\r\nsubscribe\r\n" CHANNEL ":1\r\n", PZ_REDIS_TRACKING_NONE, 0 },
        { "*2\r\n$4\r\npong\r\n$0\r\n\r\n", PZ_REDIS_TRACKING_NONE, 0 },
        { "*3\r\n:1\r\n:2\r\n:3\r\n", PZ_REDIS_TRACKING_NONE, 0 },
        { "+OK\r\n", PZ_REDIS_TRACKING_NONE, 0 },
    };

    size_t             i;
    const pz_reply_t  *keys;
    pz_arena_t        *arena = pz_arena_create(ROOM, 0);

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        keys = NULL;
        assert_int_equal(pz_redis_tracking_read(reply_of(arena, cases[i].bytes), &keys),
                         cases[i].says);
        assert_true((keys != NULL) == (cases[i].says == PZ_REDIS_TRACKING_KEYS));

        if (keys != NULL) {
            assert_int_equal(keys->nitems, cases[i].keys);
        }
    }

    assert_int_equal(pz_redis_tracking_read(NULL, &keys), PZ_REDIS_TRACKING_NONE);
    pz_arena_destroy(arena);
}


static void
test_refusals(void **state)
{
    static const struct {
        const char *bytes;
        int         refusal;
    } cases[] = {
        { "-NOPERM this user has no permissions\r\n", 1 },
        { "-ERR Unknown subcommand or wrong number of arguments for 'TRACKING'\r\n", 1 },
        { "-ERR unknown command 'CLIENT'\r\n", 1 },
        { "-LOADING Redis is loading the dataset in memory\r\n", 0 },
        { "-BUSY a script runs\r\n", 0 },
        { "-NOAUTH Authentication required.\r\n", 0 },
        { "+OK\r\n", 0 },
        { ":1\r\n", 0 },
    };

    size_t       i;
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(pz_redis_tracking_is_refusal(reply_of(arena, cases[i].bytes)),
                         cases[i].refusal);
    }

    assert_int_equal(pz_redis_tracking_is_refusal(NULL), 0);
    pz_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_who),
        cmocka_unit_test(test_begun),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
