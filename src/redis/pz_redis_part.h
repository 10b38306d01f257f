/*
 * Parts of a URL's text.
 */
#ifndef PZ_REDIS_PART_H
#define PZ_REDIS_PART_H

#include "pz_arena.h"

/*
 * Percent-decode into the arena, zero-terminated.  0, or -1 for a malformed
 * escape, a NUL byte or no memory.
 */
int pz_redis_part_decode(pz_arena_t *arena, pz_str_t from, pz_str_t *decoded);

/* Decimal digits only, no sign and no space, up to `max`.  0 or -1. */
int pz_redis_part_number(pz_str_t text, unsigned max, unsigned *number);

/* Offset of the last occurrence of `what`, or -1. */
ptrdiff_t pz_redis_part_find_last(pz_str_t text, pz_str_t what);

#endif
