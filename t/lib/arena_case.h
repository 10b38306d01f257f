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

#include "pz_arena.h"

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

#endif
