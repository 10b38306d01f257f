#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pz_hash.h"

/* The vectors of the authors' own page and of draft-eastlake-fnv. */
static void
test_vectors(void **state)
{
    uint32_t half;

    (void) state;
    assert_true(pz_hash_fnv1a32(PZ_FNV1A32_BASIS, PZ_STR("")) == 0x811c9dc5u);
    assert_true(pz_hash_fnv1a32(PZ_FNV1A32_BASIS, PZ_STR("a")) == 0xe40c292cu);
    assert_true(pz_hash_fnv1a32(PZ_FNV1A32_BASIS, PZ_STR("foobar")) == 0xbf9cf968u);
    assert_true(pz_hash_fnv1a32(PZ_FNV1A32_BASIS, PZ_STR("chongo was here!\n"))
                == 0xd49930d5u);

    half = pz_hash_fnv1a32(PZ_FNV1A32_BASIS, PZ_STR("foo"));
    assert_true(pz_hash_fnv1a32(half, PZ_STR("bar")) == 0xbf9cf968u);
}

static void
test_name(void **state)
{
    (void) state;
    assert_true(pz_hash_name(PZ_STR("FooBar")) == 0xbf9cf968u);
    assert_true(pz_hash_name(PZ_STR("\xc3")) != pz_hash_name(PZ_STR("\xe3")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
