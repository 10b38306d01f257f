#include "ngx_pz_probe.h"

#include "ngx_pz_cache_shared.h"

/*
 * The cache against a model: keys of one run are its own, so whatever it reads
 * must be what it wrote last, or nothing, since others may drive it out.
 */

#define NGX_PZ_PROBE_KEYS     300
#define NGX_PZ_PROBE_LONGEST  3000    /* bytes of a string: a dozen blocks */

typedef struct {
    ngx_pz_cache_conf_t   conf;
    pz_arena_t           *arena;
    uint32_t              chance;
    ngx_uint_t            run;
    ngx_uint_t            version[NGX_PZ_PROBE_KEYS];    /* 0: must not be there */
    ngx_uint_t            found;
    ngx_uint_t            wrong;
    ngx_uint_t            refused;
} ngx_pz_probe_model_t;


static uint32_t
ngx_pz_probe_draw(ngx_pz_probe_model_t *model, uint32_t below)
{
    model->chance = model->chance * 1664525u + 1013904223u;

    return (model->chance >> 8) % below;
}


static ngx_pz_cache_key_t
ngx_pz_probe_key(ngx_pz_probe_model_t *model, ngx_uint_t n)
{
    pz_sb_t   sb;
    pz_str_t  text;

    pz_sb_init(&sb, model->arena, 1024);
    pz_sb_printf(&sb, "run%u:{%u}", (unsigned) model->run, (unsigned) n);

    /* some are longer than a block */
    while (n % 7 == 0 && sb.len < 400) {
        pz_sb_literal(&sb, "-long");
    }

    (void) pz_sb_done(&sb, &text);

    return ngx_pz_cache_key(model->conf.cache, n % 2, NGX_PZ_CACHE_PROFILE, text);
}


/* What stands under a key in this version: no strings, or up to four, of any length. */
static pz_reply_t *
ngx_pz_probe_value(ngx_pz_probe_model_t *model, ngx_uint_t n, ngx_uint_t version)
{
    char        *bytes;
    size_t       i, items, len;
    pz_reply_t  *reply;

    items = (n + version) % 5;
    reply = pz_arena_array(model->arena, items + 1, sizeof(pz_reply_t));
    reply->type = PZ_REPLY_ARRAY;
    reply->nitems = items;
    reply->items = pz_arena_array(model->arena, items + 1, sizeof(pz_reply_t *));

    for (i = 0; i < items; i++) {
        len = (n * 131 + version * 17 + i * 997) % NGX_PZ_PROBE_LONGEST;
        bytes = pz_arena_alloc(model->arena, len + 1);
        memset(bytes, (int) (n * 31 + version * 7 + i), len);

        reply->items[i] = &reply[i + 1];
        reply[i + 1].type = PZ_REPLY_STRING;
        reply[i + 1].text = (pz_str_t) { bytes, len };
    }

    return reply;
}


static ngx_uint_t
ngx_pz_probe_same(const pz_reply_t *a, const pz_reply_t *b)
{
    size_t  i;

    for (i = 0; i < a->nitems && i < b->nitems; i++) {
        if (!pz_str_eq(a->items[i]->text, b->items[i]->text)) {
            return 0;
        }
    }

    return a->nitems == b->nitems;
}


static void
ngx_pz_probe_look(ngx_pz_probe_model_t *model, ngx_uint_t n, ngx_pz_cache_key_t *key,
    ngx_pz_cache_found_t *found)
{
    ngx_pz_cache_get(&model->conf, key, model->arena, found);

    if (found->age == NGX_PZ_CACHE_MISS) {
        return;
    }

    model->found++;

    if (model->version[n] == 0
        || !ngx_pz_probe_same(found->reply, ngx_pz_probe_value(model, n, model->version[n])))
    {
        model->wrong++;
    }
}


/* A reply that was asked for before the key changed, and comes after. */
static void
ngx_pz_probe_overtake(ngx_pz_probe_model_t *model, ngx_uint_t n, ngx_pz_cache_key_t *key,
    ngx_pz_cache_stamp_t stamp)
{
    ngx_uint_t            i;
    ngx_pz_cache_found_t  found;

    if (ngx_pz_probe_draw(model, 4) == 0) {
        ngx_pz_cache_flush(model->conf.cache, key->store);

        for (i = key->store; i < NGX_PZ_PROBE_KEYS; i += 2) {
            model->version[i] = 0;
        }

    } else {
        ngx_pz_cache_invalidate(model->conf.cache, key);
        model->version[n] = 0;
    }

    ngx_pz_cache_put(&model->conf, key, stamp, ngx_pz_probe_value(model, n, 1), 0,
                     model->arena);
    ngx_pz_probe_look(model, n, key, &found);

    model->refused += found.age == NGX_PZ_CACHE_MISS;
}


/*
 * Refused when another run has invalidated a key that shares the counter, or
 * flushed, since: then it is as it was before.
 */
static void
ngx_pz_probe_write(ngx_pz_probe_model_t *model, ngx_uint_t n, ngx_pz_cache_key_t *key,
    ngx_pz_cache_stamp_t stamp)
{
    pz_reply_t            *reply;
    ngx_uint_t             version;
    ngx_pz_cache_found_t   found;

    version = 1 + ngx_pz_probe_draw(model, 1000);
    reply = ngx_pz_probe_value(model, n, version);

    ngx_pz_cache_put(&model->conf, key, stamp, reply, 0, model->arena);
    ngx_pz_cache_get(&model->conf, key, model->arena, &found);

    if (found.age == NGX_PZ_CACHE_MISS) {
        model->version[n] = 0;

    } else if (ngx_pz_probe_same(found.reply, reply)) {
        model->version[n] = version;

    } else {
        ngx_pz_probe_look(model, n, key, &found);
    }
}


static void
ngx_pz_probe_step(ngx_pz_probe_model_t *model)
{
    ngx_uint_t            n;
    ngx_pz_cache_key_t    key;
    ngx_pz_cache_found_t  found;

    pz_arena_reset(model->arena);

    n = ngx_pz_probe_draw(model, NGX_PZ_PROBE_KEYS);
    key = ngx_pz_probe_key(model, n);
    ngx_pz_probe_look(model, n, &key, &found);

    switch (ngx_pz_probe_draw(model, 20)) {

    case 0:
        ngx_pz_probe_overtake(model, n, &key, found.stamp);
        return;

    case 1: case 2:
        ngx_pz_cache_invalidate(model->conf.cache, &key);
        model->version[n] = 0;
        return;

    case 3: case 4: case 5: case 6:
        return;

    default:
        ngx_pz_probe_write(model, n, &key, found.stamp);
    }
}


/* Every block is either free or in one entry, and every entry is where its key leads. */
static const char *
ngx_pz_probe_walk_locked(ngx_pz_cache_t *cache)
{
    uint32_t                n, m, blocks, entries, last;
    ngx_pz_cache_entry_t   *entry;
    ngx_pz_cache_shared_t  *sh;

    sh = cache->sh;
    blocks = entries = last = 0;

    for (n = sh->newest; n != 0; n = entry->older) {
        entry = ngx_pz_cache_entry(cache, n);

        if (entry->newer != last) {
            return "the order is broken";
        }

        for (m = sh->buckets[entry->hash & (sh->nbuckets - 1)]; m != 0 && m != n;
             m = ngx_pz_cache_entry(cache, m)->chain) { /* void */ }

        if (m != n) {
            return "an entry is not in its bucket";
        }

        last = n;
        blocks += entry->nblocks;

        if (++entries > sh->entries) {
            return "more entries than there are";
        }
    }

    for (n = sh->free; n != 0; n = cache->blocks[n].next) {
        blocks++;
    }

    blocks += sh->nblocks + 1 - sh->untouched;

    return last != sh->oldest || entries != sh->entries ? "entries are missing"
           : blocks != sh->nblocks ? "blocks are missing" : "whole";
}


/* Die with the lock in the hand, in the middle of a change: somebody has to kill this worker. */
static void
ngx_pz_probe_hold(ngx_pz_cache_t *cache)
{
    if (ngx_pz_cache_lock(cache) == NGX_OK) {
        ngx_pz_cache_begin_locked(cache);
        memset(&cache->sh->newest, 0x5a, 1000);
        (void) pause();
    }
}


ngx_int_t
ngx_pz_probe_cache(ngx_http_request_t *r, ngx_pz_probe_main_t *probe)
{
    pz_sb_t               sb;
    ngx_uint_t            i, steps;
    const char           *walk;
    ngx_pz_probe_model_t  model;

    if (ngx_pz_probe_number(r, "hold", 0)) {
        ngx_pz_probe_hold(probe->cache);
    }

    ngx_memzero(&model, sizeof(ngx_pz_probe_model_t));
    model.conf.cache = probe->cache;
    model.conf.ttl = model.conf.negative = 3600 * 1000;
    model.arena = pz_arena_create(1024 * 1024, 0);
    model.run = ngx_pz_probe_number(r, "run", 1);
    model.chance = (uint32_t) model.run * 2654435761u;
    steps = ngx_pz_probe_number(r, "model", 1);

    for (i = 0; i < steps; i++) {
        ngx_pz_probe_step(&model);
    }

    walk = "another layout";

    if (ngx_pz_cache_lock(probe->cache) == NGX_OK) {
        walk = ngx_pz_probe_walk_locked(probe->cache);
        ngx_pz_cache_unlock(probe->cache);
    }

    pz_arena_reset(model.arena);
    pz_sb_init(&sb, model.arena, 4096);
    pz_sb_printf(&sb, "pid=%d\nfound=%u\nwrong=%u\nrefused=%u\nwalk=%s\n", (int) ngx_pid,
                 (unsigned) model.found, (unsigned) model.wrong, (unsigned) model.refused, walk);

    i = ngx_pz_probe_send_text(r, &sb);
    pz_arena_destroy(model.arena);

    return i;
}
