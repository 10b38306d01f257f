/*
 * An arena with a byte budget: many small allocations, one free.
 *
 * Every request, rule set and reply builds into an arena, so that hostile
 * input can cost a fixed amount of memory and no more.  An allocation that
 * would pass the budget returns NULL and leaves the arena usable; the caller
 * turns that into its named fallback.
 */
#ifndef PZ_ARENA_H
#define PZ_ARENA_H

#include <stddef.h>

#include "pz_str.h"

typedef struct pz_arena_s pz_arena_t;

/*
 * An empty arena that may hand out `budget` bytes in all.  It grows in blocks
 * of about `block` bytes (0: 4096); a larger allocation gets its own block.
 * NULL when malloc fails.
 */
pz_arena_t *pz_arena_create(size_t budget, size_t block);
void pz_arena_destroy(pz_arena_t *arena);

/* Forget everything; one block is kept for the next use. */
void pz_arena_reset(pz_arena_t *arena);

/* Aligned for any type.  NULL at the budget or when malloc fails. */
void *pz_arena_alloc(pz_arena_t *arena, size_t size);
void *pz_arena_zalloc(pz_arena_t *arena, size_t size);

/* `count` items of `size` bytes, zeroed; NULL also when the product overflows. */
void *pz_arena_array(pz_arena_t *arena, size_t count, size_t size);

/*
 * Make the newest allocation, `from` bytes at `data`, `to` bytes long without
 * moving it.  0; -1 when it is not the newest, or when there is no room: then
 * nothing has changed.
 */
int pz_arena_resize(pz_arena_t *arena, void *data, size_t from, size_t to);

/*
 * A zero-terminated copy in the arena (the zero is not counted in len).
 * Returns 0, or -1 when there is no memory.
 */
int pz_arena_copy(pz_arena_t *arena, pz_str_t from, pz_str_t *copy);

/* Bytes handed out so far, and the bytes of heap behind them. */
size_t pz_arena_used(const pz_arena_t *arena);
size_t pz_arena_heap(const pz_arena_t *arena);

#endif
