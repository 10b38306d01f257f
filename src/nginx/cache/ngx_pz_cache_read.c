/*
 * The cache is read.
 */
#include "ngx_pz_cache_shared.h"
#include "ngx_pz_cache_value.h"

typedef enum {
    NGX_PZ_CACHE_READ_HIT = 0, NGX_PZ_CACHE_READ_STALE, NGX_PZ_CACHE_READ_NEGATIVE,
    NGX_PZ_CACHE_READ_MISS, NGX_PZ_CACHE_READS
} ngx_pz_cache_read_e;

/* An entry as it is copied out: only this happens under the lock. */
typedef struct {
    ngx_pz_cache_age_e  age;
    pz_str_t            value;
    size_t              items;
    uint64_t            ms;        /* since it was written */
    ngx_uint_t          trusted;
} ngx_pz_cache_copy_t;


/* Each worker has its own idea of now, by as long as one turn of its loop. */
static uint64_t
ngx_pz_cache_since(const ngx_pz_cache_entry_t *entry, uint64_t now)
{
    return now > entry->written ? now - entry->written : 0;
}


/* How old an entry is for this reader; MISS: too old. */
static ngx_pz_cache_age_e
ngx_pz_cache_age(const ngx_pz_cache_conf_t *conf, const ngx_pz_cache_entry_t *entry,
    uint64_t now)
{
    uint64_t  age, ttl;

    age = ngx_pz_cache_since(entry, now);
    ttl = entry->items == 0 ? conf->negative : conf->ttl;

    if (entry->left != 0 && age >= entry->left) {
        return NGX_PZ_CACHE_MISS;
    }

    if (age < ttl) {
        return NGX_PZ_CACHE_FRESH;
    }

    return ttl != 0 && age < ttl + conf->stale ? NGX_PZ_CACHE_STALE : NGX_PZ_CACHE_MISS;
}


void
ngx_pz_cache_used_locked(ngx_pz_cache_t *cache, uint32_t n, uint64_t now)
{
    ngx_pz_cache_entry_t  *entry;

    entry = ngx_pz_cache_entry(cache, n);

    if (now < entry->touched + NGX_PZ_CACHE_TOUCH) {
        return;
    }

    ngx_pz_cache_begin_locked(cache);
    entry->touched = now;
    ngx_pz_cache_touch_locked(cache, n);
    ngx_pz_cache_end_locked(cache);
}


/* One reader in a while gets to read a stale entry anew. */
static ngx_uint_t
ngx_pz_cache_turn_locked(ngx_pz_cache_entry_t *entry, uint64_t now)
{
    if (entry->refreshing > now) {
        return 0;
    }

    entry->refreshing = now + NGX_PZ_CACHE_REFRESH;

    return 1;
}


static void
ngx_pz_cache_take_copy_locked(const ngx_pz_cache_conf_t *conf,
    const ngx_pz_cache_key_t *key, pz_arena_t *arena, uint16_t slot,
    ngx_pz_cache_found_t *found, ngx_pz_cache_copy_t *copy)
{
    u_char                *to;
    uint32_t               n;
    uint64_t               now;
    ngx_pz_cache_age_e     age;
    ngx_pz_cache_entry_t  *entry;

    found->stamp = ngx_pz_cache_stamp_locked(conf->cache, key, slot);

    n = ngx_pz_cache_find_locked(conf->cache, key, slot);
    if (n == 0) {
        return;
    }

    now = ngx_current_msec;
    entry = ngx_pz_cache_entry(conf->cache, n);
    age = ngx_pz_cache_age(conf, entry, now);

    if (entry->epoch != found->stamp.epoch || age == NGX_PZ_CACHE_MISS) {
        return;
    }

    copy->trusted = !conf->push
                    || ngx_pz_cache_is_trusted_locked(conf->cache, key->store, slot);

    if (!copy->trusted) {
        ngx_pz_cache_count(conf->cache, DOUBTED);

        if (conf->stale == 0) {
            return;
        }
    }

    to = pz_arena_alloc(arena, entry->value_len + 1);
    if (to == NULL) {
        return;
    }

    ngx_pz_cache_copy_locked(conf->cache, entry, to);

    copy->value.data = (char *) to;
    copy->value.len = entry->value_len;
    copy->items = entry->items;
    copy->age = age;
    copy->ms = ngx_pz_cache_since(entry, now);

    found->refresh = age == NGX_PZ_CACHE_STALE && copy->trusted
                     && ngx_pz_cache_turn_locked(entry, now);
    ngx_pz_cache_used_locked(conf->cache, n, now);
}


#define NGX_PZ_CACHE_READS_OF(kind)                                            \
    { NGX_PZ_EVENT_CACHE_##kind##_HIT, NGX_PZ_EVENT_CACHE_##kind##_STALE,      \
      NGX_PZ_EVENT_CACHE_##kind##_NEGATIVE, NGX_PZ_EVENT_CACHE_##kind##_MISS }

static void
ngx_pz_cache_count_read(ngx_pz_cache_t *cache, ngx_pz_cache_kind_e kind,
    const ngx_pz_cache_found_t *found, uint64_t ms)
{
    ngx_pz_cache_read_e  read;

    static const ngx_pz_time_e  ages[NGX_PZ_CACHE_KINDS] = {
        [NGX_PZ_CACHE_PROFILE] = NGX_PZ_TIME_AGE_PROFILE,
        [NGX_PZ_CACHE_LIST] = NGX_PZ_TIME_AGE_LIST,
        [NGX_PZ_CACHE_PRODUCT] = NGX_PZ_TIME_AGE_PRODUCT,
    };

    static const ngx_pz_event_e  events[NGX_PZ_CACHE_KINDS][NGX_PZ_CACHE_READS] = {
        NGX_PZ_CACHE_READS_OF(PROFILE),
        NGX_PZ_CACHE_READS_OF(LIST),
        NGX_PZ_CACHE_READS_OF(PRODUCT),
    };

    if (cache->counters == NULL) {
        return;
    }

    if (found->age == NGX_PZ_CACHE_MISS) {
        read = NGX_PZ_CACHE_READ_MISS;

    } else if (found->age == NGX_PZ_CACHE_STALE) {
        read = NGX_PZ_CACHE_READ_STALE;

    } else {
        read = found->reply->nitems == 0 ? NGX_PZ_CACHE_READ_NEGATIVE
                                         : NGX_PZ_CACHE_READ_HIT;
    }

    ngx_pz_count(cache->counters->events[events[kind][read]]);

    if (read != NGX_PZ_CACHE_READ_MISS) {
        ngx_pz_histogram_add(cache->counters->times, ages[kind], ms * 1000);
    }
}


void
ngx_pz_cache_get(const ngx_pz_cache_conf_t *conf, const ngx_pz_cache_key_t *key,
    pz_arena_t *arena, ngx_pz_cache_found_t *found)
{
    uint16_t             slot;
    pz_reply_t          *reply;
    ngx_pz_cache_copy_t  copy;

    ngx_memzero(found, sizeof(ngx_pz_cache_found_t));
    copy.age = NGX_PZ_CACHE_MISS;
    copy.ms = 0;
    slot = ngx_pz_cache_slot_of(conf->cache, key->store);

    if (slot != NGX_PZ_CACHE_NO_SLOT && ngx_pz_cache_lock(conf->cache) == NGX_OK) {
        ngx_pz_cache_take_copy_locked(conf, key, arena, slot, found, &copy);
        ngx_pz_cache_unlock(conf->cache);
    }

    if (copy.age != NGX_PZ_CACHE_MISS) {
        reply = ngx_pz_cache_value_read(arena, copy.value, copy.items);

        if (reply != NULL && copy.trusted) {
            found->reply = reply;
            found->age = copy.age;

        } else {
            found->spare = reply;
        }
    }

    ngx_pz_cache_count_read(conf->cache, key->kind, found, copy.ms);
}
