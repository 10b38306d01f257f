/*
 * What stands in the zone, and the steps on it.  For the files of the cache
 * only; every function here wants the lock held, except where it says so.
 *
 * Memory is a row of equal blocks, and an entry a chain of them: nothing can
 * fragment, room is made by evicting the oldest, and an entry of n blocks never
 * costs more than n evictions.  nginx's slab allocator is asked once, when the
 * zone is made: a worker that dies inside it would leave it broken.
 *
 * Blocks are known by number, from 1; 0 is none.
 */
#ifndef NGX_PZ_CACHE_SHARED_H
#define NGX_PZ_CACHE_SHARED_H

#include "ngx_pz_cache.h"

#define NGX_PZ_CACHE_BLOCK        256
#define NGX_PZ_CACHE_VALUE_MAX    65536     /* bytes of key and value; more is not kept */
#define NGX_PZ_CACHE_SHARE        8         /* one entry takes no more than 1/8 of the zone */
#define NGX_PZ_CACHE_GENERATIONS  1024
#define NGX_PZ_CACHE_EXPIRE       2         /* dead entries that one operation buries */
#define NGX_PZ_CACHE_TOUCH        1000      /* ms: a read moves an entry up no more often */
#define NGX_PZ_CACHE_REFRESH      1000      /* ms until another may try to read it anew */

typedef struct {
    uint32_t  next;
    u_char    bytes[NGX_PZ_CACHE_BLOCK - sizeof(uint32_t)];
} ngx_pz_cache_block_t;

/* The head of an entry's first block; behind it the key's bytes, then the value's. */
typedef struct {
    uint32_t  next;         /* block */
    uint32_t  chain;        /* entry of the same bucket */
    uint32_t  newer;
    uint32_t  older;
    uint32_t  hash;
    uint32_t  epoch;
    uint32_t  nblocks;
    uint32_t  items;        /* strings in the value */
    uint32_t  key_len;
    uint32_t  value_len;
    uint16_t  store;        /* slot in stores[] */
    uint16_t  kind;
    uint32_t  left;         /* ms after `written` until the key itself is gone; 0: it stays */
    uint64_t  written;      /* ms, as all times here: of the machine's monotonic clock */
    uint64_t  dies;         /* its writer would not serve it any longer */
    uint64_t  touched;
    uint64_t  refreshing;   /* somebody is at it until then */
} ngx_pz_cache_entry_t;

typedef struct {
    u_char    identity[NGX_PZ_CACHE_IDENTITY];
    uint32_t  epoch;
    uint32_t  source;       /* the server that is watched; 0: none ever was */
    uint64_t  began;        /* ms: the subscription of who founded it */
    uint64_t  until;        /* each change before then has been applied */
} ngx_pz_cache_slot_t;

/* What a worker knows of a server by its own subscription: see ngx_pz_cache_trust.c. */
typedef enum {
    NGX_PZ_CACHE_WATCH_NONE = 0,    /* entries are believed for as long as their times say */
    NGX_PZ_CACHE_WATCH_AWAY,        /* there should be one */
    NGX_PZ_CACHE_WATCH_BEGUN,       /* there is; who wrote what is there is not known yet */
    NGX_PZ_CACHE_WATCH_TRUSTED      /* joined or founded */
} ngx_pz_cache_watch_e;

typedef struct {
    ngx_pz_cache_watch_e  state;
    uint32_t              source;
    uint64_t              since;
    uint64_t              until;
    uint64_t              waiting;  /* for somebody to vouch, since then */
    ngx_msec_t            window;
} ngx_pz_cache_watch_t;

typedef struct {
    uint32_t             layout;      /* first in every version: see ngx_pz_cache_lock */
    uint32_t             dirty;       /* somebody is changing what stands below */
    uint32_t             seed;        /* of the keys' hashes */
    uint32_t             nbuckets;    /* a power of two */
    uint32_t             nblocks;

    /* Words on their own, which survive a flush: a stamp must never become true again. */
    uint32_t             nstores;
    ngx_pz_cache_slot_t  stores[NGX_PZ_CACHE_STORES];
    uint32_t             generations[NGX_PZ_CACHE_GENERATIONS];

    /* The structure. */
    uint32_t             newest;
    uint32_t             oldest;
    uint32_t             free;        /* chain of blocks that were used before */
    uint32_t             untouched;   /* the first block that never was */
    uint32_t             nfree;       /* both together */
    uint32_t             entries;
    uint32_t             places;      /* of them */
    uint32_t             buckets[];   /* then the blocks */
} ngx_pz_cache_shared_t;

struct ngx_pz_cache_s {
    ngx_pz_cache_shared_t  *sh;
    ngx_pz_cache_block_t   *blocks;    /* blocks[number]; [0] is not used */
    ngx_slab_pool_t        *pool;
    ngx_shm_zone_t         *zone;
    ngx_pz_counters_t      *counters;  /* NULL before a worker attached */
    ngx_log_t              *log;
    uint16_t               *slots;     /* by the worker's index of a store */
    ngx_pz_cache_watch_t   *watches;   /* likewise */
    ngx_uint_t              nslots;
};

#define NGX_PZ_CACHE_NO_SLOT  ((uint16_t) -1)

/* In place of a server's slot: the places of a page, which no server knows of. */
#define NGX_PZ_CACHE_PLACES   ((uint16_t) -2)

#define ngx_pz_cache_count(cache, event)                                       \
    do {                                                                       \
        if ((cache)->counters != NULL) {                                       \
            ngx_pz_count((cache)->counters->events[NGX_PZ_EVENT_CACHE_##event]); \
        }                                                                      \
    } while (0)

/* --- zone: its life and its lock (ngx_pz_cache_zone.c) --- */

/*
 * NGX_OK: the lock is held and what stands in the zone is whole.  NGX_DECLINED:
 * it is not held, the zone now belongs to a version with another layout.
 */
ngx_int_t ngx_pz_cache_lock(ngx_pz_cache_t *cache);
void ngx_pz_cache_unlock(ngx_pz_cache_t *cache);

/* Around each change of the structure. */
static ngx_inline void
ngx_pz_cache_begin_locked(ngx_pz_cache_t *cache)
{
    cache->sh->dirty = 1;
    ngx_memory_barrier();
}


static ngx_inline void
ngx_pz_cache_end_locked(ngx_pz_cache_t *cache)
{
    ngx_memory_barrier();
    cache->sh->dirty = 0;
}

/* --- servers and stamps (ngx_pz_cache_slot.c) --- */

/* Without the lock.  NGX_PZ_CACHE_NO_SLOT: this server is not cached. */
uint16_t ngx_pz_cache_slot_of(ngx_pz_cache_t *cache, ngx_uint_t store);

ngx_pz_cache_stamp_t ngx_pz_cache_stamp_locked(ngx_pz_cache_t *cache,
    const ngx_pz_cache_key_t *key, uint16_t slot);

/* --- trust (ngx_pz_cache_trust.c) --- */

/* Whether entries of this server may be served by a reader who wants to hear of changes. */
ngx_uint_t ngx_pz_cache_is_trusted_locked(ngx_pz_cache_t *cache, ngx_uint_t store,
    uint16_t slot);

/* Whether this worker's replies of this server may be kept for all. */
ngx_uint_t ngx_pz_cache_may_keep_locked(ngx_pz_cache_t *cache, ngx_uint_t store,
    uint16_t slot);

/* --- blocks (ngx_pz_cache_block.c) --- */

uint32_t ngx_pz_cache_blocks_for(size_t bytes);

static ngx_inline ngx_pz_cache_entry_t *
ngx_pz_cache_entry(ngx_pz_cache_t *cache, uint32_t n)
{
    return (ngx_pz_cache_entry_t *) &cache->blocks[n];
}

/* A chain of `n` blocks; there must be as many free ones. */
uint32_t ngx_pz_cache_take_locked(ngx_pz_cache_t *cache, uint32_t n);
void ngx_pz_cache_give_locked(ngx_pz_cache_t *cache, uint32_t first, uint32_t n);

/* Write both into the entry's chain; its key_len and value_len are those. */
void ngx_pz_cache_fill_locked(ngx_pz_cache_t *cache, ngx_pz_cache_entry_t *entry,
    pz_str_t key, pz_str_t value);

/* Copy the entry's value to where there is room for value_len bytes. */
void ngx_pz_cache_copy_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_entry_t *entry,
    u_char *to);

ngx_uint_t ngx_pz_cache_has_key_locked(ngx_pz_cache_t *cache,
    const ngx_pz_cache_entry_t *entry, pz_str_t key);

/* --- index and LRU (ngx_pz_cache_index.c) --- */

/* The entry's first block, or 0. */
uint32_t ngx_pz_cache_find_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_key_t *key,
    uint16_t slot);

/* A value is to be kept: room for it is made, and it is linked. */
typedef struct {
    pz_str_t  text;
    uint32_t  items;
    uint32_t  epoch;
    uint32_t  left;
    uint64_t  dies;
} ngx_pz_cache_made_t;

void ngx_pz_cache_make_locked(ngx_pz_cache_t *cache, const ngx_pz_cache_key_t *key,
    uint16_t slot, const ngx_pz_cache_made_t *value);

/* The most bytes that a key and its value may have together; without the lock. */
size_t ngx_pz_cache_value_max(ngx_pz_cache_t *cache);

/* Put an entry into its bucket, as the newest; take it out and free its blocks. */
void ngx_pz_cache_link_locked(ngx_pz_cache_t *cache, uint32_t n);
void ngx_pz_cache_remove_locked(ngx_pz_cache_t *cache, uint32_t n);

/* Make it the newest. */
void ngx_pz_cache_touch_locked(ngx_pz_cache_t *cache, uint32_t n);

/* It was read: the same, but for one that was read a moment ago. */
void ngx_pz_cache_used_locked(ngx_pz_cache_t *cache, uint32_t n, uint64_t now);

/* Bury a few dead ones at the old end; then evict until `n` blocks are free. */
void ngx_pz_cache_make_room_locked(ngx_pz_cache_t *cache, uint32_t n, uint64_t now);

#endif
