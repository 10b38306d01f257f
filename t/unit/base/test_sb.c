#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pz_sb.h"

static void
check_number(double number, const char *expected)
{
    pz_sb_t     sb;
    pz_str_t    text;
    pz_arena_t *arena = pz_arena_create(4096, 0);

    pz_sb_init(&sb, arena, SIZE_MAX);
    pz_sb_number(&sb, number);
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_string_equal(text.data, expected);
    assert_int_equal(text.len, strlen(expected));
    pz_arena_destroy(arena);
}

static void
test_numbers(void **state)
{
    (void) state;
    check_number(0, "0");
    check_number(-0.0, "0");
    check_number(1500, "1500");
    check_number(-3, "-3");
    check_number(12.5, "12.5");
    check_number(0.1, "0.1");
    check_number(0.1 + 0.2, "0.30000000000000004");
    check_number(199.99, "199.99");
    check_number(1.0 / 3, "0.3333333333333333");
    check_number(0.00001, "0.00001");
    check_number(-1.5e-10, "-0.00000000015");
    check_number(999999999999999, "999999999999999");
    check_number(999999999999999.9, "999999999999999.9");
    check_number(99999999999999.98, "99999999999999.98");
    check_number(1e15, "1e+15");
    check_number(1e300, "1e+300");
    check_number(NAN, "nan");
    check_number(INFINITY, "inf");
    check_number(-INFINITY, "-inf");
}

static void
test_numbers_read_back(void **state)
{
    int         i;
    double      number;
    pz_sb_t     sb;
    pz_str_t    text;
    uint64_t    bits = 1181783497276652981u;
    pz_arena_t *arena = pz_arena_create(4096, 0);

    (void) state;
    for (i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&number, &bits, sizeof(number));
        if (isnan(number) || isinf(number)) {
            continue;
        }
        pz_sb_init(&sb, arena, SIZE_MAX);
        pz_sb_number(&sb, number);
        assert_int_equal(pz_sb_done(&sb, &text), 0);
        assert_true(strtod(text.data, NULL) == number);
        if (fabs(number) < 1e15) {
            assert_int_equal(pz_str_find_byte(text, 'e'), -1);
        }
        pz_arena_reset(arena);
    }
    pz_arena_destroy(arena);
}

static void
build(pz_sb_t *sb)
{
    int i;

    for (i = 0; i < 40; i++) {
        pz_sb_add(sb, PZ_STR("abc"));
        pz_sb_byte(sb, '-');
        pz_sb_literal(sb, "de");
        pz_sb_literal(sb, NULL);
        pz_sb_printf(sb, "[%s|%d|%u|%zu|%lld|%llu|%x|%c|%.*s]", "s", -1, 2u, (size_t) 3,
                     -4ll, 5ull, 255, 'c', 2, "xyz");
    }
}

#define BUILT  (40 * sizeof("abc-de[s|-1|2|3|-4|5|ff|c|xy]") - 40)

static void
test_appends(void **state)
{
    pz_sb_t     sb;
    pz_str_t    text;
    pz_arena_t *arena = pz_arena_create(1 << 16, 128);

    (void) state;
    pz_sb_init(&sb, arena, SIZE_MAX);
    build(&sb);
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_int_equal(text.len, BUILT);
    assert_int_equal(strlen(text.data), BUILT);
    assert_true(pz_str_starts(text, PZ_STR("abc-de[s|-1|2|3|-4|5|ff|c|xy]abc-de")));

    /* and one may go on */
    pz_sb_byte(&sb, '!');
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_int_equal(text.len, BUILT + 1);
    assert_int_equal(text.data[BUILT], '!');
    pz_arena_destroy(arena);
}

static void
test_cap(void **state)
{
    size_t      max;
    pz_sb_t     sb;
    pz_str_t    text;
    pz_arena_t *arena;

    (void) state;
    for (max = 0; max < BUILT + 10; max++) {
        arena = pz_arena_create(1 << 16, 0);
        pz_sb_init(&sb, arena, max);
        build(&sb);
        assert_int_equal(pz_sb_done(&sb, &text), max < BUILT ? -1 : 0);
        pz_arena_destroy(arena);
    }
}

static void
test_budget(void **state)
{
    int         built = 0;
    size_t      budget;
    pz_sb_t     sb;
    pz_str_t    text;
    pz_arena_t *arena;

    (void) state;
    for (budget = 0; budget < 4 * BUILT; budget += 5) {
        arena = pz_arena_create(budget, 256);
        pz_sb_init(&sb, arena, SIZE_MAX);
        build(&sb);
        if (pz_sb_done(&sb, &text) == 0) {
            assert_int_equal(text.len, BUILT);
            built++;
        } else {
            assert_int_equal(built, 0);
            /* it sticks, also for what would fit */
            pz_sb_byte(&sb, 'x');
            assert_int_equal(pz_sb_done(&sb, &text), -1);
        }
        pz_arena_destroy(arena);
    }
    assert_true(built > 0);
}

/* Built alone, a text costs its own length: growth happens in place. */
static void
test_no_waste(void **state)
{
    int         i;
    pz_sb_t     sb;
    pz_str_t    text;
    pz_arena_t *arena = pz_arena_create(1 << 16, 1 << 15);

    (void) state;
    pz_sb_init(&sb, arena, SIZE_MAX);
    for (i = 0; i < 10000; i++) {
        pz_sb_byte(&sb, 'x');
    }
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_true(pz_arena_used(arena) < 10000 + 64);

    pz_sb_init(&sb, arena, 0);
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_string_equal(text.data, "");
    pz_arena_destroy(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_read_back),
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_no_waste),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
