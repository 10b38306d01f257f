#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pz_str.h"

static void
test_compare(void **state)
{
    (void) state;
    assert_true(pz_str_eq(PZ_STR_NONE, PZ_STR("")));
    assert_true(pz_str_eq(PZ_STR("a\0b"), PZ_STR("a\0b")));
    assert_false(pz_str_eq(PZ_STR("a\0b"), PZ_STR("a\0c")));
    assert_true(pz_str_ieq(PZ_STR("CoNtent"), PZ_STR("cOnTENT")));
    assert_false(pz_str_ieq(PZ_STR("K"), PZ_STR("\xe2\x84\xaa")));   /* Kelvin sign */
    assert_false(pz_str_ieq(PZ_STR("@"), PZ_STR("`")));
    assert_true(pz_str_cmp(PZ_STR("a"), PZ_STR("ab")) < 0);
    assert_true(pz_str_cmp(PZ_STR("\xff"), PZ_STR("a")) > 0);
    assert_int_equal(pz_str_cmp(PZ_STR_NONE, PZ_STR_NONE), 0);
    assert_true(pz_str_starts(PZ_STR("abc"), PZ_STR("ab")));
    assert_true(pz_str_starts(PZ_STR("abc"), PZ_STR_NONE));
    assert_false(pz_str_starts(PZ_STR("a"), PZ_STR("ab")));
    assert_true(pz_str_ends(PZ_STR("abc"), PZ_STR("bc")));
    assert_false(pz_str_ends(PZ_STR("c"), PZ_STR("bc")));
    assert_int_equal(pz_str_from(NULL).len, 0);
    assert_int_equal(pz_str_from("abc").len, 3);
}

static void
test_parts(void **state)
{
    pz_str_t s = PZ_STR("hello");

    (void) state;
    assert_true(pz_str_eq(pz_str_skip(s, 2), PZ_STR("llo")));
    assert_int_equal(pz_str_skip(s, 99).len, 0);
    assert_int_equal(pz_str_skip(PZ_STR_NONE, 3).len, 0);
    assert_true(pz_str_eq(pz_str_head(s, 2), PZ_STR("he")));
    assert_true(pz_str_eq(pz_str_head(s, 99), s));
    assert_true(pz_str_eq(pz_str_trim(PZ_STR(" \t\r\n\v\f a b \n")), PZ_STR("a b")));
    assert_int_equal(pz_str_trim(PZ_STR("  ")).len, 0);
    assert_int_equal(pz_str_trim(PZ_STR_NONE).len, 0);
}

static void
test_find(void **state)
{
    (void) state;
    assert_int_equal(pz_str_find_byte(PZ_STR("a\0b"), 'b'), 2);
    assert_int_equal(pz_str_find_byte(PZ_STR("a\0b"), '\0'), 1);
    assert_int_equal(pz_str_find_byte(PZ_STR_NONE, '\0'), -1);
    assert_int_equal(pz_str_find(PZ_STR("aab"), PZ_STR("ab")), 1);
    assert_int_equal(pz_str_find(PZ_STR("aab"), PZ_STR("")), 0);
    assert_int_equal(pz_str_find(PZ_STR_NONE, PZ_STR("")), 0);
    assert_int_equal(pz_str_find(PZ_STR("a"), PZ_STR("ab")), -1);
    assert_int_equal(pz_str_find(PZ_STR("abc"), PZ_STR("bd")), -1);
}

static void
test_items(void **state)
{
    pz_str_t rest = PZ_STR(" vip, ,loyal ,,at risk"), item;

    (void) state;
    assert_int_equal(pz_str_next_item(&rest, ',', &item), 1);
    assert_true(pz_str_eq(item, PZ_STR("vip")));
    assert_int_equal(pz_str_next_item(&rest, ',', &item), 1);
    assert_true(pz_str_eq(item, PZ_STR("loyal")));
    assert_int_equal(pz_str_next_item(&rest, ',', &item), 1);
    assert_true(pz_str_eq(item, PZ_STR("at risk")));
    assert_int_equal(pz_str_next_item(&rest, ',', &item), 0);
    assert_int_equal(pz_str_next_item(&rest, ',', &item), 0);

    rest = PZ_STR(",, ,");
    assert_int_equal(pz_str_next_item(&rest, ',', &item), 0);
    rest = PZ_STR_NONE;
    assert_int_equal(pz_str_next_item(&rest, ',', &item), 0);
}

/* Encode any number as UTF-8 would, also those that it may not. */
static pz_str_t
encode(unsigned code, char out[4])
{
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    size_t i;

    for (i = len; i > 1; i--) {
        out[i - 1] = (char) (0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char) (len == 1 ? code : ((0xf00u >> len) & 0xff) | code);
    return (pz_str_t) { out, len };
}

static void
test_utf8_every_code_point(void **state)
{
    char     bytes[4];
    unsigned code;
    pz_str_t s;

    (void) state;
    for (code = 0; code < 0x1fffff; code++) {
        s = encode(code, bytes);
        if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            assert_int_equal(pz_str_utf8_head(s), 0);
        } else {
            assert_int_equal(pz_str_utf8_head(s), s.len);
            assert_int_equal(pz_str_utf8_head(pz_str_head(s, s.len - 1)), 0);
        }
    }
}

static void
test_utf8_bad(void **state)
{
    static const char *bad[] = {
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xfe", "\xff",
        "\xc2", "\xe0\xb8", "\xe0\xb8\x41", "a\xc3(", "\xed\xa0\x80", "\xf4\x90\x80\x80"
    };
    size_t i;

    (void) state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(pz_str_is_utf8(pz_str_from(bad[i])));
    }
    assert_true(pz_str_is_utf8(PZ_STR_NONE));
    assert_true(pz_str_is_utf8(PZ_STR("สวัสดี\0 \xf0\x9f\x90\x95")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_utf8_every_code_point),
        cmocka_unit_test(test_utf8_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
