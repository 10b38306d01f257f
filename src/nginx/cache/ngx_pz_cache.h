/*
 * The cache: replies of Redis in shared memory, one zone for all workers
 * (DESIGN sections 5 and 9).
 *
 * It holds what HGETALL and list reads answer: arrays of strings, the empty one
 * included, under the key as Redis knows it and the server that it came from.
 * It knows neither who asks nor how Redis is asked.
 *
 * How old an answer may be is the reader's affair: an entry says when it was
 * written, each reader brings its own times.  Whether it may be trusted at all
 * is a matter of generations: see ngx_pz_cache_stamp_t.
 */
#ifndef NGX_PZ_CACHE_H
#define NGX_PZ_CACHE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_counters.h"
#include "pz_redis.h"

typedef struct ngx_pz_cache_s  ngx_pz_cache_t;

#define NGX_PZ_CACHE_ZONE_MIN  65536     /* bytes */
#define NGX_PZ_CACHE_STORES    32        /* servers that a zone can tell apart */
#define NGX_PZ_CACHE_IDENTITY  16        /* bytes that name a server */

/* For the counters only: keys of different kinds never collide. */
typedef enum {
    NGX_PZ_CACHE_PROFILE = 0, NGX_PZ_CACHE_LIST, NGX_PZ_CACHE_PRODUCT,
    NGX_PZ_CACHE_KINDS
} ngx_pz_cache_kind_e;

/* One `personalize_cache`: a zone and its reader's times, in milliseconds. */
typedef struct {
    ngx_pz_cache_t *cache;
    ngx_msec_t      ttl;          /* an answer is fresh for so long */
    ngx_msec_t      negative;     /* an empty one; 0: is not kept */
    ngx_msec_t      stale;        /* and served for so much longer, while it is read anew */
    ngx_uint_t      push;         /* only what is watched may be served: see below */
} ngx_pz_cache_conf_t;

/*
 * What was true of a key when its query was about to be sent.  An invalidation
 * or a flush that comes before the reply changes it, and ngx_pz_cache_put then
 * refuses the reply: it may be from before the change (the race that Redis
 * documents for client tracking).
 */
typedef struct {
    uint32_t epoch;         /* of the server */
    uint32_t generation;    /* of the key, and of those that share its counter */
    uint32_t keep;          /* 0: the reply is not for the cache, whatever happens */
} ngx_pz_cache_stamp_t;

typedef struct {
    ngx_uint_t           store;    /* index of the worker's store */
    pz_str_t             text;     /* with its prefix; borrowed */
    uint32_t             hash;
    ngx_pz_cache_kind_e  kind;
} ngx_pz_cache_key_t;

typedef enum {
    NGX_PZ_CACHE_MISS = 0, NGX_PZ_CACHE_FRESH, NGX_PZ_CACHE_STALE
} ngx_pz_cache_age_e;

typedef struct {
    ngx_pz_cache_age_e    age;
    pz_reply_t           *reply;     /* an array of strings; NULL on a miss */
    pz_reply_t           *spare;     /* on a miss, if Redis should fail: what was known; or NULL */
    ngx_pz_cache_stamp_t  stamp;     /* for the query that this one leads to */
    ngx_uint_t            refresh;   /* stale, and it is the caller's turn to read it anew */
} ngx_pz_cache_found_t;

/*
 * While the configuration is read: the zone `name`, made when it is named
 * first.  A size of 0 asks for a zone that is made elsewhere in the
 * configuration.  `tag` is for caches only, so that nothing else can have a
 * zone of that name.  NULL: the error has been logged, with file and line.
 */
ngx_pz_cache_t *ngx_pz_cache_zone(ngx_conf_t *cf, ngx_str_t *name, size_t size,
    void *tag);

/*
 * In a worker, before anything else: where to count, and the servers by the
 * worker's index of them, NGX_PZ_CACHE_IDENTITY bytes each.  Two servers with
 * the same identity share entries.
 */
void ngx_pz_cache_attach(ngx_pz_cache_t *cache, ngx_cycle_t *cycle,
    ngx_pz_counters_t *counters, const u_char *identities, ngx_uint_t n);

ngx_pz_cache_key_t ngx_pz_cache_key(ngx_pz_cache_t *cache, ngx_uint_t store,
    ngx_pz_cache_kind_e kind, pz_str_t text);

/*
 * Look a key up; a reply is built in `arena`.  Never fails: no memory, a zone
 * that cannot be used and an entry that is too old are misses.
 */
void ngx_pz_cache_get(const ngx_pz_cache_conf_t *conf, const ngx_pz_cache_key_t *key,
    pz_arena_t *arena, ngx_pz_cache_found_t *found);

/*
 * Keep a reply, unless it was overtaken (see the stamp).  One that is too large
 * for the zone (NULL: even for an arena), or says that the key is of another
 * type, is not kept, and neither is what was there before it; any other error
 * changes nothing.  `left`: ms until the key's own time in Redis has passed, 0 if
 * it has none; no reader is served it after that.  `scratch` is for the time of
 * the call.
 */
void ngx_pz_cache_put(const ngx_pz_cache_conf_t *conf, const ngx_pz_cache_key_t *key,
    ngx_pz_cache_stamp_t stamp, const pz_reply_t *reply, ngx_msec_t left,
    pz_arena_t *scratch);

/*
 * A key has changed in Redis: forget it, and what is on its way to us.  Of any
 * kind; key->kind is not looked at.
 */
void ngx_pz_cache_invalidate(ngx_pz_cache_t *cache, const ngx_pz_cache_key_t *key);

/*
 * Forget all of a server, and what is on its way from it: FLUSHALL, or a new
 * invalidation connection, since nothing that was read before it was up can be
 * trusted ("trusted since").  Takes the same time however much there is.
 */
void ngx_pz_cache_flush(ngx_pz_cache_t *cache, ngx_uint_t store);

/*
 * Push: Redis tells a worker what has changed.  While it does, readers with
 * `push` are served what is in the zone; else they miss, but for `spare`.  All
 * times are ngx_current_msec's.
 *
 * watch: from now on changes of this server should be told; what was told is
 * good for `window` ms.  begun: each change after `since` will be told, by the
 * server `source` (never 0), which was asked to at `until`.  alive: each change
 * before `until` has been told, and ngx_pz_cache_invalidate() or _flush() was
 * called for it.  lost: nothing more will be; `refused`: nor was it ever
 * possible, so that the times alone have to do.
 */
void ngx_pz_cache_watch(ngx_pz_cache_t *cache, ngx_uint_t store, ngx_msec_t window);
void ngx_pz_cache_watch_begun(ngx_pz_cache_t *cache, ngx_uint_t store, uint32_t source,
    ngx_msec_t since, ngx_msec_t until);
void ngx_pz_cache_watch_alive(ngx_pz_cache_t *cache, ngx_uint_t store, ngx_msec_t until);
void ngx_pz_cache_watch_lost(ngx_pz_cache_t *cache, ngx_uint_t store, ngx_uint_t refused);

/* How long ago (ms) this worker last knew that it knows all changes; NGX_DECLINED: it does not. */
ngx_int_t ngx_pz_cache_watch_age(ngx_pz_cache_t *cache, ngx_uint_t store);

/* Figures of one zone; a snapshot without the lock. */
typedef struct {
    ngx_str_t   name;
    size_t      size;       /* bytes that entries can have */
    size_t      used;       /* of them */
    ngx_uint_t  entries;
    ngx_uint_t  places;     /* of them: pages of the placement index */
} ngx_pz_cache_usage_t;

void ngx_pz_cache_usage(ngx_pz_cache_t *cache, ngx_pz_cache_usage_t *usage);

#endif
