#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pz_redis.h"


static void
test_bytes(void **state)
{
    pz_sb_t      sb;
    pz_str_t     text;
    pz_arena_t  *arena = pz_arena_create(65536, 0);
    pz_str_t     hget[] = { PZ_STR("HGET"), PZ_STR("a\r\n\0b"), PZ_STR(""), PZ_STR_NONE };
    pz_str_t     ping[] = { PZ_STR("PING") };

    (void) state;
    pz_sb_init(&sb, arena, 4096);
    pz_redis_command(&sb, hget, 4);
    pz_redis_command(&sb, ping, 1);
    assert_int_equal(pz_sb_done(&sb, &text), 0);

    static const char wanted[] =
        "*4\r\n$4\r\nHGET\r\n$5\r\na\r\n\0b\r\n$0\r\n\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n";
    assert_int_equal(text.len, sizeof(wanted) - 1);
    assert_memory_equal(text.data, wanted, text.len);
    pz_arena_destroy(arena);
}


/* A cap or a budget anywhere: all or a failure that sticks, never a part. */
static void
test_every_cap(void **state)
{
    size_t       cap, whole = 14 + 20;
    pz_sb_t      sb;
    pz_str_t     text;
    pz_arena_t  *arena;
    pz_str_t     ping[] = { PZ_STR("PING") };
    pz_str_t     get[] = { PZ_STR("GET"), PZ_STR("a") };

    (void) state;

    for (cap = 0; cap < 64; cap++) {
        arena = pz_arena_create(65536, 0);
        pz_sb_init(&sb, arena, cap);
        pz_redis_command(&sb, ping, 1);
        pz_redis_command(&sb, get, 2);
        assert_int_equal(pz_sb_done(&sb, &text), cap >= whole ? 0 : -1);
        pz_arena_destroy(arena);
    }

    for (cap = 0; cap < 512; cap++) {
        arena = pz_arena_create(cap, 64);
        pz_sb_init(&sb, arena, 4096);
        pz_redis_command(&sb, get, 2);

        if (pz_sb_done(&sb, &text) == 0) {
            assert_int_equal(text.len, 20);
        }

        pz_arena_destroy(arena);
    }
}


static void
test_refused(void **state)
{
    pz_sb_t      sb;
    pz_str_t     text;
    pz_str_t     huge[] = { PZ_STR("SET"), { "x", SIZE_MAX / 2 } };
    pz_arena_t  *arena = pz_arena_create(65536, 0);

    (void) state;
    pz_sb_init(&sb, arena, SIZE_MAX);
    pz_redis_command(&sb, huge, 2);
    assert_int_equal(pz_sb_done(&sb, &text), -1);

    pz_sb_init(&sb, arena, 4096);
    pz_redis_command(&sb, huge, 0);
    assert_int_equal(pz_sb_done(&sb, &text), -1);
    pz_arena_destroy(arena);
}


static void
test_error_kinds(void **state)
{
    static const struct {
        const char        *text;
        pz_redis_error_t   kind;
    } errors[] = {
        { "WRONGTYPE Operation against a key", PZ_REDIS_ERR_WRONGTYPE },
        { "NOAUTH Authentication required.", PZ_REDIS_ERR_AUTH },
        { "WRONGPASS invalid username-password pair", PZ_REDIS_ERR_AUTH },
        { "LOADING Redis is loading the dataset in memory", PZ_REDIS_ERR_BUSY },
        { "MASTERDOWN Link with MASTER is down", PZ_REDIS_ERR_BUSY },
        { "BUSY Redis is busy running a script.", PZ_REDIS_ERR_BUSY },
        { "TRYAGAIN Multiple keys", PZ_REDIS_ERR_BUSY },
        { "CLUSTERDOWN Hash slot not served", PZ_REDIS_ERR_BUSY },
        { "OOM command not allowed", PZ_REDIS_ERR_REFUSED },
        { "MISCONF Redis is configured", PZ_REDIS_ERR_REFUSED },
        { "READONLY You can't write", PZ_REDIS_ERR_REFUSED },
        { "NOPERM this user has no permissions", PZ_REDIS_ERR_REFUSED },
        { "NOREPLICAS Not enough good replicas", PZ_REDIS_ERR_REFUSED },
        { "NOSCRIPT No matching script.", PZ_REDIS_ERR_NOSCRIPT },
        { "MOVED 3999 127.0.0.1:6381", PZ_REDIS_ERR_MOVED },
        { "ASK 3999 127.0.0.1:6381", PZ_REDIS_ERR_ASK },
        { "ERR unknown command", PZ_REDIS_ERR_OTHER },
        { "BUSYGROUP Consumer Group name already exists", PZ_REDIS_ERR_OTHER },
        { "LOADING", PZ_REDIS_ERR_BUSY },
        { "loading", PZ_REDIS_ERR_OTHER },
        { "", PZ_REDIS_ERR_OTHER },
    };

    size_t      i;
    pz_reply_t  reply;

    (void) state;

    for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        reply = (pz_reply_t) { .type = PZ_REPLY_ERROR, .text = pz_str_from(errors[i].text) };
        assert_int_equal(pz_redis_error_of(&reply), errors[i].kind);

        reply.type = PZ_REPLY_STATUS;
        assert_int_equal(pz_redis_error_of(&reply), PZ_REDIS_ERR_OTHER);
    }

    assert_int_equal(pz_redis_error_of(NULL), PZ_REDIS_ERR_OTHER);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_every_cap),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_error_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
