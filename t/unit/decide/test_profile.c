#include <stdio.h>
#include <string.h>

#include "arena_case.h"
#include "pz_profile.h"

#define NOW  1795712400    /* 2026-11-27 00:00 in Bangkok */
#define DAY  86400

static pz_schema_t  *schema;

static int
setup(void **state)
{
    if (arena_setup(state) != 0) {
        return -1;
    }
    schema = pz_schema_create(arena);
    return schema == NULL;
}

static pz_value_t
value_of(const char *name, const char *text)
{
    pz_profile_t *profile = pz_profile_create(arena);

    assert_int_equal(pz_profile_add(profile, pz_str_from(name), pz_str_from(text)), 0);
    return pz_profile_get(profile, schema, pz_str_from(name), NOW);
}

static void
test_type_words(void **state)
{
    int type;

    (void) state;
    for (type = PZ_TYPE_TEXT; type <= PZ_TYPE_LIST; type++) {
        assert_int_equal(pz_type_from(pz_str_from(pz_type_name((pz_type_t) type))), type);
    }
    assert_int_equal(pz_type_from(PZ_STR("Number")), -1);
    assert_int_equal(pz_type_from(PZ_STR_NONE), -1);
    assert_string_equal(pz_type_name((pz_type_t) 99), "unknown");
}

static void
test_builtin_types(void **state)
{
    (void) state;
    assert_int_equal(pz_schema_type(schema, PZ_STR("segments")), PZ_TYPE_LIST);
    assert_int_equal(pz_schema_type(schema, PZ_STR("name")), PZ_TYPE_TEXT);
    assert_int_equal(pz_schema_type(schema, PZ_STR("cart_total")), PZ_TYPE_NUMBER);
    assert_int_equal(pz_schema_type(schema, PZ_STR("last_order_at")), PZ_TYPE_TIME);
    assert_int_equal(pz_schema_type(schema, PZ_STR("affinity:dogs")), PZ_TYPE_NUMBER);
    assert_int_equal(pz_schema_type(schema, PZ_STR("shoe_size")), PZ_TYPE_TEXT);
    assert_false(pz_schema_is_safe(schema, PZ_STR("name")));
    assert_false(pz_schema_is_safe(schema, PZ_STR("shoe_size")));
}

static void
test_declare(void **state)
{
    int          i;
    char         name[24] = "shoe_size";
    pz_schema_t *own = pz_schema_create(arena);

    (void) state;
    assert_int_equal(pz_schema_declare(own, pz_str_from(name), PZ_TYPE_NUMBER, 0), 0);
    memset(name, 'x', sizeof(name));    /* the name was copied */
    assert_int_equal(pz_schema_type(own, PZ_STR("shoe_size")), PZ_TYPE_NUMBER);
    assert_int_equal(pz_schema_declare(own, PZ_STR("shoe_size"), PZ_TYPE_NUMBER, 1), 0);
    assert_true(pz_schema_is_safe(own, PZ_STR("shoe_size")));
    assert_int_equal(pz_schema_declare(own, PZ_STR("shoe_size"), PZ_TYPE_NUMBER, 0), 0);
    assert_true(pz_schema_is_safe(own, PZ_STR("shoe_size")));
    assert_int_equal(pz_schema_declare(own, PZ_STR("shoe_size"), PZ_TYPE_TEXT, 0), -2);
    assert_int_equal(pz_schema_declare(own, PZ_STR("orders"), PZ_TYPE_TEXT, 0), -2);
    assert_int_equal(pz_schema_declare(own, PZ_STR("orders"), PZ_TYPE_NUMBER, 0), 0);
    assert_int_equal(pz_schema_declare(own, PZ_STR("affinity:x"), PZ_TYPE_TEXT, 0), -2);
    assert_int_equal(pz_schema_declare(own, PZ_STR("affinity:x"), PZ_TYPE_NUMBER, 0), 0);

    for (i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "f%d", i);
        assert_int_equal(pz_schema_declare(own, pz_str_from(name),
                                           (pz_type_t) (i % 5), i % 2), 0);
    }
    for (i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "f%d", i);
        assert_int_equal(pz_schema_type(own, pz_str_from(name)), i % 5);
        assert_int_equal(pz_schema_is_safe(own, pz_str_from(name)), i % 2);
    }
    assert_int_equal(pz_schema_type(own, PZ_STR("segments")), PZ_TYPE_LIST);
}

static void
test_numbers(void **state)
{
    pz_value_t value = value_of("cart_total", " 1500.50\n");

    (void) state;
    assert_true(value.present && value.number == 1500.5);
    assert_true(pz_str_eq(value.text, PZ_STR("1500.50")));

    value = value_of("cart_total", "1,500");
    assert_false(value.present);
    assert_true(value.number == 0 && value.text.len == 0);
    assert_int_equal(value.type, PZ_TYPE_NUMBER);
    assert_false(value_of("orders", "").present);
    assert_false(value_of("orders", "nan").present);
    assert_false(value_of("orders", "1e999").present);
    assert_true(value_of("affinity:dogs", "0.75").number == 0.75);
}

static void
test_times(void **state)
{
    static const struct { const char *text; double number; } good[] = {
        { "1795712400", 1795712400 }, { "0", 0 }, { "-1", -1 },
        { "2026-11-26T17:00:00Z", NOW }, { "2026-11-27T00:00+07:00", NOW },
        { "2026-11-26 17:00", NOW }, { "2026-11-26 17:00:00.999", NOW },
        { "2026-11-26T12:00:00-0500", NOW }, { "1970-01-02", DAY },
        { "2000-02-29", 951782400 }, { "1969-12-31 23:59:59", -1 },
        { "9999-12-31", 253402214400 }, { "0001-01-01", -62135596800 },
    };
    static const char *bad[] = {
        "", "yesterday", "2026-13-01", "2026-00-01", "2026-02-29", "2026-04-31",
        "2026-11-26 24:00", "2026-11-26 12:60", "2026-11-26 12:00:61", "2026-11-26 1:00",
        "2026-11-26T", "2026-11-26 12:00 +07", "2026-11-26 12:00+24:00", "26-11-2026",
        "2026-11-26 12:00:00.", "1e300", "253402300800", "0000-01-01", "2026-11-26 12",
    };
    size_t     i;
    pz_value_t value;

    (void) state;
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        value = value_of("last_order_at", good[i].text);
        assert_true(value.present);
        assert_true(value.number == good[i].number);
    }
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        value = value_of("last_order_at", bad[i]);
        assert_false(value.present);
        assert_true(value.number == 0);
    }
}

static void
test_flags_and_lists(void **state)
{
    pz_value_t value;

    (void) state;
    assert_int_equal(pz_schema_declare(schema, PZ_STR("vip"), PZ_TYPE_FLAG, 0), 0);
    assert_true(value_of("vip", "Yes").number == 1);
    assert_true(value_of("vip", "on").number == 1);
    assert_true(value_of("vip", "TRUE").number == 1);
    assert_true(value_of("vip", "1").number == 1);
    value = value_of("vip", "off");
    assert_true(value.present && value.number == 0);
    assert_false(value_of("vip", "").present);
    assert_false(value_of("vip", "2").present);

    value = value_of("segments", " vip , loyal");
    assert_true(value.present && pz_str_eq(value.text, PZ_STR(" vip , loyal")));
    value = value_of("name", "");
    assert_true(value.present && value.text.len == 0);
}

static void
test_days_since_order(void **state)
{
    pz_value_t    value;
    pz_profile_t *profile = pz_profile_create(arena);

    (void) state;
    assert_int_equal(pz_schema_type(schema, PZ_STR("days_since_order")), PZ_TYPE_NUMBER);
    value = pz_profile_get(profile, schema, PZ_STR("days_since_order"), NOW);
    assert_false(value.present);

    pz_profile_add(profile, PZ_STR("days_since_order"), PZ_STR("999"));
    assert_false(pz_profile_get(profile, schema, PZ_STR("days_since_order"), NOW).present);

    pz_profile_add(profile, PZ_STR("last_order_at"), PZ_STR("2026-11-26T17:00:00Z"));
    value = pz_profile_get(profile, schema, PZ_STR("days_since_order"), NOW + 61 * DAY - 1);
    assert_true(value.present && value.number == 60);
    assert_true(pz_str_eq(value.text, PZ_STR("60")));
    value = pz_profile_get(profile, schema, PZ_STR("days_since_order"), NOW - 5 * DAY);
    assert_true(value.present && value.number == 0);
    assert_true(pz_str_eq(value.text, PZ_STR("0")));

    pz_profile_add(profile, PZ_STR("last_order_at"), PZ_STR("soon"));
    assert_false(pz_profile_get(profile, schema, PZ_STR("days_since_order"), NOW).present);
}

/* A text is read once as a value, and again when it, or the type that is asked for, is another. */
static void
test_read_again(void **state)
{
    pz_profile_t *profile = pz_profile_create(arena);
    pz_field_t    points = pz_field_of(schema, PZ_STR("points")), text = points;

    (void) state;
    text.type = PZ_TYPE_TEXT;
    pz_profile_add(profile, points.name, PZ_STR(" 7"));
    assert_true(pz_profile_value(profile, &points, NOW).number == 7);
    assert_true(pz_str_eq(pz_profile_value(profile, &text, NOW).text, PZ_STR(" 7")));
    assert_true(pz_str_eq(pz_profile_value(profile, &points, NOW).text, PZ_STR("7")));
    assert_true(pz_profile_get(profile, schema, points.name, NOW).number == 7);

    pz_profile_add(profile, points.name, PZ_STR("8"));
    assert_true(pz_profile_value(profile, &points, NOW).number == 8);
    pz_profile_add(profile, points.name, PZ_STR("many"));
    assert_false(pz_profile_value(profile, &points, NOW).present);
}

/* A rule set may ask as often as it likes: the text is made once. */
static void
test_days_cost_nothing(void **state)
{
    int           i;
    size_t        used;
    pz_arena_t   *own = pz_arena_create(4096, 0);
    pz_profile_t *profile = pz_profile_create(own);

    (void) state;
    pz_profile_add(profile, PZ_STR("last_order_at"), PZ_STR("2026-11-01"));
    (void) pz_profile_get(profile, schema, PZ_STR("days_since_order"), NOW);
    used = pz_arena_used(own);
    for (i = 0; i < 100; i++) {
        assert_true(pz_profile_get(profile, schema, PZ_STR("days_since_order"), NOW).number
                    == 25);
    }
    assert_int_equal(pz_arena_used(own), used);
    pz_arena_destroy(own);
}

/* Few fields and many, known and unknown; the last of a name wins. */
static void
test_many_fields(void **state)
{
    int           i, n;
    static char   names[3000][24];
    pz_str_t      name, text;
    pz_profile_t *profile;

    (void) state;
    for (n = 0; n < 3000; n = n * 2 + 1) {
        profile = pz_profile_create(arena);
        for (i = 0; i < 2 * n; i++) {
            snprintf(names[i % n], sizeof(names[0]), "field%d", i % n);
            name = pz_str_from(names[i % n]);
            assert_int_equal(pz_profile_add(profile, name, i < n ? PZ_STR("old") : name), 0);
        }
        for (i = 0; i < n; i++) {
            assert_int_equal(pz_profile_field(profile, (size_t) i, &name, &text), 0);
            assert_true(pz_str_eq(name, pz_str_from(names[i])));
            assert_true(pz_str_eq(name, text));
            assert_true(pz_str_eq(pz_profile_get(profile, schema, name, NOW).text, name));
        }
        assert_int_equal(pz_profile_field(profile, (size_t) n, &name, &text), -1);
        assert_false(pz_profile_get(profile, schema, PZ_STR("nothing"), NOW).present);
    }
}

/* Whatever the budget, what was added is there, and nothing crashes. */
static void
test_budgets(void **state)
{
    int           i, added;
    char          names[80][24];
    size_t        budget;
    pz_str_t      name, text;
    pz_arena_t   *small;
    pz_schema_t  *own;
    pz_profile_t *profile;

    (void) state;
    for (i = 0; i < 80; i++) {
        snprintf(names[i], sizeof(names[0]), "n%d", i);
    }
    for (budget = 0; budget < 12000; budget += 64) {
        small = pz_arena_create(budget, 0);
        profile = pz_profile_create(small);
        for (i = 0, added = 0; profile != NULL && i < 80; i++) {
            added += pz_profile_add(profile, pz_str_from(names[i]),
                                    pz_str_from(names[i])) == 0;
        }
        for (i = 0; i < added; i++) {
            assert_int_equal(pz_profile_field(profile, (size_t) i, &name, &text), 0);
            assert_true(pz_str_eq(name, text));
            assert_true(pz_profile_get(profile, schema, name, NOW).present);
        }
        if (profile != NULL) {
            assert_int_equal(pz_profile_field(profile, (size_t) added, &name, &text), -1);
            assert_int_equal(pz_profile_get(profile, schema, PZ_STR("n79"), NOW).present,
                             added == 80);
        }
        pz_arena_destroy(small);

        small = pz_arena_create(budget, 0);
        own = pz_schema_create(small);
        for (i = 0; own != NULL && i < 80; i++) {
            if (pz_schema_declare(own, pz_str_from(names[i]), PZ_TYPE_FLAG, 1) != 0) {
                assert_false(pz_schema_is_safe(own, pz_str_from(names[i])));
            } else {
                assert_int_equal(pz_schema_type(own, pz_str_from(names[i])), PZ_TYPE_FLAG);
            }
        }
        pz_arena_destroy(small);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_words),
        cmocka_unit_test(test_builtin_types),
        cmocka_unit_test(test_declare),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_flags_and_lists),
        cmocka_unit_test(test_days_since_order),
        cmocka_unit_test(test_read_again),
        cmocka_unit_test(test_days_cost_nothing),
        cmocka_unit_test(test_many_fields),
        cmocka_unit_test(test_budgets),
    };

    return cmocka_run_group_tests(tests, setup, arena_teardown);
}
