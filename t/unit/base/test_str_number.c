#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pz_str.h"

static void
test_numbers(void **state)
{
    static const struct { const char *text; double number; } good[] = {
        { "0", 0 }, { "-0", 0 }, { "1500", 1500 }, { "+7", 7 }, { "-12.5", -12.5 },
        { "007", 7 }, { ".5", .5 }, { "0.1", .1 }, { "1e3", 1000 }, { "1.5E-2", .015 },
        { "1e-400", 0 }, { "0e99999999999", 0 }, { "1.7976931348623157e308",
        1.7976931348623157e308 }, { "2.2250738585072011e-308", 2.2250738585072011e-308 },
        { "9007199254740993", 9007199254740992.0 },
        { "9007199254740993.00000000000000000000000000000000000000000001",
          9007199254740994.0 },
        { "123456789012345678901234567890", 123456789012345678901234567890.0 },
    };
    size_t i;
    double number;

    (void) state;
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        number = -1;
        assert_int_equal(pz_str_to_number(pz_str_from(good[i].text), &number), 0);
        assert_true(number == good[i].number);
    }
}

static void
test_no_numbers(void **state)
{
    static const char *bad[] = {
        "", " ", "+", "-", ".", "-.", "1 ", " 1", "1,5", "1e", "1e+", "e5", "1.2.3",
        "0x10", "inf", "-inf", "nan", "NaN", "infinity", "1e309", "-1e400", "1e99999999999",
        "--1", "+-1", "1_000", "\xd9\xa1", "12abc", "1."
    };
    size_t i;
    double number = 42;

    (void) state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(pz_str_to_number(pz_str_from(bad[i]), &number), -1);
    }
    assert_true(number == 42);
    assert_int_equal(pz_str_to_number(PZ_STR("1\0"), &number), -1);
}

static void
test_long_numbers(void **state)
{
    size_t len = 90000;
    char  *text = malloc(200000);
    double number;

    (void) state;
    memset(text, '0', 200000);
    text[len - 1] = '7';
    assert_int_equal(pz_str_to_number((pz_str_t) { text, len }, &number), 0);
    assert_true(number == 7);

    text[0] = '7';
    assert_int_equal(pz_str_to_number((pz_str_t) { text, len }, &number), -1);
    text[1] = '.';
    assert_int_equal(pz_str_to_number((pz_str_t) { text, len }, &number), 0);
    assert_true(number == 7);
    assert_int_equal(pz_str_to_number((pz_str_t) { text, 200000 }, &number), -1);
    free(text);
}

/* Any double, printed, is read as strtod reads it. */
static void
test_agrees_with_strtod(void **state)
{
    int      i;
    char     text[64];
    double   number;
    uint64_t bits = 88172645463325252u;

    (void) state;
    for (i = 0; i < 200000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&number, &bits, sizeof(number));
        snprintf(text, sizeof(text), i % 2 ? "%.17g" : "%.9g", number);
        if (strchr(text, 'n') != NULL) {
            continue;
        }
        assert_int_equal(pz_str_to_number(pz_str_from(text), &number), 0);
        assert_true(number == strtod(text, NULL));
    }
}

static void
test_no_locale(void **state)
{
    double number;

    (void) state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL
        && setlocale(LC_ALL, "fr_FR.UTF-8") == NULL)
    {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    assert_int_equal(pz_str_to_number(PZ_STR("12.5"), &number), 0);
    assert_true(number == 12.5);
    setlocale(LC_ALL, "C");
}

static void
test_integers(void **state)
{
    static const char *bad[] = {
        "", "+", "-", "1.0", " 1", "1e3", "9223372036854775808", "-9223372036854775809",
        "99999999999999999999999", "0x1"
    };
    size_t  i;
    int64_t integer;

    (void) state;
    assert_int_equal(pz_str_to_int64(PZ_STR("9223372036854775807"), &integer), 0);
    assert_true(integer == INT64_MAX);
    assert_int_equal(pz_str_to_int64(PZ_STR("-9223372036854775808"), &integer), 0);
    assert_true(integer == INT64_MIN);
    assert_int_equal(pz_str_to_int64(PZ_STR("+0042"), &integer), 0);
    assert_true(integer == 42);
    assert_int_equal(pz_str_to_int64(PZ_STR("-0"), &integer), 0);
    assert_true(integer == 0);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(pz_str_to_int64(pz_str_from(bad[i]), &integer), -1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_no_numbers),
        cmocka_unit_test(test_long_numbers),
        cmocka_unit_test(test_agrees_with_strtod),
        cmocka_unit_test(test_no_locale),
        cmocka_unit_test(test_integers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
