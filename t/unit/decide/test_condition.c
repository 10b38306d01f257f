#include <string.h>

#include "arena_case.h"
#include "pz_condition.h"

static pz_schema_t  *schema;
static pz_profile_t *profile;

static const pz_fact_t named[] = {
    { { "city", 4 }, { "Chiang Mai", 10 } },
    { { "temperature", 11 }, { "31.5", 4 } },
    { { "blank", 5 }, { "", 0 } },
    { { "path", 4 }, { "/shadowed", 9 } },
    { { "tags", 4 }, { "a, b", 4 } },
};
static const pz_facts_t facts = {
    .path = { "/cart", 5 }, .language = { "th", 2 }, .now = 1795712400, .consent = 1,
    .named = named, .nnamed = 5
};

static int
setup(void **state)
{
    if (arena_setup(state) != 0) {
        return -1;
    }
    schema = pz_schema_create(arena);
    profile = pz_profile_create(arena);
    pz_schema_declare(schema, PZ_STR("vip"), PZ_TYPE_FLAG, 0);
    pz_schema_declare(schema, PZ_STR("joined"), PZ_TYPE_TIME, 0);
    pz_profile_add(profile, PZ_STR("orders"), PZ_STR("3"));
    pz_profile_add(profile, PZ_STR("points"), PZ_STR("many"));
    pz_profile_add(profile, PZ_STR("tier"), PZ_STR("gold"));
    pz_profile_add(profile, PZ_STR("vip"), PZ_STR("yes"));
    pz_profile_add(profile, PZ_STR("segments"), PZ_STR("vip, at risk"));
    pz_profile_add(profile, PZ_STR("last_order_at"), PZ_STR("2026-09-01"));
    pz_profile_add(profile, PZ_STR("joined"), PZ_STR("2025-01-01"));
    return 0;
}

static int
holds(const char *field, const char *test, pz_type_t type, const char *operand)
{
    int            word = pz_test_from(pz_str_from(test));
    pz_condition_t c;

    assert_int_not_equal(word, -1);
    memset(&c, 0, sizeof(c));
    pz_condition_ask(&c, schema, pz_str_from(field));
    c.test = (pz_test_t) word;
    c.operand = pz_value_read(type, pz_str_from(operand));
    assert_true(c.operand.present);
    return pz_condition_holds(&c, profile, &facts);
}

static int
among(const char *field, pz_test_t test, pz_str_t a, pz_str_t b)
{
    pz_str_t       list[2] = { a, b };
    pz_condition_t c;

    memset(&c, 0, sizeof(c));
    pz_condition_ask(&c, schema, pz_str_from(field));
    c.test = test;
    c.list = list;
    c.nlist = 2;
    return pz_condition_holds(&c, profile, &facts);
}

#define NUM   PZ_TYPE_NUMBER
#define TEXT  PZ_TYPE_TEXT
#define FLAG  PZ_TYPE_FLAG

static void
test_order(void **state)
{
    (void) state;
    assert_true(holds("orders", "at_least", NUM, "3"));
    assert_false(holds("orders", "at_least", NUM, "3.01"));
    assert_true(holds("orders", "at_most", NUM, "3"));
    assert_false(holds("orders", "at_most", NUM, "2"));
    assert_false(holds("orders", "more_than", NUM, "3"));
    assert_true(holds("orders", "more_than", NUM, "2"));
    assert_false(holds("orders", "less_than", NUM, "3"));
    assert_true(holds("orders", "less_than", NUM, "4"));
    assert_true(holds("days_since_order", "more_than", NUM, "60"));
    assert_true(holds("joined", "less_than", PZ_TYPE_TIME, "2026-01-01"));
    assert_false(holds("joined", "at_least", PZ_TYPE_TIME, "2025-01-01 00:00:01"));
}

/* Absent, or not what it should be: no ordering test is met, not even at_most. */
static void
test_absent(void **state)
{
    (void) state;
    assert_false(holds("cart_total", "at_most", NUM, "100"));
    assert_false(holds("cart_total", "less_than", NUM, "100"));
    assert_false(holds("cart_total", "at_least", NUM, "0"));
    assert_false(holds("points", "at_least", NUM, "0"));
    assert_true(holds("cart_total", "is", NUM, "0"));
    assert_true(holds("points", "is", NUM, "0"));
    assert_false(holds("points", "is_not", NUM, "0"));
    assert_true(holds("name", "is_not", TEXT, "x"));
    assert_true(among("name", PZ_TEST_NONE_OF, PZ_STR("a"), PZ_STR("b")));
    assert_false(holds("points", "exists", FLAG, "true"));
    assert_true(holds("points", "exists", FLAG, "false"));
    assert_true(holds("orders", "exists", FLAG, "true"));
    assert_false(holds("orders", "exists", FLAG, "false"));
}

static void
test_equality_and_lists(void **state)
{
    (void) state;
    assert_true(holds("orders", "is", NUM, "3.0"));
    assert_true(holds("tier", "is", TEXT, "gold"));
    assert_false(holds("tier", "is", TEXT, "Gold"));
    assert_true(holds("vip", "is", FLAG, "true"));
    assert_false(holds("vip", "is_not", FLAG, "1"));

    assert_true(among("tier", PZ_TEST_ONE_OF, PZ_STR("silver"), PZ_STR("gold")));
    assert_false(among("tier", PZ_TEST_NONE_OF, PZ_STR("silver"), PZ_STR("gold")));
    assert_true(among("orders", PZ_TEST_ONE_OF, PZ_STR("1"), PZ_STR("3.0")));
    assert_false(among("orders", PZ_TEST_ONE_OF, PZ_STR("1"), PZ_STR("x")));
    assert_true(among("segments", PZ_TEST_ONE_OF, PZ_STR("x"), PZ_STR("at risk")));
    assert_true(among("segments", PZ_TEST_NONE_OF, PZ_STR("x"), PZ_STR("risk")));

    assert_true(holds("segments", "has", TEXT, "at risk"));
    assert_false(holds("segments", "has", TEXT, "risk"));
    assert_true(holds("segments", "has_not", TEXT, "risk"));
    assert_false(holds("segments", "has_not", TEXT, "vip"));
}

static void
test_facts(void **state)
{
    (void) state;
    assert_true(holds("ctx.city", "is", TEXT, "Chiang Mai"));
    assert_true(holds("ctx.path", "is", TEXT, "/cart"));
    assert_true(holds("ctx.language", "is", TEXT, "th"));
    assert_true(holds("ctx.consent", "is", FLAG, "true"));
    assert_true(holds("ctx.returning", "is", FLAG, "false"));
    assert_true(holds("ctx.temperature", "more_than", NUM, "31"));
    assert_false(holds("ctx.city", "more_than", NUM, "0"));
    assert_false(holds("ctx.nowhere", "less_than", NUM, "1"));
    assert_true(holds("ctx.tags", "has", TEXT, "b"));
    assert_true(holds("ctx.tags", "has_not", TEXT, "c"));
    assert_true(among("ctx.city", PZ_TEST_ONE_OF, PZ_STR("x"), PZ_STR("Chiang Mai")));
    assert_true(holds("ctx.blank", "exists", FLAG, "false"));
    assert_true(holds("ctx.referrer", "exists", FLAG, "false"));
    assert_true(holds("ctx.city", "exists", FLAG, "true"));
}

static void
test_words(void **state)
{
    (void) state;
    assert_int_equal(pz_test_from(PZ_STR("exists")), PZ_TEST_EXISTS);
    assert_int_equal(pz_test_from(PZ_STR("at_leas")), -1);
    assert_true(pz_test_fits(PZ_TEST_AT_LEAST, NUM));
    assert_true(pz_test_fits(PZ_TEST_AT_LEAST, PZ_TYPE_TIME));
    assert_false(pz_test_fits(PZ_TEST_AT_LEAST, TEXT));
    assert_false(pz_test_fits(PZ_TEST_HAS, TEXT));
    assert_true(pz_test_fits(PZ_TEST_HAS, PZ_TYPE_LIST));
    assert_false(pz_test_fits(PZ_TEST_IS, PZ_TYPE_LIST));
    assert_true(pz_test_fits(PZ_TEST_EXISTS, PZ_TYPE_LIST));
    assert_false(pz_test_fits(PZ_TEST_ONE_OF, FLAG));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_equality_and_lists),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, setup, arena_teardown);
}
