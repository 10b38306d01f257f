/*
 * Replies as they stand in the zone: each string with its length in front, in
 * seven bits a byte, the lowest first; the number of strings is kept beside.
 */
#ifndef NGX_PZ_CACHE_VALUE_H
#define NGX_PZ_CACHE_VALUE_H

#include "pz_redis.h"

/*
 * The value of an array of strings, in `arena`.  0; 1 when the reply is
 * anything else or its value would pass `max` bytes; -1 no memory.
 */
int ngx_pz_cache_value_write(pz_arena_t *arena, const pz_reply_t *reply, size_t max,
    pz_str_t *value);

/* Back into a reply, whose strings point into `value`.  NULL: no memory, or no such value. */
pz_reply_t *ngx_pz_cache_value_read(pz_arena_t *arena, pz_str_t value, size_t items);

#endif
