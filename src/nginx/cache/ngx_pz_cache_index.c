/*
 * Index and order: which entry a key has, and which was used longest ago.
 */
#include "ngx_pz_cache_shared.h"


static uint32_t *
ngx_pz_cache_bucket(ngx_pz_cache_t *cache, uint32_t hash)
{
    return &cache->sh->buckets[hash & (cache->sh->nbuckets - 1)];
}


uint32_t
ngx_pz_cache_find_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_key_t *key,
    uint16_t slot)
{
    uint32_t               n;
    ngx_pz_cache_entry_t  *entry;

    for (n = *ngx_pz_cache_bucket(cache, key->hash); n != 0; n = entry->chain) {
        entry = ngx_pz_cache_entry(cache, n);

        if (entry->hash == key->hash && entry->store == slot
            && ngx_pz_cache_has_key_locked(cache, entry, key->text))
        {
            return n;
        }
    }

    return 0;
}


static void
ngx_pz_cache_put_first(ngx_pz_cache_t *cache, uint32_t n)
{
    ngx_pz_cache_entry_t   *entry;
    ngx_pz_cache_shared_t  *sh;

    sh = cache->sh;
    entry = ngx_pz_cache_entry(cache, n);

    entry->newer = 0;
    entry->older = sh->newest;

    if (sh->newest != 0) {
        ngx_pz_cache_entry(cache, sh->newest)->newer = n;

    } else {
        sh->oldest = n;
    }

    sh->newest = n;
}


static void
ngx_pz_cache_take_out(ngx_pz_cache_t *cache, uint32_t n)
{
    ngx_pz_cache_entry_t   *entry;
    ngx_pz_cache_shared_t  *sh;

    sh = cache->sh;
    entry = ngx_pz_cache_entry(cache, n);

    if (entry->newer != 0) {
        ngx_pz_cache_entry(cache, entry->newer)->older = entry->older;

    } else {
        sh->newest = entry->older;
    }

    if (entry->older != 0) {
        ngx_pz_cache_entry(cache, entry->older)->newer = entry->newer;

    } else {
        sh->oldest = entry->newer;
    }
}


void
ngx_pz_cache_link_locked(ngx_pz_cache_t *cache, uint32_t n)
{
    uint32_t              *bucket;
    ngx_pz_cache_entry_t  *entry;

    entry = ngx_pz_cache_entry(cache, n);
    bucket = ngx_pz_cache_bucket(cache, entry->hash);

    entry->chain = *bucket;
    *bucket = n;

    ngx_pz_cache_put_first(cache, n);
    cache->sh->entries++;
    cache->sh->places += entry->store == NGX_PZ_CACHE_PLACES;
}


void
ngx_pz_cache_remove_locked(ngx_pz_cache_t *cache, uint32_t n)
{
    uint32_t              *link, places;
    ngx_pz_cache_entry_t  *entry;

    entry = ngx_pz_cache_entry(cache, n);
    link = ngx_pz_cache_bucket(cache, entry->hash);

    while (*link != n) {
        link = &ngx_pz_cache_entry(cache, *link)->chain;
    }

    *link = entry->chain;
    places = entry->store == NGX_PZ_CACHE_PLACES;

    ngx_pz_cache_take_out(cache, n);
    ngx_pz_cache_give_locked(cache, n, entry->nblocks);
    cache->sh->entries--;
    cache->sh->places -= places;
}


void
ngx_pz_cache_touch_locked(ngx_pz_cache_t *cache, uint32_t n)
{
    ngx_pz_cache_take_out(cache, n);
    ngx_pz_cache_put_first(cache, n);
}


void
ngx_pz_cache_make_room_locked(ngx_pz_cache_t *cache, uint32_t n, uint64_t now)
{
    ngx_uint_t              i;
    ngx_pz_cache_shared_t  *sh;

    sh = cache->sh;

    for (i = 0; i < NGX_PZ_CACHE_EXPIRE && sh->oldest != 0; i++) {

        if (ngx_pz_cache_entry(cache, sh->oldest)->dies > now) {
            break;
        }

        ngx_pz_cache_remove_locked(cache, sh->oldest);
        ngx_pz_cache_count(cache, EXPIRED);
    }

    while (sh->nfree < n) {
        ngx_pz_cache_remove_locked(cache, sh->oldest);
        ngx_pz_cache_count(cache, EVICTED);
    }
}


void
ngx_pz_cache_make_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_key_t *key,
    uint16_t slot, const ngx_pz_cache_made_t *value)
{
    uint32_t               n, first, next;
    ngx_pz_cache_entry_t  *entry;

    n = ngx_pz_cache_blocks_for(key->text.len + value->text.len);

    ngx_pz_cache_make_room_locked(cache, n, ngx_current_msec);

    first = ngx_pz_cache_take_locked(cache, n);
    entry = ngx_pz_cache_entry(cache, first);
    next = entry->next;

    ngx_memzero(entry, sizeof(ngx_pz_cache_entry_t));

    entry->next = next;
    entry->hash = key->hash;
    entry->epoch = value->epoch;
    entry->nblocks = n;
    entry->items = value->items;
    entry->key_len = (uint32_t) key->text.len;
    entry->value_len = (uint32_t) value->text.len;
    entry->store = slot;
    entry->kind = (uint16_t) key->kind;
    entry->left = value->left;
    entry->written = ngx_current_msec;
    entry->touched = ngx_current_msec;
    entry->dies = value->dies;

    ngx_pz_cache_fill_locked(cache, entry, key->text, value->text);
    ngx_pz_cache_link_locked(cache, first);
}


size_t
ngx_pz_cache_value_max(ngx_pz_cache_t *cache)
{
    return ngx_min((size_t) cache->sh->nblocks / NGX_PZ_CACHE_SHARE * NGX_PZ_CACHE_BLOCK,
                   NGX_PZ_CACHE_VALUE_MAX);
}
