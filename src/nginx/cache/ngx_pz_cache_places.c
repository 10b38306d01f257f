/*
 * The placement index in the cache's zone.
 */
#include "ngx_pz_cache_places.h"
#include "ngx_pz_cache_shared.h"


static ngx_pz_cache_key_t
ngx_pz_cache_places_key(ngx_pz_cache_t *cache, pz_str_t text)
{
    return ngx_pz_cache_key(cache, 0, NGX_PZ_CACHE_KINDS, text);
}


ngx_int_t
ngx_pz_cache_places_get(ngx_pz_cache_t *cache, pz_str_t key, pz_arena_t *arena,
    pz_str_t *places)
{
    u_char                *to;
    uint32_t               n;
    ngx_pz_cache_key_t     k;
    ngx_pz_cache_entry_t  *entry;

    k = ngx_pz_cache_places_key(cache, key);
    to = NULL;

    if (ngx_pz_cache_lock(cache) != NGX_OK) {
        return NGX_DECLINED;
    }

    n = ngx_pz_cache_find_locked(cache, &k, NGX_PZ_CACHE_PLACES);

    if (n != 0) {
        entry = ngx_pz_cache_entry(cache, n);
        to = pz_arena_alloc(arena, entry->value_len + 1);

        if (to != NULL) {
            ngx_pz_cache_copy_locked(cache, entry, to);
            ngx_pz_cache_used_locked(cache, n, ngx_current_msec);

            places->data = (char *) to;
            places->len = entry->value_len;
        }
    }

    ngx_pz_cache_unlock(cache);

    return to != NULL ? NGX_OK : NGX_DECLINED;
}


/* No data: nothing comes in the place of what was there. */
static ngx_int_t
ngx_pz_cache_places_replace(ngx_pz_cache_t *cache, pz_str_t key, pz_str_t places)
{
    uint32_t             old;
    ngx_pz_cache_key_t   k;
    ngx_pz_cache_made_t  made;

    k = ngx_pz_cache_places_key(cache, key);

    if (ngx_pz_cache_lock(cache) != NGX_OK) {
        return NGX_DECLINED;
    }

    ngx_pz_cache_begin_locked(cache);

    old = ngx_pz_cache_find_locked(cache, &k, NGX_PZ_CACHE_PLACES);

    if (old != 0) {
        ngx_pz_cache_remove_locked(cache, old);
    }

    if (places.data != NULL) {
        made.text = places;
        made.items = 1;
        made.epoch = 0;
        made.left = 0;
        made.dies = (uint64_t) -1;

        ngx_pz_cache_make_locked(cache, &k, NGX_PZ_CACHE_PLACES, &made);
    }

    ngx_pz_cache_end_locked(cache);
    ngx_pz_cache_unlock(cache);

    return NGX_OK;
}


ngx_int_t
ngx_pz_cache_places_put(ngx_pz_cache_t *cache, pz_str_t key, pz_str_t places)
{
    if (key.len + places.len > ngx_pz_cache_value_max(cache)) {
        return NGX_DECLINED;
    }

    return ngx_pz_cache_places_replace(cache, key, places);
}


void
ngx_pz_cache_places_drop(ngx_pz_cache_t *cache, pz_str_t key)
{
    (void) ngx_pz_cache_places_replace(cache, key, PZ_STR_NONE);
}
