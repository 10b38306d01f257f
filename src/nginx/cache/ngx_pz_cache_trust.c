/*
 * Which entries may be believed, where Redis tells what changes.
 *
 * A worker believes an entry when its own subscription has told every change
 * since the entry's query left, or somebody else's did up to the moment when
 * this one took over.  So there are two ways to begin:
 *
 *   join    another worker, subscribed to the same server, vouched for a time
 *           after our subscription began: what is there is right
 *   found   nobody does within one window: all that was there is given up
 *
 * `until` in the zone: each change before that moment has been applied to what
 * the zone holds of this server.  It only grows, by those who joined or founded.
 */
#include "ngx_pz_cache_shared.h"


static ngx_pz_cache_watch_t *
ngx_pz_cache_watch_of(ngx_pz_cache_t *cache, ngx_uint_t store)
{
    return store < cache->nslots ? &cache->watches[store] : NULL;
}


void
ngx_pz_cache_watch(ngx_pz_cache_t *cache, ngx_uint_t store, ngx_msec_t window)
{
    ngx_pz_cache_watch_t  *watch;

    watch = ngx_pz_cache_watch_of(cache, store);

    if (watch != NULL) {
        watch->state = NGX_PZ_CACHE_WATCH_AWAY;
        watch->window = window;
    }
}


void
ngx_pz_cache_watch_begun(ngx_pz_cache_t *cache, ngx_uint_t store, uint32_t source,
    ngx_msec_t since, ngx_msec_t until)
{
    ngx_pz_cache_watch_t  *watch;

    watch = ngx_pz_cache_watch_of(cache, store);

    if (watch != NULL) {
        watch->state = NGX_PZ_CACHE_WATCH_BEGUN;
        watch->source = source;
        watch->since = since;
        watch->until = until;
        watch->waiting = ngx_current_msec;
    }
}


/*
 * Whether to begin anew.  At once when nobody vouched when our subscription
 * began, else after one window; but never against somebody who is alive and
 * subscribed to another server later than we did: he is where the name leads
 * now, or the sentinels, and we are behind the times.
 */
static ngx_uint_t
ngx_pz_cache_watch_may_found(const ngx_pz_cache_watch_t *watch, const ngx_pz_cache_slot_t *slot)
{
    uint64_t  now;

    now = ngx_current_msec;

    if (slot->until + watch->window < watch->since) {
        return 1;
    }

    if (slot->source != watch->source && watch->since <= slot->began
        && now < slot->until + watch->window)
    {
        return 0;
    }

    return now >= watch->waiting + watch->window;
}


static void
ngx_pz_cache_watch_found_locked(ngx_pz_cache_t *cache, ngx_pz_cache_watch_t *watch,
    ngx_pz_cache_slot_t *slot)
{
    slot->epoch++;
    slot->source = watch->source;
    slot->began = watch->since;
    slot->until = watch->until;
    watch->state = NGX_PZ_CACHE_WATCH_TRUSTED;

    ngx_pz_cache_count(cache, FLUSHED);
}


static void
ngx_pz_cache_watch_alive_locked(ngx_pz_cache_t *cache, ngx_pz_cache_watch_t *watch,
    ngx_pz_cache_slot_t *slot, ngx_msec_t until)
{
    /* Somebody founded with another server: one of us is behind the times. */
    if (watch->state == NGX_PZ_CACHE_WATCH_TRUSTED && slot->source != watch->source) {
        watch->state = NGX_PZ_CACHE_WATCH_BEGUN;
        watch->waiting = ngx_current_msec;
    }

    if (watch->state == NGX_PZ_CACHE_WATCH_BEGUN) {

        if (slot->source == watch->source && slot->until >= watch->since) {
            watch->state = NGX_PZ_CACHE_WATCH_TRUSTED;

        } else if (ngx_pz_cache_watch_may_found(watch, slot)) {
            ngx_pz_cache_watch_found_locked(cache, watch, slot);

        } else {
            return;
        }
    }

    watch->until = until;
    slot->until = ngx_max(slot->until, until);
}


void
ngx_pz_cache_watch_alive(ngx_pz_cache_t *cache, ngx_uint_t store, ngx_msec_t until)
{
    uint16_t               slot;
    ngx_pz_cache_watch_t  *watch;

    watch = ngx_pz_cache_watch_of(cache, store);
    slot = ngx_pz_cache_slot_of(cache, store);

    if (watch == NULL || slot == NGX_PZ_CACHE_NO_SLOT
        || watch->state < NGX_PZ_CACHE_WATCH_BEGUN || ngx_pz_cache_lock(cache) != NGX_OK)
    {
        return;
    }

    ngx_pz_cache_watch_alive_locked(cache, watch, &cache->sh->stores[slot], until);
    ngx_pz_cache_unlock(cache);
}


void
ngx_pz_cache_watch_lost(ngx_pz_cache_t *cache, ngx_uint_t store, ngx_uint_t refused)
{
    ngx_pz_cache_watch_t  *watch;

    watch = ngx_pz_cache_watch_of(cache, store);

    if (watch != NULL) {
        watch->state = refused ? NGX_PZ_CACHE_WATCH_NONE : NGX_PZ_CACHE_WATCH_AWAY;
    }
}


ngx_uint_t
ngx_pz_cache_is_trusted_locked(ngx_pz_cache_t *cache, ngx_uint_t store, uint16_t slot)
{
    ngx_pz_cache_watch_t  *watch;

    watch = ngx_pz_cache_watch_of(cache, store);

    if (watch->state == NGX_PZ_CACHE_WATCH_NONE) {
        return 1;
    }

    return watch->state == NGX_PZ_CACHE_WATCH_TRUSTED
           && cache->sh->stores[slot].source == watch->source
           && (ngx_msec_int_t) (ngx_current_msec - watch->until)
              < (ngx_msec_int_t) watch->window;
}


/*
 * A reply may be kept although it is not believed here yet: whoever joined or
 * founded hears of its changes.  Not when it may come from another server.
 */
ngx_uint_t
ngx_pz_cache_may_keep_locked(ngx_pz_cache_t *cache, ngx_uint_t store, uint16_t slot)
{
    ngx_pz_cache_watch_t  *watch;

    watch = ngx_pz_cache_watch_of(cache, store);

    switch (watch->state) {
    case NGX_PZ_CACHE_WATCH_NONE:
        return 1;
    case NGX_PZ_CACHE_WATCH_AWAY:
        return 0;
    default:
        return cache->sh->stores[slot].source == watch->source;
    }
}


ngx_pz_cache_stamp_t
ngx_pz_cache_stamp_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_key_t *key,
    uint16_t slot)
{
    return (ngx_pz_cache_stamp_t) {
        cache->sh->stores[slot].epoch,
        cache->sh->generations[key->hash % NGX_PZ_CACHE_GENERATIONS],
        (uint32_t) ngx_pz_cache_may_keep_locked(cache, key->store, slot)
    };
}


ngx_int_t
ngx_pz_cache_watch_age(ngx_pz_cache_t *cache, ngx_uint_t store)
{
    ngx_msec_int_t         age;
    ngx_pz_cache_watch_t  *watch;

    watch = ngx_pz_cache_watch_of(cache, store);

    if (watch == NULL || watch->state != NGX_PZ_CACHE_WATCH_TRUSTED) {
        return NGX_DECLINED;
    }

    age = (ngx_msec_int_t) (ngx_current_msec - watch->until);
    return ngx_max(age, 0);
}
