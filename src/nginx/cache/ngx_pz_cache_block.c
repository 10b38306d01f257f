/*
 * Blocks: taken, given back, and the bytes in a chain of them.
 */
#include "ngx_pz_cache_shared.h"

#define NGX_PZ_CACHE_FIRST  (NGX_PZ_CACHE_BLOCK - sizeof(ngx_pz_cache_entry_t))
#define NGX_PZ_CACHE_OTHER  (NGX_PZ_CACHE_BLOCK - sizeof(uint32_t))

/* A place in an entry's bytes. */
typedef struct {
    ngx_pz_cache_t  *cache;
    u_char          *bytes;
    size_t           left;    /* of this block */
    uint32_t         next;
} ngx_pz_cache_place_t;


uint32_t
ngx_pz_cache_blocks_for(size_t bytes)
{
    if (bytes <= NGX_PZ_CACHE_FIRST) {
        return 1;
    }

    bytes -= NGX_PZ_CACHE_FIRST;

    return (uint32_t) (1 + (bytes + NGX_PZ_CACHE_OTHER - 1) / NGX_PZ_CACHE_OTHER);
}


static uint32_t
ngx_pz_cache_take_one(ngx_pz_cache_t *cache)
{
    uint32_t                n;
    ngx_pz_cache_shared_t  *sh;

    sh = cache->sh;
    sh->nfree--;

    if (sh->free == 0) {
        return sh->untouched++;
    }

    n = sh->free;
    sh->free = cache->blocks[n].next;

    return n;
}


uint32_t
ngx_pz_cache_take_locked(ngx_pz_cache_t *cache, uint32_t n)
{
    uint32_t  first, block;

    first = 0;

    while (n-- > 0) {
        block = ngx_pz_cache_take_one(cache);
        cache->blocks[block].next = first;
        first = block;
    }

    return first;
}


void
ngx_pz_cache_give_locked(ngx_pz_cache_t *cache, uint32_t first, uint32_t n)
{
    uint32_t  last, i;

    last = first;

    for (i = 1; i < n; i++) {
        last = cache->blocks[last].next;
    }

    cache->blocks[last].next = cache->sh->free;
    cache->sh->free = first;
    cache->sh->nfree += n;
}


static ngx_pz_cache_place_t
ngx_pz_cache_place(ngx_pz_cache_t *cache, const ngx_pz_cache_entry_t *entry)
{
    return (ngx_pz_cache_place_t) {
        cache, (u_char *) (entry + 1), NGX_PZ_CACHE_FIRST, entry->next
    };
}


/* The bytes from here to the end of the block, `max` at the most, and step behind them. */
static pz_str_t
ngx_pz_cache_step(ngx_pz_cache_place_t *place, size_t max)
{
    pz_str_t  part;

    if (place->left == 0) {
        place->bytes = place->cache->blocks[place->next].bytes;
        place->left = NGX_PZ_CACHE_OTHER;
        place->next = place->cache->blocks[place->next].next;
    }

    part.data = (char *) place->bytes;
    part.len = ngx_min(place->left, max);

    place->bytes += part.len;
    place->left -= part.len;

    return part;
}


static void
ngx_pz_cache_skip(ngx_pz_cache_place_t *place, size_t n)
{
    while (n > 0) {
        n -= ngx_pz_cache_step(place, n).len;
    }
}


static void
ngx_pz_cache_write(ngx_pz_cache_place_t *place, pz_str_t from)
{
    pz_str_t  part;

    while (from.len > 0) {
        part = ngx_pz_cache_step(place, from.len);
        ngx_memcpy((u_char *) part.data, from.data, part.len);
        from = pz_str_skip(from, part.len);
    }
}


void
ngx_pz_cache_fill_locked(ngx_pz_cache_t *cache, ngx_pz_cache_entry_t *entry,
    pz_str_t key, pz_str_t value)
{
    ngx_pz_cache_place_t  place;

    place = ngx_pz_cache_place(cache, entry);

    ngx_pz_cache_write(&place, key);
    ngx_pz_cache_write(&place, value);
}


void
ngx_pz_cache_copy_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_entry_t *entry,
    u_char *to)
{
    size_t                left;
    pz_str_t              part;
    ngx_pz_cache_place_t  place;

    place = ngx_pz_cache_place(cache, entry);
    ngx_pz_cache_skip(&place, entry->key_len);

    for (left = entry->value_len; left > 0; left -= part.len) {
        part = ngx_pz_cache_step(&place, left);
        to = ngx_cpymem(to, part.data, part.len);
    }
}


ngx_uint_t
ngx_pz_cache_has_key_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_entry_t *entry,
    pz_str_t key)
{
    pz_str_t              part;
    ngx_pz_cache_place_t  place;

    if (entry->key_len != key.len) {
        return 0;
    }

    place = ngx_pz_cache_place(cache, entry);

    while (key.len > 0) {
        part = ngx_pz_cache_step(&place, key.len);

        if (ngx_memcmp(part.data, key.data, part.len) != 0) {
            return 0;
        }

        key = pz_str_skip(key, part.len);
    }

    return 1;
}
