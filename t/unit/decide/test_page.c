#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena_case.h"
#include "pz_page.h"

static int
matches(const char *pattern, pz_str_t path)
{
    int        found;
    pz_page_t *page = pz_page_compile(arena, pz_str_from(pattern), NULL);

    assert_non_null(page);
    assert_true(pz_str_eq(pz_page_text(page), pz_str_from(pattern)));
    found = pz_page_matches(page, path);
    pz_page_free(page);
    return found;
}

static void
test_exact(void **state)
{
    (void) state;
    assert_int_equal(matches("/", PZ_STR("/")), 1);
    assert_int_equal(matches("/", PZ_STR("/x")), 0);
    assert_int_equal(matches("/a", PZ_STR("/A")), 0);
    assert_int_equal(matches("/สินค้า", PZ_STR("/สินค้า")), 1);
    assert_int_equal(matches("/a", PZ_STR_NONE), 0);
    assert_int_equal(matches("/a", PZ_STR("/a\0")), 0);
}

static void
test_patterns(void **state)
{
    (void) state;
    assert_int_equal(matches("~^/category/", PZ_STR("/category/dogs")), 1);
    assert_int_equal(matches("~^/category/", PZ_STR("/x/category/")), 0);
    assert_int_equal(matches("~ ^/Category/ ", PZ_STR("/category/dogs")), 0);
    assert_int_equal(matches("~*^/Category/", PZ_STR("/category/dogs")), 1);
    assert_int_equal(matches("~* ^/É", PZ_STR("/é")), 1);
    assert_int_equal(matches("~^/p/[ก-ฮ]{2}$", PZ_STR("/p/กข")), 1);
    assert_int_equal(matches("~^/p/[ก-ฮ]{2}$", PZ_STR("/p/ก")), 0);
    assert_int_equal(matches("~(?<sku>[0-9]+)$", PZ_STR("/p/12")), 1);
    assert_int_equal(matches("~^$", PZ_STR_NONE), 1);
    assert_int_equal(matches("~x", PZ_STR("/a\0x")), 1);
}

/* What is compared before PCRE2 is asked never says no where it would say yes. */
static void
test_prefixes(void **state)
{
    (void) state;
    assert_int_equal(matches("~^/category", PZ_STR("/category")), 1);
    assert_int_equal(matches("~^/category", PZ_STR("/categor")), 0);
    assert_int_equal(matches("~^/ab?c", PZ_STR("/ac")), 1);
    assert_int_equal(matches("~^/ab*c", PZ_STR("/ac")), 1);
    assert_int_equal(matches("~^/ab{0,1}c", PZ_STR("/ac")), 1);
    assert_int_equal(matches("~^/ab+c", PZ_STR("/ac")), 0);
    assert_int_equal(matches("~^/a|^/b", PZ_STR("/b")), 1);
    assert_int_equal(matches("~^/a(x|y)", PZ_STR("/ay")), 1);
    assert_int_equal(matches("~*^/A", PZ_STR("/a")), 1);
    assert_int_equal(matches("~^", PZ_STR("/a")), 1);
    assert_int_equal(matches("~^/a$", PZ_STR("/ab")), 0);
    assert_int_equal(matches("~^/a.c", PZ_STR("/a-c")), 1);
    assert_int_equal(matches("~^/a\\.html", PZ_STR("/a.html")), 1);
    assert_int_equal(matches("~^/p(?i)X", PZ_STR("/px")), 1);
}

/* A path that is not UTF-8 is matched as far as it is. */
static void
test_bad_utf8(void **state)
{
    (void) state;
    assert_int_equal(matches("~^/category/", PZ_STR("/category/\xff")), 1);
    assert_int_equal(matches("~^/\\xff", PZ_STR("/\xff")), 0);
    assert_int_equal(matches("~.", PZ_STR("\xff\xfe")), 0);
}

static void
test_refused(void **state)
{
    static const char *bad[] = {
        "", "shop", "~", "~*", "~ ", "~(", "~^/a[", "~\\C", "~\xff", "~(?<=a+)b", "*.html",
        "/a?b=1", "/%E0%B8%81", "~\\", "~a{99999}"
    };
    size_t     i;
    char       big[5000];
    pz_error_t error;

    (void) state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        error.text[0] = '\0';
        assert_null(pz_page_compile(arena, pz_str_from(bad[i]), &error));
        assert_true(strlen(error.text) > 20);
        assert_null(pz_page_compile(arena, pz_str_from(bad[i]), NULL));
    }
    memset(big, 'a', sizeof(big));
    big[0] = '~';
    assert_null(pz_page_compile(arena, (pz_str_t) { big, sizeof(big) }, &error));
    pz_page_free(NULL);
}

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void
test_limit(void **state)
{
    static const char *slow[] = {
        "~^(a+)+$", "~^(a|aa)+$", "~^(([a-z])+.)+[A-Z]([a-z])+$", "~(x+x+)+y",
        "~^(?:a?){60}a{60}$", "~(.*)*(.*)*(.*)*z", "~^((a+)(a+))+b\\2$",
        "~(*NO_JIT)^(a+)+$", "~(*NO_JIT)(.*)*(.*)*(.*)*z", "~(*NO_JIT)(x+x+)+y"
    };
    int    found;
    char   path[8000];
    size_t i;
    double start;

    (void) state;
    memset(path, 'a', sizeof(path));
    path[sizeof(path) - 1] = '!';
    for (i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
        start = seconds();
        found = matches(slow[i], (pz_str_t) { path, sizeof(path) });
        assert_true(found <= 0);
        assert_true(seconds() - start < 1.0);
    }
    assert_int_equal(matches("~^(a+)+$", (pz_str_t) { path, 60 }), 1);
    assert_int_equal(matches("~^(a+)+$", (pz_str_t) { path + sizeof(path) - 60, 60 }), -1);
    /* and what people write stays far below it */
    assert_int_equal(matches("~^/.*/p/.*-a+!$", PZ_STR("/category/dogs/p/food-aaaa!")), 1);
}

static void
test_budgets(void **state)
{
    size_t      budget;
    pz_page_t  *page;
    pz_arena_t *small;
    pz_error_t  error;

    (void) state;
    for (budget = 0; budget < 256; budget += 8) {
        small = pz_arena_create(budget, 0);
        page = pz_page_compile(small, PZ_STR("~^/category/"), &error);
        if (page != NULL) {
            assert_int_equal(pz_page_matches(page, PZ_STR("/category/")), 1);
            pz_page_free(page);
            pz_page_free(page);    /* twice does no harm */
        } else {
            assert_non_null(strstr(error.text, "memory"));
        }
        pz_arena_destroy(small);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_bad_utf8),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_budgets),
    };

    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
