#include "reply_case.h"

#include "pz_redis_redirect.h"
#include "pz_redis_slot.h"
#include "pz_redis_topology.h"
#include "pz_redis_url.h"

#define ID_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SHORT "$40\r\n"


/* As CLUSTER KEYSLOT of Redis 7.0 answers. */
static void
test_slot(void **state)
{
    static const struct { const char *key; unsigned slot; } keys[] = {
        { "123456789", 12739 }, { "foo", 12182 }, { "bar", 5061 }, { "", 0 },
        { "{foo}bar", 12182 }, { "bar{foo}", 12182 }, { "{foo}{bar}", 12182 },
        { "{}foo", 9500 }, { "foo{", 7673 }, { "foo{bar", 15278 }, { "{{foo}}", 13308 },
        { "pz:visitor:{anna}", 15278 }, { "pz:recs:visitor:{anna}", 15278 },
        { "\xff\x80\x01", 1242 },
    };

    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (pz_redis_slot_of(pz_str_from(keys[i].key)) != keys[i].slot) {
            fail_msg("\"%s\" is in slot %u, not in %u", keys[i].key,
                     pz_redis_slot_of(pz_str_from(keys[i].key)), keys[i].slot);
        }
    }
}


static void
test_commands(void **state)
{
    static const char wire[] =
        "*2\r\n$7\r\nHGETALL\r\n$3\r\nfoo\r\n"
        "*5\r\n$4\r\nEVAL\r\n$2\r\n\r\n\r\n$1\r\n1\r\n$3\r\nbar\r\n$1\r\n9\r\n"
        "*4\r\n$7\r\nevalsha\r\n$1\r\nx\r\n$1\r\n2\r\n$5\r\n{foo}\r\n"
        "*3\r\n$6\r\nUNLINK\r\n$0\r\n\r\n$3\r\nbar\r\n";
    static const unsigned slots[] = { 12182, 5061, 12182, 0 };

    int              rc;
    size_t           i, len, ends[4];
    pz_str_t         rest = pz_str_from(wire);
    pz_redis_sent_t  sent;

    (void) state;

    for (i = 0, len = 0; i < 4; i++) {
        assert_int_equal(pz_redis_slot_next(&rest, &sent), 1);
        assert_int_equal(sent.slot, slots[i]);
        assert_ptr_equal(sent.bytes.data, wire + len);
        len += sent.bytes.len;
        ends[i] = len;
    }

    assert_int_equal(pz_redis_slot_next(&rest, &sent), 0);
    assert_int_equal(len, strlen(wire));

    /* Cut off anywhere, the last command is none. */
    for (len = 1; len < strlen(wire); len++) {
        rest = pz_str_head(pz_str_from(wire), len);

        do {
            rc = pz_redis_slot_next(&rest, &sent);
        } while (rc == 1);

        assert_int_equal(rc, len == ends[0] || len == ends[1] || len == ends[2] ? 0 : -1);
    }
}


static void
test_no_commands(void **state)
{
    static const char *const bads[] = {
        "*1\r\n$4\r\nPING\r\n", "*0\r\n", "*-1\r\n", "x", "+OK\r\n", "*2\r\n$7\r\nHGETALL\r\n",
        "*3\r\n$4\r\nEVAL\r\n$1\r\nx\r\n$1\r\n0\r\n", "*3\r\n$4\r\nEVAL\r\n$1\r\nx\r\n$1\r\n1\r\n",
        "*4\r\n$4\r\nEVAL\r\n$1\r\nx\r\n$1\r\n0\r\n$1\r\nx\r\n",
        "*2\r\n$3\r\nGET\r\n$9999999999\r\nfoo\r\n", "*2\n$3\r\nGET\r\n$1\r\nx\r\n",
        "*2\r\n:3\r\nGET\r\n$1\r\nx\r\n",
    };

    size_t           i;
    pz_str_t         rest;
    pz_redis_sent_t  sent;

    (void) state;

    for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        rest = pz_str_from(bads[i]);
        assert_int_equal(pz_redis_slot_next(&rest, &sent), -1);
    }
}


static void
test_redirect(void **state)
{
    static const struct {
        const char *text; pz_redis_redirect_e kind; unsigned slot; const char *host; unsigned port;
    } said[] = {
        { "-MOVED 3999 127.0.0.1:6381\r\n", PZ_REDIS_REDIRECT_MOVED, 3999, "127.0.0.1", 6381 },
        { "-MOVED 0 ::1:6381\r\n", PZ_REDIS_REDIRECT_MOVED, 0, "::1", 6381 },
        { "-MOVED 16383 n1.shop.local:1\r\n", PZ_REDIS_REDIRECT_MOVED, 16383, "n1.shop.local", 1 },
        { "-MOVED 1 :6381\r\n", PZ_REDIS_REDIRECT_MOVED, 1, "", 6381 },
        { "-ASK 3999 10.0.0.1:6379\r\n", PZ_REDIS_REDIRECT_ASK, 3999, "10.0.0.1", 6379 },
        { "-ASK 7 fe80::1%eth0:6379\r\n", PZ_REDIS_REDIRECT_ASK, 7, "fe80::1%eth0", 6379 },
        { "-MOVED 3999 ?:6381\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-MOVED 3999 10.0.0.1:0\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-MOVED 16384 10.0.0.1:1\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-MOVED -1 10.0.0.1:1\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-MOVED 3999\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-MOVED 1 a b:1\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-ASK 1 10.0.0.1:65536\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-ASK 1 10.0.0.1\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-CLUSTERDOWN Hash slot not served\r\n", PZ_REDIS_REDIRECT_DOWN, 0, NULL, 0 },
        { "-TRYAGAIN Multiple keys\r\n", PZ_REDIS_REDIRECT_AGAIN, 0, NULL, 0 },
        { "-MOVEDX 1 10.0.0.1:1\r\n", PZ_REDIS_REDIRECT_NONE, 0, NULL, 0 },
        { "-ERR MOVED 1 10.0.0.1:1\r\n", PZ_REDIS_REDIRECT_NONE, 0, NULL, 0 },
        { "+MOVED 1 10.0.0.1:1\r\n", PZ_REDIS_REDIRECT_NONE, 0, NULL, 0 },
    };

    size_t               i;
    pz_arena_t          *arena = pz_arena_create(ROOM, 0);
    pz_redis_redirect_t  to;

    (void) state;

    for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        assert_int_equal(pz_redis_redirect_of(reply_of(arena, said[i].text), &to), said[i].kind);

        if (said[i].host != NULL) {
            assert_int_equal(to.slot, said[i].slot);
            assert_int_equal(to.node.port, said[i].port);
            check_text(to.node.host, said[i].host);
        }
    }

    assert_int_equal(pz_redis_redirect_of(NULL, &to), PZ_REDIS_REDIRECT_NONE);
    pz_arena_destroy(arena);
}


static int
read_topology(pz_arena_t *arena, const char *me, const char *slots, pz_redis_topology_t *topology)
{
    pz_reply_t  *replies[PZ_REDIS_TOPOLOGY_REPLIES];

    replies[0] = reply_of(arena, me);
    replies[1] = reply_of(arena, slots);
    return pz_redis_topology_read(arena, replies, topology);
}


/* The forms of 6.2 (no metadata) and of 7.0 (with it), nil, empty and "?" hosts. */
static void
test_topology(void **state)
{
    static const char slots[] =
        "*3\r\n"
        "*4\r\n:0\r\n:5460\r\n"
        "*4\r\n$9\r\n127.0.0.1\r\n:7001\r\n" SHORT ID_A "\r\n*2\r\n$8\r\nhostname\r\n$2\r\nh1\r\n"
        "*4\r\n$3\r\n::1\r\n:7002\r\n" SHORT ID_B "\r\n*0\r\n"
        "*3\r\n:5461\r\n:5461\r\n*3\r\n$0\r\n\r\n:7001\r\n" SHORT ID_A "\r\n"
        "*4\r\n:5462\r\n:16383\r\n*3\r\n$1\r\n?\r\n:7003\r\n$3\r\nabc\r\n*2\r\n$-1\r\n:70000\r\n";

    pz_arena_t           *arena = pz_arena_create(ROOM, 0);
    pz_redis_topology_t   t;

    (void) state;
    assert_int_equal(read_topology(arena, SHORT ID_B "\r\n", slots, &t), 0);
    check_text(t.me, ID_B);
    assert_int_equal(t.nranges, 3);

    assert_int_equal(t.ranges[0].first, 0);
    assert_int_equal(t.ranges[0].last, 5460);
    assert_int_equal(t.ranges[0].nmembers, 2);
    check_text(t.ranges[0].members[0].id, ID_A);
    check_text(t.ranges[0].members[0].place.host, "127.0.0.1");
    assert_int_equal(t.ranges[0].members[0].place.port, 7001);
    check_text(t.ranges[0].members[1].place.host, "::1");

    check_text(t.ranges[1].members[0].place.host, "");
    assert_int_equal(t.ranges[1].members[0].place.port, 7001);

    check_text(t.ranges[2].members[0].id, "");
    assert_int_equal(t.ranges[2].members[0].place.port, 0);
    assert_int_equal(t.ranges[2].members[1].place.port, 0);

    assert_int_equal(read_topology(arena, "-ERR no such thing\r\n", slots, &t), 0);
    check_text(t.me, "");
    pz_arena_destroy(arena);
}


static void
test_no_topology(void **state)
{
    static const char *const bads[] = {
        "-ERR This instance has cluster support disabled\r\n", "*0\r\n", "*-1\r\n", ":1\r\n",
        "*1\r\n:1\r\n", "*1\r\n*2\r\n:0\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n:2\r\n",
        "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\na\r\n:1\r\n",
        "*1\r\n*3\r\n:-1\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n",
        "*1\r\n*3\r\n:2\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n",
        "*1\r\n*3\r\n$1\r\n0\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:1\r\n*1\r\n$1\r\na\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n:1\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n",
    };

    size_t                i;
    pz_arena_t           *arena = pz_arena_create(ROOM, 0);
    pz_redis_topology_t   t;

    (void) state;

    for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        assert_int_equal(read_topology(arena, SHORT ID_A "\r\n", bads[i], &t), -1);
    }

    pz_arena_destroy(arena);
}


static void
test_question(void **state)
{
    pz_sb_t      sb;
    pz_arena_t  *arena = pz_arena_create(ROOM, 0);

    (void) state;
    pz_sb_init(&sb, arena, ROOM);
    pz_redis_topology_ask(&sb);
    check_commands(&sb, "*2\r\n$7\r\nCLUSTER\r\n$4\r\nMYID\r\n*2\r\n$7\r\nCLUSTER\r\n$5\r\nSLOTS\r\n");
    pz_arena_destroy(arena);
}


static void
test_url(void **state)
{
    pz_error_t       error;
    pz_arena_t      *arena = pz_arena_create(ROOM, 0);
    pz_redis_url_t   url;

    (void) state;
    assert_int_equal(pz_redis_url_parse(arena, PZ_STR("rediss-cluster://web:p@10.0.0.1,[::1]:7/0"),
                                        &url, &error), 0);
    assert_int_equal(url.scheme, PZ_REDIS_CLUSTER);
    assert_int_equal(url.tls, 1);
    assert_int_equal(url.nnodes, 2);
    check_text(url.nodes[0].host, "10.0.0.1");
    assert_int_equal(url.nodes[0].port, 6379);
    assert_int_equal(url.nodes[1].port, 7);
    check_text(url.shown, "rediss-cluster://web:***@10.0.0.1:6379,[::1]:7");
    pz_arena_destroy(arena);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slot), cmocka_unit_test(test_commands),
        cmocka_unit_test(test_no_commands), cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_topology), cmocka_unit_test(test_no_topology),
        cmocka_unit_test(test_question), cmocka_unit_test(test_url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
