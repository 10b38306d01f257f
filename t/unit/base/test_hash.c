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

/* Each byte and the length count, wherever they stand; what comes before counts, too. */
static void
test_words(void **state)
{
    char     bytes[20] = { 0 };
    uint64_t seen[64];
    size_t   n = 0;

    (void) state;
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        seen[n++] = pz_hash_words(PZ_HASH_WORDS_BASIS, (pz_str_t) { bytes, len });
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = 1;
        seen[n++] = pz_hash_words(PZ_HASH_WORDS_BASIS, (pz_str_t) { bytes, sizeof(bytes) });
        bytes[i] = 0;
    }
    seen[n++] = pz_hash_words(seen[0], (pz_str_t) { bytes, sizeof(bytes) });

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(seen[i] != seen[j]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
