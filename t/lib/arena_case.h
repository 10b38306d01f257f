/*
 * cmocka, and an arena that the tests of one file share: give arena_setup and
 * arena_teardown to cmocka_run_group_tests, or call them from your own.
 */
#ifndef ARENA_CASE_H
#define ARENA_CASE_H

/* cmocka.h needs these in front of it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "pz_arena.h"
#include "pz_error.h"

#define ARENA_CASE_BUDGET  ((size_t) 64 << 20)

static pz_arena_t *arena;

static inline int
arena_setup(void **state)
{
    (void) state;
    arena = pz_arena_create(ARENA_CASE_BUDGET, 0);
    return arena == NULL;
}

static inline int
arena_teardown(void **state)
{
    (void) state;
    pz_arena_destroy(arena);
    arena = NULL;
    return 0;
}

/* Build something in `in`; whether it is there, else `error` says why. */
typedef int (*arena_build_pt)(pz_arena_t *in, pz_error_t *error);

/* Whatever the budget, up to `most` bytes: too little is said, and enough is enough. */
static inline void
arena_try_budgets(size_t most, arena_build_pt build)
{
    int         done = 0;
    size_t      budget;
    pz_arena_t *small;
    pz_error_t  error;

    for (budget = 0; budget < most; budget += 8) {
        memset(&error, 0, sizeof(error));
        small = pz_arena_create(budget, 0);
        if (build(small, &error)) {
            done++;
        } else {
            assert_int_equal(done, 0);
            assert_non_null(strstr(error.text, "too large"));
        }
        pz_arena_destroy(small);
    }
    assert_true(done > 0);
}

#endif
