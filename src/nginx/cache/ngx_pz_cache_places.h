/*
 * The placement index in the cache's zone: bytes that somebody else makes and
 * reads, under a key that says which page and which edits they are of.
 *
 * Entries do not age: a page that has changed has another key.  They go when
 * room is needed, the one that was used longest ago first, as all others in
 * the zone.
 */
#ifndef NGX_PZ_CACHE_PLACES_H
#define NGX_PZ_CACHE_PLACES_H

#include "ngx_pz_cache.h"

/* NGX_OK, with a copy in `arena`; NGX_DECLINED: there is none, or no memory. */
ngx_int_t ngx_pz_cache_places_get(ngx_pz_cache_t *cache, pz_str_t key, pz_arena_t *arena,
    pz_str_t *places);

/* Keep, in place of what was there.  NGX_DECLINED: too large for the zone. */
ngx_int_t ngx_pz_cache_places_put(ngx_pz_cache_t *cache, pz_str_t key, pz_str_t places);

void ngx_pz_cache_places_drop(ngx_pz_cache_t *cache, pz_str_t key);

#endif
