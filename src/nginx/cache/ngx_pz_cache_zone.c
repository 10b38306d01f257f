/*
 * The zone: how it begins, how it survives a reload, and what its lock means.
 */
#include "ngx_pz_cache_shared.h"

/* Differs whenever anything in the zone has another place or meaning. */
#define NGX_PZ_CACHE_LAYOUT                                                    \
    ((uint32_t) (0x705a0002 ^ (sizeof(ngx_pz_cache_shared_t) << 8)             \
                 ^ (sizeof(ngx_pz_cache_entry_t) << 4) ^ (NGX_PZ_CACHE_BLOCK << 12)))

#define NGX_PZ_CACHE_CHAIN  2    /* blocks a bucket: the mean length of a chain is below that */


static void
ngx_pz_cache_place_blocks(ngx_pz_cache_t *cache, ngx_pz_cache_shared_t *sh)
{
    uintptr_t  blocks;

    blocks = (uintptr_t) ngx_align_ptr(&sh->buckets[sh->nbuckets], sizeof(uint64_t));

    /* numbers begin at 1 */
    cache->blocks = (ngx_pz_cache_block_t *) (blocks - NGX_PZ_CACHE_BLOCK);
    cache->sh = sh;
}


/* No entry any more.  Costs the buckets only: blocks are not looked at. */
static void
ngx_pz_cache_clear_locked(ngx_pz_cache_t *cache)
{
    uint32_t                i;
    ngx_pz_cache_shared_t  *sh;

    sh = cache->sh;
    ngx_pz_cache_begin_locked(cache);

    /* what is on its way may not come in either */
    for (i = 0; i < NGX_PZ_CACHE_STORES; i++) {
        sh->stores[i].epoch++;
    }

    ngx_memzero(sh->buckets, sh->nbuckets * sizeof(uint32_t));

    sh->newest = sh->oldest = 0;
    sh->free = 0;
    sh->untouched = 1;
    sh->nfree = sh->nblocks;
    sh->entries = 0;
    sh->places = 0;

    ngx_pz_cache_end_locked(cache);
}


/* Over whatever was there: who has another layout in mind finds out by its first word. */
static void
ngx_pz_cache_format_locked(ngx_pz_cache_t *cache, ngx_pz_cache_shared_t *sh, size_t size)
{
    size_t  room, per_bucket;

    sh->layout = 0;
    ngx_memory_barrier();
    ngx_memzero(sh, sizeof(ngx_pz_cache_shared_t));

    room = size - sizeof(ngx_pz_cache_shared_t) - sizeof(uint64_t);
    per_bucket = sizeof(uint32_t) + NGX_PZ_CACHE_CHAIN * NGX_PZ_CACHE_BLOCK;

    sh->nbuckets = 1;

    while (sh->nbuckets * 2 * per_bucket <= room) {
        sh->nbuckets *= 2;
    }

    sh->nblocks = (uint32_t) ((room - sh->nbuckets * sizeof(uint32_t)) / NGX_PZ_CACHE_BLOCK);
    sh->seed = (uint32_t) ngx_random();

    ngx_pz_cache_place_blocks(cache, sh);
    ngx_pz_cache_clear_locked(cache);

    ngx_memory_barrier();
    sh->layout = NGX_PZ_CACHE_LAYOUT;
}


/* All the memory that the pool has, in one piece, once. */
static ngx_pz_cache_shared_t *
ngx_pz_cache_allocate(ngx_slab_pool_t *pool, size_t *size)
{
    *size = (size_t) pool->pfree * ngx_pagesize;

    return ngx_slab_alloc(pool, *size);
}


static ngx_int_t
ngx_pz_cache_init(ngx_shm_zone_t *zone, void *data)
{
    size_t                  size;
    ngx_pz_cache_t         *cache;
    ngx_slab_pool_t        *pool;
    ngx_pz_cache_shared_t  *sh;

    cache = zone->data;
    pool = (ngx_slab_pool_t *) zone->shm.addr;
    cache->pool = pool;

    /* The cycle before this one, or another process, has made it. */
    sh = (data != NULL || zone->shm.exists) ? pool->data : NULL;

    if (sh != NULL && sh->layout == NGX_PZ_CACHE_LAYOUT) {
        ngx_pz_cache_place_blocks(cache, sh);
        return NGX_OK;
    }

    if (sh != NULL) {
        size = (size_t) (pool->end - (u_char *) sh);

    } else {
        sh = ngx_pz_cache_allocate(pool, &size);
    }

    if (sh == NULL) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                      "no room for a cache in zone \"%V\"", &zone->shm.name);
        return NGX_ERROR;
    }

    ngx_shmtx_lock(&pool->mutex);
    ngx_pz_cache_format_locked(cache, sh, size);
    ngx_shmtx_unlock(&pool->mutex);

    pool->data = sh;

    return NGX_OK;
}


ngx_pz_cache_t *
ngx_pz_cache_zone(ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag)
{
    ngx_pz_cache_t  *cache;
    ngx_shm_zone_t  *zone;

    zone = ngx_shared_memory_add(cf, name, size, tag);
    if (zone == NULL) {
        return NULL;
    }

    if (zone->data != NULL) {
        return zone->data;
    }

    cache = ngx_pcalloc(cf->pool, sizeof(ngx_pz_cache_t));
    if (cache == NULL) {
        return NULL;
    }

    cache->zone = zone;
    zone->init = ngx_pz_cache_init;
    zone->data = cache;

    return cache;
}


/*
 * The master lets go of the lock of a worker that died.  The dirty mark says
 * that it died while it changed something: then nothing there can be believed.
 */
ngx_int_t
ngx_pz_cache_lock(ngx_pz_cache_t *cache)
{
    ngx_shmtx_lock(&cache->pool->mutex);

    if (cache->sh->layout != NGX_PZ_CACHE_LAYOUT) {
        ngx_shmtx_unlock(&cache->pool->mutex);
        return NGX_DECLINED;
    }

    if (cache->sh->dirty) {
        ngx_pz_cache_clear_locked(cache);
        ngx_pz_cache_count(cache, REPAIRED);

        ngx_log_error(NGX_LOG_WARN, cache->log, 0,
                      "personalize: a worker died while it changed zone \"%V\": "
                      "the cache begins anew", &cache->zone->shm.name);
    }

    return NGX_OK;
}


void
ngx_pz_cache_unlock(ngx_pz_cache_t *cache)
{
    ngx_shmtx_unlock(&cache->pool->mutex);
}
