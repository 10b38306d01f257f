#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "pz_error.h"
#include "pz_str.h"

static void
test_print(void **state)
{
    char       out[1024];
    pz_error_t error;

    (void) state;
    assert_int_equal(pz_error_set(&error, "a.lua", 7, "no field \"%s\"", "x"), -1);
    assert_string_equal(pz_error_print(&error, out, sizeof(out)), "a.lua:7: no field \"x\"");
    pz_error_set(&error, "a.lua", 0, "empty");
    assert_string_equal(pz_error_print(&error, out, sizeof(out)), "a.lua: empty");
    pz_error_set(&error, NULL, 3, "alone");
    assert_string_equal(pz_error_print(&error, out, sizeof(out)), "alone");
    assert_string_equal(pz_error_print(&error, out, 3), "al");
    memcpy(out, "zz", 3);
    assert_string_equal(pz_error_print(&error, out, 0), "zz");
    assert_int_equal(pz_error_set(NULL, "a", 1, "b"), -1);
}

static void
test_control_bytes(void **state)
{
    pz_error_t error;

    (void) state;
    pz_error_set(&error, "a\x1b[2J.lua", 1, "x\ny\tz\r\x1b]0;t\x07\x7f \xc2\x9b 31m \xff");
    assert_string_equal(error.file, "a?[2J.lua");
    assert_string_equal(error.text, "x y z ?]0;t?? ?? 31m ?");
    pz_error_set(&error, NULL, 0, "%s", "สินค้า\xc2\xa0ราคา");
    assert_string_equal(error.text, "สินค้า\xc2\xa0ราคา");
}

/* Thai is cut between characters, wherever the end falls. */
static void
test_cut(void **state)
{
    int        pad, i;
    char       text[2000], *p;
    pz_error_t error;

    (void) state;
    for (pad = 0; pad < 6; pad++) {
        p = text + sprintf(text, "%.*s", pad, "xxxxxx");
        for (i = 0; i < 400; i++) {
            p += sprintf(p, "ก");
        }
        pz_error_set(&error, text, 1, "%s", text);
        assert_in_range(strlen(error.text), 509, 511);
        assert_in_range(strlen(error.file), 253, 255);
        assert_true(pz_str_is_utf8(pz_str_from(error.text)));
        assert_null(strchr(error.text, '?'));
        assert_null(strchr(error.file, '?'));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_control_bytes),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
