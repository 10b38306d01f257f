#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "private_redis.h"
#include "pz_redis_coupon.h"

static private_redis_t  server;
static redis_client_t   client;


static int
setup(void **state)
{
    (void) state;

    if (private_redis_start(&server) != 0) {
        server.pid = 0;
        print_message("no redis-server: the coupon script is not tested\n");
    } else {
        client = redis_client(&server);
    }

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    if (server.pid != 0) {
        redis_client_close(&client);
        private_redis_stop(&server);
    }

    return 0;
}


static void
begin(void)
{
    if (server.pid == 0) {
        skip();
    }

    assert_string_equal(redis_ask(&client, "FLUSHALL"), "+2:OK");
}


static void
reserve_begin(redis_client_t *by, const char *visitor, int64_t ttl, int known)
{
    pz_sb_t   sb;
    pz_str_t  text;

    pz_sb_init(&sb, by->arena, 65536);
    pz_redis_coupon_command(&sb, PZ_STR("pz:"), PZ_STR("autumn"), pz_str_from(visitor), ttl,
                            known);
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    redis_send(by, text);
}


static const char *
reserve(const char *visitor, int64_t ttl)
{
    pz_arena_reset(client.arena);
    reserve_begin(&client, visitor, ttl, 0);
    return redis_reply(&client);
}


static void
test_same_visitor_same_code(void **state)
{
    (void) state;
    begin();
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1 A2 A3");

    assert_string_equal(reserve("v1", 600), "*2($2:A1 :600)");
    assert_string_equal(reserve("v1", 600), "*2($2:A1 :600)");
    assert_string_equal(reserve("v2", 600), "*2($2:A2 :600)");
    assert_string_equal(reserve("v1", 900), "*2($2:A1 :600)");
    assert_string_equal(redis_ask(&client, "LRANGE pz:coupons:{autumn} 0 -1"), "*1($2:A3)");
    assert_string_equal(redis_ask(&client, "GET pz:coupon:{autumn}:v2"), "$2:A2");
    assert_string_equal(redis_ask(&client, "TTL pz:coupon:{autumn}:v2"), ":600");
}


static void
test_empty_pool(void **state)
{
    (void) state;
    begin();
    assert_string_equal(reserve("v1", 600), "nil");
    assert_string_equal(redis_ask(&client, "EXISTS pz:coupon:{autumn}:v1"), ":0");

    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1");
    assert_string_equal(reserve("v1", 600), "*2($2:A1 :600)");
    assert_string_equal(reserve("v2", 600), "nil");
    assert_string_equal(reserve("v1", 600), "*2($2:A1 :600)");
}


static void
push_empty(int times)
{
    pz_sb_t   sb;
    pz_str_t  text, argv[] = { PZ_STR("RPUSH"), PZ_STR("pz:coupons:{autumn}"), PZ_STR("") };

    while (times-- > 0) {
        pz_arena_reset(client.arena);
        pz_sb_init(&sb, client.arena, 1024);
        pz_redis_command(&sb, argv, 3);
        assert_int_equal(pz_sb_done(&sb, &text), 0);
        redis_send(&client, text);
        redis_reply(&client);
    }
}


/* An empty entry is no code, and an empty key holds none. */
static void
test_never_an_empty_code(void **state)
{
    pz_sb_t   sb;
    pz_str_t  text, argv[] = { PZ_STR("SET"), PZ_STR("pz:coupon:{autumn}:v2"), PZ_STR("") };

    (void) state;
    begin();
    push_empty(3);
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1 A2");
    assert_string_equal(reserve("v1", 60), "*2($2:A1 :60)");

    pz_sb_init(&sb, client.arena, 1024);
    pz_redis_command(&sb, argv, 3);
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    redis_send(&client, text);
    redis_reply(&client);
    assert_string_equal(reserve("v2", 60), "*2($2:A2 :60)");

    push_empty(1);
    assert_string_equal(reserve("v3", 60), "nil");
    assert_string_equal(redis_ask(&client, "EXISTS pz:coupons:{autumn}"), ":0");
}


/* A list of nothing but empty entries must not hold up the server. */
static void
test_bounded_work(void **state)
{
    (void) state;
    begin();
    push_empty(1200);
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1");
    assert_string_equal(reserve("v1", 60), "nil");
    assert_string_equal(redis_ask(&client, "LLEN pz:coupons:{autumn}"), ":201");
    assert_string_equal(reserve("v1", 60), "*2($2:A1 :60)");
}


static void
test_expiry(void **state)
{
    (void) state;
    begin();
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1 A2");
    assert_string_equal(reserve("v1", 1), "*2($2:A1 :1)");
    usleep(1100 * 1000);
    assert_string_equal(reserve("v1", 60), "*2($2:A2 :60)");

    /* A code that somebody gave for good. */
    redis_ask(&client, "SET pz:coupon:{autumn}:v9 GOLD");
    assert_string_equal(reserve("v9", 60), "*2($4:GOLD :-1)");
}


static void
test_wrong_types(void **state)
{
    (void) state;
    begin();
    redis_ask(&client, "SET pz:coupons:{autumn} text");
    assert_non_null(strstr(reserve("v1", 60), "WRONGTYPE"));

    redis_ask(&client, "DEL pz:coupons:{autumn}");
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1");
    redis_ask(&client, "RPUSH pz:coupon:{autumn}:v1 x");
    assert_non_null(strstr(reserve("v1", 60), "WRONGTYPE"));
    assert_string_equal(redis_ask(&client, "LLEN pz:coupons:{autumn}"), ":1");
}


/* A user that may take but not write gets nothing, and nothing is lost. */
static void
test_set_refused(void **state)
{
    (void) state;
    begin();
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1 A2");
    redis_ask(&client, "ACL SETUSER half on nopass ~pz:* +auth +eval +evalsha +get +ttl +lpop "
                       "+lpush");
    redis_ask(&client, "AUTH half x");
    assert_int_equal(reserve("v1", 60)[0], '-');
    redis_client_close(&client);
    client = redis_client(&server);
    assert_string_equal(redis_ask(&client, "LRANGE pz:coupons:{autumn} 0 -1"),
                        "*2($2:A1 $2:A2)");
    assert_string_equal(redis_ask(&client, "EXISTS pz:coupon:{autumn}:v1"), ":0");
}


/* The least rights that docs/redis.md tells to give are enough. */
static void
test_least_rights(void **state)
{
    (void) state;
    begin();
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1");
    redis_ask(&client, "ACL SETUSER least on nopass ~pz:* +eval +evalsha +get +ttl +lpop +lpush "
                       "+set");
    redis_ask(&client, "AUTH least x");
    assert_string_equal(reserve("v1", 60), "*2($2:A1 :60)");
    redis_client_close(&client);
    client = redis_client(&server);
}


static void
test_known_script(void **state)
{
    (void) state;
    begin();
    redis_ask(&client, "SCRIPT FLUSH");
    redis_ask(&client, "RPUSH pz:coupons:{autumn} A1");

    reserve_begin(&client, "v1", 60, 1);
    assert_non_null(strstr(redis_reply(&client), "NOSCRIPT"));
    assert_string_equal(reserve("v1", 60), "*2($2:A1 :60)");
    reserve_begin(&client, "v1", 60, 1);
    assert_string_equal(redis_reply(&client), "*2($2:A1 :60)");
}


#define VISITORS  50
#define PROCESSES 4

/* One process of the crowd: all visitors, each asked for twice, pipelined; codes to the pipe. */
static void
crowd_member(int out)
{
    int             i;
    char            visitor[16];
    redis_client_t  by = redis_client(&server);

    for (i = 0; i < VISITORS * 2; i++) {
        snprintf(visitor, sizeof(visitor), "v%d", i % VISITORS);
        reserve_begin(&by, visitor, 60, 0);
    }

    for (i = 0; i < VISITORS * 2; i++) {
        dprintf(out, "%02d %s\n", i % VISITORS, redis_reply(&by));
    }

    _exit(0);
}


/* Many at once: one code a visitor, one visitor a code. */
static void
test_concurrent(void **state)
{
    int    i, pipes[2], visitor, code, owner[VISITORS], held[VISITORS];
    char   line[64], rest[32];
    FILE  *in;

    (void) state;
    begin();

    for (i = 0; i < VISITORS; i++) {
        snprintf(line, sizeof(line), "RPUSH pz:coupons:{autumn} C%02d", i);
        redis_ask(&client, line);
        owner[i] = held[i] = -1;
    }

    assert_int_equal(pipe(pipes), 0);

    for (i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            crowd_member(pipes[1]);
        }
    }

    close(pipes[1]);
    in = fdopen(pipes[0], "r");

    for (i = 0; fgets(line, sizeof(line), in) != NULL; i++) {
        assert_int_equal(sscanf(line, "%d *2($3:C%d %31s", &visitor, &code, rest), 3);
        assert_true(held[visitor] == -1 || held[visitor] == code);
        assert_true(owner[code] == -1 || owner[code] == visitor);
        held[visitor] = code;
        owner[code] = visitor;
    }

    assert_int_equal(i, VISITORS * 2 * PROCESSES);
    fclose(in);

    for (i = 0; i < PROCESSES; i++) {
        wait(NULL);
    }

    assert_string_equal(redis_ask(&client, "LLEN pz:coupons:{autumn}"), ":0");
}


/* Names that would leave the slot, or none at all, are refused before they are sent. */
static void
test_names(void **state)
{
    static const char *const names[][2] = {
        { "", "v" }, { "a{b", "v" }, { "a}b", "v" }, { "autumn", "" },
    };

    size_t       i;
    pz_sb_t      sb;
    pz_str_t     text;
    pz_arena_t  *arena = pz_arena_create(65536, 0);

    (void) state;

    for (i = 0; i < 4; i++) {
        pz_sb_init(&sb, arena, 4096);
        pz_redis_coupon_command(&sb, PZ_STR("pz:"), pz_str_from(names[i][0]),
                                pz_str_from(names[i][1]), 60, 0);
        assert_int_equal(pz_sb_done(&sb, &text), -1);
    }

    pz_sb_init(&sb, arena, 4096);
    pz_redis_coupon_command(&sb, PZ_STR("pz:"), PZ_STR("p"), PZ_STR("v"), 0, 0);
    assert_int_equal(pz_sb_done(&sb, &text), -1);
    pz_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_same_visitor_same_code),
        cmocka_unit_test(test_empty_pool),
        cmocka_unit_test(test_never_an_empty_code),
        cmocka_unit_test(test_bounded_work),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_set_refused),
        cmocka_unit_test(test_least_rights),
        cmocka_unit_test(test_known_script),
        cmocka_unit_test(test_concurrent),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
