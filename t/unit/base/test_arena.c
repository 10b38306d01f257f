#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pz_arena.h"

static void
test_budget_is_exact(void **state)
{
    size_t      budget, n, unit = _Alignof(max_align_t);
    pz_arena_t *arena;

    (void) state;
    for (budget = 0; budget < 20 * unit; budget++) {
        arena = pz_arena_create(budget, 64);
        for (n = 0; pz_arena_alloc(arena, 1) != NULL; n++) { /* void */ }
        assert_int_equal(n, budget / unit);
        assert_int_equal(pz_arena_used(arena), n * unit);
        assert_null(pz_arena_alloc(arena, unit));
        pz_arena_destroy(arena);
    }
}

static void
test_usable_after_failure(void **state)
{
    pz_arena_t *arena = pz_arena_create(1000, 0);

    (void) state;
    assert_null(pz_arena_alloc(arena, 1001));
    assert_null(pz_arena_alloc(arena, SIZE_MAX));
    assert_null(pz_arena_alloc(arena, SIZE_MAX - 8));
    assert_null(pz_arena_array(arena, SIZE_MAX / 2, 3));
    assert_null(pz_arena_array(arena, SIZE_MAX, SIZE_MAX));
    assert_non_null(pz_arena_alloc(arena, 900));
    assert_null(pz_arena_alloc(arena, 900));
    assert_non_null(pz_arena_alloc(arena, 64));
    pz_arena_destroy(arena);
    pz_arena_destroy(NULL);
}

static void
test_alignment_and_contents(void **state)
{
    char       *p[400];
    size_t      i, j, size;
    pz_arena_t *arena = pz_arena_create(1 << 20, 256);

    (void) state;
    for (i = 0; i < 400; i++) {
        size = i * 7 % 500;
        p[i] = pz_arena_alloc(arena, size);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t) p[i] % _Alignof(max_align_t), 0);
        memset(p[i], (int) i, size);
    }
    for (i = 0; i < 400; i++) {
        for (j = 0; j < i * 7 % 500; j++) {
            assert_int_equal((unsigned char) p[i][j], i & 0xff);
        }
    }
    /* no block wastes more than half of itself */
    assert_true(pz_arena_heap(arena) < 3 * pz_arena_used(arena) + 4096);
    pz_arena_destroy(arena);
}

static void
test_reset(void **state)
{
    int         i;
    char       *data;
    size_t      heap;
    pz_arena_t *arena = pz_arena_create(1 << 20, 1024);

    (void) state;
    for (i = 0; i < 10; i++) {
        data = pz_arena_zalloc(arena, 100);
        assert_int_equal(data[99], 0);
        memset(data, 0x5a, 100);
        assert_non_null(pz_arena_alloc(arena, 300000));
        assert_non_null(pz_arena_alloc(arena, 500));
        assert_non_null(pz_arena_alloc(arena, 500));
        pz_arena_reset(arena);
        assert_int_equal(pz_arena_used(arena), 0);
        heap = pz_arena_heap(arena);
        assert_true(heap > 1024 && heap < 1400);
    }
    pz_arena_destroy(arena);
}

static void
test_resize(void **state)
{
    char       *a, *b;
    pz_arena_t *arena = pz_arena_create(700, 1024);

    (void) state;
    a = pz_arena_alloc(arena, 10);
    memcpy(a, "123456789", 10);
    assert_int_equal(pz_arena_resize(arena, a, 10, 100), 0);
    memset(a + 10, 'x', 90);
    assert_string_equal(a, "123456789");
    assert_int_equal(pz_arena_resize(arena, a, 100, 701), -1);
    assert_int_equal(pz_arena_resize(arena, a, 100, SIZE_MAX), -1);
    assert_int_equal(pz_arena_resize(arena, a, 100, 5), 0);
    assert_int_equal(pz_arena_used(arena), _Alignof(max_align_t));

    b = pz_arena_alloc(arena, 16);
    assert_int_equal(pz_arena_resize(arena, a, 5, 100), -1);
    assert_int_equal(pz_arena_resize(arena, b, 16, 600), 0);
    assert_int_equal(pz_arena_resize(arena, NULL, 0, 1), -1);
    pz_arena_reset(arena);
    assert_int_equal(pz_arena_resize(arena, b, 600, 16), -1);
    pz_arena_destroy(arena);
}

static void
test_copy(void **state)
{
    pz_str_t    copy;
    pz_arena_t *arena = pz_arena_create(32, 0);

    (void) state;
    assert_int_equal(pz_arena_copy(arena, PZ_STR("a\0b"), &copy), 0);
    assert_true(pz_str_eq(copy, PZ_STR("a\0b")));
    assert_int_equal(copy.data[3], '\0');
    assert_int_equal(pz_arena_copy(arena, PZ_STR("0123456789012345"), &copy), -1);
    assert_int_equal(pz_arena_copy(arena, PZ_STR_NONE, &copy), 0);
    assert_string_equal(copy.data, "");
    assert_int_equal(pz_arena_copy(arena, (pz_str_t) { "", SIZE_MAX }, &copy), -1);
    pz_arena_destroy(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_is_exact),
        cmocka_unit_test(test_usable_after_failure),
        cmocka_unit_test(test_alignment_and_contents),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
