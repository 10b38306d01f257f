#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "pz_redis_url.h"

#define SECRET  "s3cr3t"

typedef struct {
    const char *text;
    const char *host;
    unsigned    port;
    const char *path;
    const char *user;
    const char *password;
    unsigned    db;
    const char *shown;
} good_t;


static void
check_text(pz_str_t got, const char *wanted)
{
    assert_int_equal(got.len, strlen(wanted));
    assert_memory_equal(got.len ? got.data : "", wanted, got.len);
}


static void
test_good(void **state)
{
    static const good_t goods[] = {
        { "redis://127.0.0.1:6379/0", "127.0.0.1", 6379, "", "", "", 0,
          "redis://127.0.0.1:6379/0" },
        { "redis://cache.example", "cache.example", 6379, "", "", "", 0,
          "redis://cache.example:6379/0" },
        { "REDIS://Cache:7/", "Cache", 7, "", "", "", 0, "redis://Cache:7/0" },
        { "redis://h:65535/15", "h", 65535, "", "", "", 15, "redis://h:65535/15" },
        { "redis://[::1]:6380/3", "::1", 6380, "", "", "", 3, "redis://[::1]:6380/3" },
        { "redis://[fe80::1%25eth0]", "fe80::1%25eth0", 6379, "", "", "", 0,
          "redis://[fe80::1%25eth0]:6379/0" },
        { "redis://:" SECRET "@h", "h", 6379, "", "", SECRET, 0, "redis://:***@h:6379/0" },
        { "redis://web:" SECRET "@h:1/2", "h", 1, "", "web", SECRET, 2,
          "redis://web:***@h:1/2" },
        { "redis://we%3Ab:%40%2f%25@h", "h", 6379, "", "we:b", "@/%", 0,
          "redis://we%3Ab:***@h:6379/0" },
        { "redis://u:p@ss/w?rd#1:x@h:9/4", "h", 9, "", "u", "p@ss/w?rd#1:x", 4,
          "redis://u:***@h:9/4" },
        { "rediss://web:" SECRET "@cache.example/2", "cache.example", 6379, "", "web", SECRET, 2,
          "rediss://web:***@cache.example:6379/2" },
        { "unix:///run/redis.sock", "", 0, "/run/redis.sock", "", "", 0,
          "unix:///run/redis.sock?db=0" },
        { "unix:///run/redis@1.sock?db=7", "", 0, "/run/redis@1.sock", "", "", 7,
          "unix:///run/redis@1.sock?db=7" },
        { "unix:///run/a%20b.sock", "", 0, "/run/a b.sock", "", "", 0,
          "unix:///run/a b.sock?db=0" },
        { "unix://u:" SECRET "@/run/r.sock?db=1", "", 0, "/run/r.sock", "u", SECRET, 1,
          "unix://u:***@/run/r.sock?db=1" },
        { "redis://:env:PZ_TEST_SECRET@h", "h", 6379, "", "", SECRET, 0,
          "redis://:***@h:6379/0" },
    };

    size_t           i;
    pz_error_t       error;
    pz_arena_t      *arena;
    pz_redis_url_t   url;

    (void) state;
    setenv("PZ_TEST_SECRET", SECRET, 1);

    for (i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
        arena = pz_arena_create(65536, 0);
        assert_int_equal(pz_redis_url_parse(arena, pz_str_from(goods[i].text), &url, &error), 0);
        check_text(url.host, goods[i].host);
        check_text(url.path, goods[i].path);
        check_text(url.user, goods[i].user);
        check_text(url.password, goods[i].password);
        check_text(url.shown, goods[i].shown);
        assert_int_equal(url.port, goods[i].port);
        assert_int_equal(url.db, goods[i].db);
        assert_int_equal(url.scheme, goods[i].path[0] ? PZ_REDIS_UNIX : PZ_REDIS_TCP);
        assert_int_equal(url.tls, strncmp(goods[i].text, "rediss", 6) == 0);
        pz_arena_destroy(arena);
    }
}


static void
refuse_url(pz_str_t text, const char *because)
{
    pz_error_t       error;
    pz_arena_t      *arena = pz_arena_create(65536, 0);
    pz_redis_url_t   url;

    memset(&error, 0, sizeof(error));
    assert_int_equal(pz_redis_url_parse(arena, text, &url, &error), -1);

    if (strstr(error.text, because) == NULL) {
        fail_msg("%.*s: \"%s\" does not say \"%s\"", (int) text.len, text.data, error.text,
                 because);
    }

    assert_null(strstr(error.text, SECRET));
    assert_int_equal(pz_redis_url_parse(arena, text, &url, NULL), -1);
    pz_arena_destroy(arena);
}


static void
test_bad(void **state)
{
    static const char *const bads[][2] = {
        { "", "must begin with" }, { SECRET, "must begin with" },
        { "http://" SECRET "@h", "must begin with" }, { "redis:/h", "must begin with" },
        { SECRET "://h", "must begin with" },
        { "rediss://:" SECRET "@h?x", "takes no ?" }, { "rediss://", "needs a host" },
        { "redis-sentinel://h1:1,h2:2/0", "master's name" },
        { "redis-sentinel://h1:1,h2:2/0#", "master's name" },
        { "redis-sentinel://h1/0#a b", "master's name" },
        { "redis-sentinel://:" SECRET "@h1,,h2/0#m", "needs a host" },
        { "redis-sentinel://h1:1,h2:x/0#m", "port" }, { "redis-sentinel:///0#m", "needs a host" },
        { "redis-sentinel://h1/x#m", "must be a number" },
        { "redis-sentinel://a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a/0#m", "more than 16" },
        { "redis-cluster://h1:1,h2:2/1", "no database but 0" },
        { "redis-cluster://h1:1/0#m", "no database but 0" },
        { "redis-cluster://", "needs a host" }, { "rediss-cluster://h1,", "needs a host" },
        { "redis-cluster://:" SECRET "@h1:0", "port" },
        { "redis://", "needs a host" }, { "redis:///0", "needs a host" },
        { "redis://[::1", "needs a host" }, { "redis://[]:1", "needs a host" },
        { "redis://a b", "needs a host" }, { "redis://h\r\nx", "needs a host" },
        { "redis://\xe0\xb8\x81", "needs a host" },
        { "redis://user:" SECRET, "port" }, { "redis://h:0", "port" },
        { "redis://h:65536", "port" }, { "redis://h:", "port" }, { "redis://h:-1", "port" },
        { "redis://[::1]x", "port" }, { "redis://h:99999999999999999999", "port" },
        { "redis://h/" SECRET, "must be a number" }, { "redis://h/-1", "must be a number" },
        { "redis://h/2147483648", "must be a number" }, { "redis://h/0/1", "must be a number" },
        { "redis://h?password=" SECRET, "takes no ?" }, { "redis://h/0#m", "takes no ?" },
        { "redis://" SECRET "@h", "no password" }, { "redis://@h", "no password" },
        { "redis://u:@h", "no password" }, { "redis://:%zz" SECRET "@h", "escape" },
        { "redis://:" SECRET "%@h", "escape" }, { "redis://:" SECRET "%00@h", "escape" },
        { "redis://:file:/nowhere/at/all@h", "/nowhere/at/all" },
        { "redis://:env:PZ_TEST_NOT_SET@h", "PZ_TEST_NOT_SET" },
        { "unix://", "absolute path" }, { "unix://run/x", "absolute path" },
        { "unix:///", "absolute path" }, { "unix:///a%00b", "absolute path" },
        { "unix:///a?db=x", "must be a number" }, { "unix:///a?password=" SECRET, "is db" },
    };

    size_t  i;
    char    path[200] = "unix:///";
    char    name[1200] = "redis://:";

    (void) state;
    unsetenv("PZ_TEST_NOT_SET");

    for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        refuse_url(pz_str_from(bads[i][0]), bads[i][1]);
    }

    refuse_url(PZ_STR("redis://h\0x"), "NUL");

    memset(path + 8, 'p', 150);
    refuse_url(pz_str_from(path), "absolute path");

    memset(name + 9, 'p', 600);
    strcat(name, "@h");
    refuse_url(pz_str_from(name), "longer than");
}


static void
write_file(const char *path, const char *bytes, size_t len)
{
    FILE  *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}


static void
test_password_file(void **state)
{
    char             path[] = "/tmp/pz-url-XXXXXX";
    char             text[100], line[2000];
    pz_error_t       error;
    pz_arena_t      *arena = pz_arena_create(65536, 0);
    pz_redis_url_t   url;

    (void) state;
    close(mkstemp(path));
    snprintf(text, sizeof(text), "redis://web:file:%s@h:1/2", path);

    write_file(path, SECRET "\r\nsecond line\n", 21);
    assert_int_equal(pz_redis_url_parse(arena, pz_str_from(text), &url, &error), 0);
    check_text(url.password, SECRET);
    check_text(url.shown, "redis://web:***@h:1/2");

    write_file(path, SECRET, 6);
    assert_int_equal(pz_redis_url_parse(arena, pz_str_from(text), &url, &error), 0);
    check_text(url.password, SECRET);

    write_file(path, "\n" SECRET, 7);
    refuse_url(pz_str_from(text), "empty");
    write_file(path, "", 0);
    refuse_url(pz_str_from(text), "empty");

    memset(line, 'x', sizeof(line));
    memcpy(line, SECRET, 6);
    write_file(path, line, sizeof(line));
    refuse_url(pz_str_from(text), "too long");

    remove(path);
    refuse_url(pz_str_from(text), path);
    refuse_url(PZ_STR("redis://:file:/@h"), "cannot");
    pz_arena_destroy(arena);
}


/* Any budget: an URL or an error, no crash. */
static void
test_every_budget(void **state)
{
    int              rc = -1;
    size_t           budget;
    pz_error_t       error;
    pz_arena_t      *arena;
    pz_redis_url_t   url;

    (void) state;

    for (budget = 0; budget < 4096; budget++) {
        arena = pz_arena_create(budget, 32);
        rc = pz_redis_url_parse(arena, PZ_STR("redis://u:p@h:1/2"), &url, &error);
        pz_arena_destroy(arena);
    }

    assert_int_equal(rc, 0);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_password_file),
        cmocka_unit_test(test_every_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
