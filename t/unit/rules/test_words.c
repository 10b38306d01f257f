/*
 * Small things in words: prices, suggestions.
 */
#include "rules_case.h"

#include "pz_price.h"
#include "pz_suggest.h"

static void
assert_price(const char *price, const char *currency, const char *wanted)
{
    pz_sb_t     sb;
    pz_str_t    text;
    pz_arena_t *arena = pz_arena_create(4096, 0);

    pz_sb_init(&sb, arena, 256);
    pz_price_add(&sb, pz_str_from(price), pz_str_from(currency));
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_string_equal(text.data, wanted);
    pz_arena_destroy(arena);
}

static void
test_price(void **state)
{
    (void) state;
    assert_price("1290", "THB", "฿1,290");
    assert_price("1290.5", "THB", "฿1,290.50");
    assert_price("0", "THB", "฿0");
    assert_price("12", "USD", "$12.00");
    assert_price("1234567.891", "eur", "€1,234,567.89");
    assert_price("999.999", "USD", "$1,000.00");
    assert_price("1500", "JPY", "¥1,500");
    assert_price("10", "XYZ", "10 XYZ");
    assert_price("10", "", "10");
    assert_price("on request", "THB", "on request");
    assert_price("-5", "THB", "-5");
    assert_price("1e30", "THB", "1e30");
    assert_price("", "THB", "");
}

static void
test_distance(void **state)
{
    (void) state;
    assert_int_equal(pz_suggest_distance("segmnt", "segment"), 1);
    assert_int_equal(pz_suggest_distance("sgement", "segment"), 1);
    assert_int_equal(pz_suggest_distance("text", "text"), 0);
    assert_int_equal(pz_suggest_distance("", "abc"), 3);
    assert_int_equal(pz_suggest_distance("kitten", "sitting"), 3);
    assert_true(pz_suggest_distance("a123456789012345678901234567890123456789", "a") > 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_price),
        cmocka_unit_test(test_distance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
