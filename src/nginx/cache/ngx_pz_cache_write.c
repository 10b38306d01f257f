/*
 * The cache keeps, and forgets.
 */
#include "ngx_pz_cache_shared.h"
#include "ngx_pz_cache_value.h"


/* No value: it cannot be kept, and what was there before is not true any longer. */
static void
ngx_pz_cache_replace(const ngx_pz_cache_conf_t *conf, const ngx_pz_cache_key_t *key,
    ngx_pz_cache_stamp_t sent, uint16_t slot, pz_str_t value, uint32_t items,
    ngx_msec_t left)
{
    uint32_t              old;
    ngx_pz_cache_t       *cache;
    ngx_pz_cache_made_t   made;
    ngx_pz_cache_stamp_t  now;

    cache = conf->cache;

    if (ngx_pz_cache_lock(cache) != NGX_OK) {
        return;
    }

    now = ngx_pz_cache_stamp_locked(cache, key, slot);

    if (!now.keep || !sent.keep) {
        ngx_pz_cache_unlock(cache);
        return;
    }

    if (now.epoch != sent.epoch || now.generation != sent.generation) {
        ngx_pz_cache_unlock(cache);
        ngx_pz_cache_count(cache, OVERTAKEN);
        return;
    }

    ngx_pz_cache_begin_locked(cache);

    old = ngx_pz_cache_find_locked(cache, key, slot);

    if (old != 0) {
        ngx_pz_cache_remove_locked(cache, old);
    }

    if (value.data != NULL && (items != 0 || conf->negative != 0)) {
        made.text = value;
        made.items = items;
        made.epoch = now.epoch;
        made.left = left <= NGX_MAX_UINT32_VALUE ? (uint32_t) left : 0;
        made.dies = ngx_current_msec + conf->stale
                    + (items == 0 ? conf->negative : conf->ttl);

        if (made.left != 0) {
            made.dies = ngx_min(made.dies, ngx_current_msec + made.left);
        }

        ngx_pz_cache_make_locked(cache, key, slot, &made);
        ngx_pz_cache_count(cache, STORED);
    }

    ngx_pz_cache_end_locked(cache);
    ngx_pz_cache_unlock(cache);
}


/* An error tells of the server, not of the key; but for the one that says it is another type. */
static ngx_uint_t
ngx_pz_cache_says_nothing(const pz_reply_t *reply)
{
    return reply != NULL && reply->type == PZ_REPLY_ERROR
           && pz_redis_error_of(reply) != PZ_REDIS_ERR_WRONGTYPE;
}


void
ngx_pz_cache_put(const ngx_pz_cache_conf_t *conf, const ngx_pz_cache_key_t *key,
    ngx_pz_cache_stamp_t stamp, const pz_reply_t *reply, ngx_msec_t left,
    pz_arena_t *scratch)
{
    size_t     max, items;
    uint16_t   slot;
    pz_str_t   value;

    value = PZ_STR_NONE;
    items = 0;
    slot = ngx_pz_cache_slot_of(conf->cache, key->store);

    if (slot == NGX_PZ_CACHE_NO_SLOT || ngx_pz_cache_says_nothing(reply)) {
        return;
    }

    max = ngx_pz_cache_value_max(conf->cache);

    if (reply == NULL || reply->type == PZ_REPLY_ARRAY) {

        if (key->text.len <= max
            && ngx_pz_cache_value_write(scratch, reply, max - key->text.len, &value) == 0)
        {
            items = reply->nitems;

        } else {
            ngx_pz_cache_count(conf->cache, TOO_LARGE);
        }
    }

    ngx_pz_cache_replace(conf, key, stamp, slot, value, (uint32_t) items, left);
}


void
ngx_pz_cache_invalidate(ngx_pz_cache_t *cache, const ngx_pz_cache_key_t *key)
{
    uint32_t  n;
    uint16_t  slot;

    slot = ngx_pz_cache_slot_of(cache, key->store);

    if (slot == NGX_PZ_CACHE_NO_SLOT || ngx_pz_cache_lock(cache) != NGX_OK) {
        return;
    }

    cache->sh->generations[key->hash % NGX_PZ_CACHE_GENERATIONS]++;
    n = ngx_pz_cache_find_locked(cache, key, slot);

    if (n != 0) {
        ngx_pz_cache_begin_locked(cache);
        ngx_pz_cache_remove_locked(cache, n);
        ngx_pz_cache_end_locked(cache);
    }

    ngx_pz_cache_unlock(cache);
    ngx_pz_cache_count(cache, INVALIDATED);
}


void
ngx_pz_cache_flush(ngx_pz_cache_t *cache, ngx_uint_t store)
{
    uint16_t  slot;

    slot = ngx_pz_cache_slot_of(cache, store);

    if (slot == NGX_PZ_CACHE_NO_SLOT || ngx_pz_cache_lock(cache) != NGX_OK) {
        return;
    }

    cache->sh->stores[slot].epoch++;

    ngx_pz_cache_unlock(cache);
    ngx_pz_cache_count(cache, FLUSHED);
}
