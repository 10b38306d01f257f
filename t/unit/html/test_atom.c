#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pz_atom.h"

#define NAME(symbol, name, flags)  name,

static const char *const names[] = { "", PZ_ATOMS(NAME) };

static uint64_t
key(const char *name)
{
    return pz_key_of(pz_str_from(name));
}

/* The generated table knows every name of the list, in any case. */
static void
test_every_atom(void **state)
{
    char upper[32];

    (void) state;
    for (unsigned i = 1; i < PZ_ATOM_COUNT; i++) {
        size_t len = strlen(names[i]);

        assert_int_equal(pz_atom_from(key(names[i])), i);
        assert_string_equal(pz_atom_name(i), names[i]);

        for (size_t k = 0; k <= len; k++) {
            char c = names[i][k];

            upper[k] = (char) (c >= 'a' && c <= 'z' ? c - 32 : c);
        }
        assert_int_equal(pz_atom_from(key(upper)), i);

        strcat(strcpy(upper, names[i]), "x");
        assert_true(pz_atom_from(key(upper)) != i);
    }
}

static void
test_keys(void **state)
{
    (void) state;
    assert_int_equal(pz_atom_from(key("x-y")), PZ_ATOM_NONE);
    assert_int_equal(pz_atom_from(key("")), PZ_ATOM_NONE);
    assert_true(key("abcdefgh") != key("abcdefghi"));
    assert_true(key("abcdefghijklmnop") != key("abcdefghijklmnoq"));
    assert_true(key("abcdefghijklmnopqrst") == key("ABCDEFGHIJKLMNOPQRST"));
    assert_true(key("[") != key("{"));
    assert_true(pz_key_of(PZ_STR("script\0")) != key("script"));
    assert_true(pz_key_of(PZ_STR("script\0")) == pz_key_of(PZ_STR("SCRIPT\0")));
    assert_true(pz_key_of(PZ_STR("p\0")) != pz_key_of(PZ_STR("p\0\0")));
    assert_true(key("@") != key("`"));
    assert_int_equal(key("abcdefghi") & PZ_KEY_LONG, PZ_KEY_LONG);
    assert_int_equal(key("abcdefgh") & PZ_KEY_LONG, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_atom),
        cmocka_unit_test(test_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
