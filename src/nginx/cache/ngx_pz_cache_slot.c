/*
 * Servers in a zone, and keys.
 */
#include "ngx_pz_cache_shared.h"
#include "pz_hash.h"


/* This server's place in the zone, made when there is none. */
static uint16_t
ngx_pz_cache_slot(ngx_pz_cache_shared_t *sh, const u_char *identity)
{
    uint32_t  i;

    for (i = 0; i < sh->nstores; i++) {
        if (ngx_memcmp(sh->stores[i].identity, identity, NGX_PZ_CACHE_IDENTITY) == 0) {
            return (uint16_t) i;
        }
    }

    if (i == NGX_PZ_CACHE_STORES) {
        return NGX_PZ_CACHE_NO_SLOT;
    }

    ngx_memcpy(sh->stores[i].identity, identity, NGX_PZ_CACHE_IDENTITY);
    sh->stores[i].source = 0;
    sh->stores[i].began = 0;
    sh->stores[i].until = 0;
    ngx_memory_barrier();
    sh->nstores = i + 1;

    return (uint16_t) i;
}


void
ngx_pz_cache_attach(ngx_pz_cache_t *cache, ngx_cycle_t *cycle,
    ngx_pz_counters_t *counters, const u_char *identities, ngx_uint_t n)
{
    ngx_uint_t  i;

    cache->counters = counters;
    cache->log = cycle->log;
    cache->nslots = 0;

    cache->slots = ngx_palloc(cycle->pool, n * sizeof(uint16_t) + 1);
    cache->watches = ngx_pcalloc(cycle->pool, n * sizeof(ngx_pz_cache_watch_t) + 1);

    if (cache->slots == NULL || cache->watches == NULL || ngx_pz_cache_lock(cache) != NGX_OK) {
        return;
    }

    for (i = 0; i < n; i++) {
        cache->slots[i] = ngx_pz_cache_slot(cache->sh,
                                            identities + i * NGX_PZ_CACHE_IDENTITY);
    }

    cache->nslots = n;
    ngx_pz_cache_unlock(cache);

    for (i = 0; i < n; i++) {
        if (cache->slots[i] == NGX_PZ_CACHE_NO_SLOT) {
            ngx_log_error(NGX_LOG_WARN, cache->log, 0,
                          "personalize: zone \"%V\" has known %d Redis servers: another one is "
                          "not cached; restart nginx to begin anew", &cache->zone->shm.name,
                          NGX_PZ_CACHE_STORES);
        }
    }
}


uint16_t
ngx_pz_cache_slot_of(ngx_pz_cache_t *cache, ngx_uint_t store)
{
    return store < cache->nslots ? cache->slots[store] : NGX_PZ_CACHE_NO_SLOT;
}


/*
 * Seeded, since visitors can choose ids: nobody outside knows which ones share
 * a bucket.  The server is left out: its index may be another after a reload.
 */
ngx_pz_cache_key_t
ngx_pz_cache_key(ngx_pz_cache_t *cache, ngx_uint_t store, ngx_pz_cache_kind_e kind,
    pz_str_t text)
{
    uint32_t            hash;
    ngx_pz_cache_key_t  key;

    hash = pz_hash_fnv1a32(PZ_FNV1A32_BASIS ^ cache->sh->seed, text);
    hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;

    key.store = store;
    key.text = text;
    key.hash = hash ^ (hash >> 13);
    key.kind = kind;

    return key;
}


void
ngx_pz_cache_usage(ngx_pz_cache_t *cache, ngx_pz_cache_usage_t *usage)
{
    ngx_pz_cache_shared_t  *sh;

    sh = cache->sh;

    usage->name = cache->zone->shm.name;
    usage->size = (size_t) sh->nblocks * NGX_PZ_CACHE_BLOCK;
    usage->used = (size_t) (sh->nblocks - sh->nfree) * NGX_PZ_CACHE_BLOCK;
    usage->entries = sh->entries;
    usage->places = sh->places;
}
