#include "reply_case.h"

#include "pz_redis_sentinel.h"
#include "pz_redis_url.h"


static void
check_node(const pz_redis_node_t *node, const char *host, unsigned port)
{
    assert_true(pz_str_eq(node->host, pz_str_from(host)));
    assert_int_equal(node->port, port);
}


static void
test_question(void **state)
{
    static const char wanted[] =
        "*3\r\n$8\r\nSENTINEL\r\n$23\r\nget-master-addr-by-name\r\n$4\r\nshop\r\n"
        "*2\r\n$9\r\nSUBSCRIBE\r\n$14\r\n+switch-master\r\n";

    pz_sb_t      sb;
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);

    (void) state;
    pz_sb_init(&sb, arena, ROOM);
    pz_redis_sentinel_ask(&sb, PZ_STR("shop"));
    check_commands(&sb, wanted);
    pz_arena_destroy(arena);
}


static void
test_answer(void **state)
{
    static const struct {
        const char *bytes;
        const char *host;      /* NULL: no answer */
        unsigned    port;
    } answers[] = {
        { "*2\r\n$9\r\n127.0.0.1\r\n$4\r\n6379\r\n", "127.0.0.1", 6379 },
        { "*2\r\n$3\r\n::1\r\n$5\r\n65535\r\n", "::1", 65535 },
        { "*2\r\n$12\r\nmaster.local\r\n$1\r\n1\r\n", "master.local", 1 },
        { "*-1\r\n", NULL, 0 },
        { "$-1\r\n", NULL, 0 },
        { "+OK\r\n", NULL, 0 },
        { "-IDONTKNOW\r\n", NULL, 0 },
        { "*0\r\n", NULL, 0 },
        { "*1\r\n$1\r\na\r\n", NULL, 0 },
        { "*3\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\n1\r\n", NULL, 0 },
        { "*2\r\n$1\r\na\r\n:6379\r\n", NULL, 0 },
        { "*2\r\n$-1\r\n$4\r\n6379\r\n", NULL, 0 },
        { "*2\r\n$0\r\n\r\n$4\r\n6379\r\n", NULL, 0 },
        { "*2\r\n$3\r\na b\r\n$4\r\n6379\r\n", NULL, 0 },
        { "*2\r\n$3\r\na\nb\r\n$4\r\n6379\r\n", NULL, 0 },
        { "*2\r\n$1\r\na\r\n$1\r\n0\r\n", NULL, 0 },
        { "*2\r\n$1\r\na\r\n$5\r\n65536\r\n", NULL, 0 },
        { "*2\r\n$1\r\na\r\n$2\r\n-1\r\n", NULL, 0 },
        { "*2\r\n$1\r\na\r\n$0\r\n\r\n", NULL, 0 },
    };

    size_t            i;
    pz_arena_t       *arena = pz_arena_create(ROOM, 0);
    pz_redis_node_t   node;

    (void) state;

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        int rc = pz_redis_sentinel_answer(reply_of(arena, answers[i].bytes), &node);

        assert_int_equal(rc, answers[i].host != NULL ? 0 : -1);

        if (rc == 0) {
            check_node(&node, answers[i].host, answers[i].port);
        }
    }

    assert_int_equal(pz_redis_sentinel_answer(NULL, &node), -1);
    pz_arena_destroy(arena);
}


static pz_reply_t *
message_of(pz_arena_t *arena, const char *channel, const char *text)
{
    pz_sb_t   sb;
    pz_str_t  bytes;

    pz_sb_init(&sb, arena, ROOM);
    pz_sb_printf(&sb, "*3\r\n$7\r\nmessage\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(channel),
                 channel, strlen(text), text);
    pz_sb_byte(&sb, '\0');
    assert_int_equal(pz_sb_done(&sb, &bytes), 0);
    return reply_of(arena, bytes.data);
}


static void
test_message(void **state)
{
    static const char *const odd[] = {
        "other 10.0.0.1 6379 10.0.0.2 6380", "shop", "shop 10.0.0.1 6379 10.0.0.2", "",
        "shop 10.0.0.1 6379 10.0.0.2 6380 more", "shop 10.0.0.1 6379 10.0.0.2 x",
        "shop 10.0.0.1 6379  6380", "shopping 10.0.0.1 6379 10.0.0.2 6380",
    };

    size_t            i;
    pz_arena_t       *arena = pz_arena_create(ROOM, 0);
    pz_reply_t       *reply;
    pz_redis_node_t   node;

    (void) state;
    reply = message_of(arena, "+switch-master", "shop 10.0.0.1 6379 10.0.0.2 6380");
    assert_true(pz_redis_sentinel_is_message(reply));
    assert_int_equal(pz_redis_sentinel_moved(reply, PZ_STR("shop"), &node), 0);
    check_node(&node, "10.0.0.2", 6380);

    reply = message_of(arena, "+odown", "shop 10.0.0.1 6379 10.0.0.2 6380");
    assert_true(pz_redis_sentinel_is_message(reply));
    assert_int_equal(pz_redis_sentinel_moved(reply, PZ_STR("shop"), &node), -1);

    for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        reply = message_of(arena, "+switch-master", odd[i]);
        assert_int_equal(pz_redis_sentinel_moved(reply, PZ_STR("shop"), &node), -1);
    }

    reply = reply_of(arena, "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n");
    assert_false(pz_redis_sentinel_is_message(reply));
    assert_false(pz_redis_sentinel_is_message(NULL));
    assert_true(pz_redis_sentinel_is_pong(reply_of(arena, "*2\r\n$4\r\npong\r\n$0\r\n\r\n")));
    assert_false(pz_redis_sentinel_is_pong(reply_of(arena, "+PONG\r\n")));
    pz_arena_destroy(arena);
}


static void
test_role(void **state)
{
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);

    (void) state;
    assert_true(pz_redis_role_is_master(reply_of(arena, "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n")));
    assert_false(pz_redis_role_is_master(reply_of(arena, "*1\r\n$5\r\nslave\r\n")));
    assert_false(pz_redis_role_is_master(reply_of(arena, "*1\r\n$8\r\nsentinel\r\n")));
    assert_false(pz_redis_role_is_master(reply_of(arena, "*0\r\n")));
    assert_false(pz_redis_role_is_master(reply_of(arena, "-NOPERM no\r\n")));
    assert_false(pz_redis_role_is_master(NULL));
    pz_arena_destroy(arena);
}


static void
test_url(void **state)
{
    pz_error_t       error;
    pz_arena_t      *arena = pz_arena_create(ROOM, 0);
    pz_redis_url_t   url;

    (void) state;
    assert_int_equal(pz_redis_url_parse(arena,
                         PZ_STR("redis-sentinel://web:p#s/3@10.0.0.1,[::1]:7,s3.local:26380/4#shop"),
                         &url, &error), 0);
    assert_int_equal(url.scheme, PZ_REDIS_SENTINEL);
    assert_int_equal(url.nnodes, 3);
    check_node(&url.nodes[0], "10.0.0.1", 26379);
    check_node(&url.nodes[1], "::1", 7);
    check_node(&url.nodes[2], "s3.local", 26380);
    assert_true(pz_str_eq(url.master, PZ_STR("shop")));
    assert_true(pz_str_eq(url.password, PZ_STR("p#s/3")));
    assert_int_equal(url.db, 4);
    assert_true(pz_str_eq(url.shown,
        PZ_STR("redis-sentinel://web:***@10.0.0.1:26379,[::1]:7,s3.local:26380/4#shop")));
    pz_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question), cmocka_unit_test(test_answer),
        cmocka_unit_test(test_message), cmocka_unit_test(test_role), cmocka_unit_test(test_url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
