/*
 * Stage: what is known of the visitor?
 */
#include "ngx_pz_lookup.h"

#define NGX_PZ_LOOKUP_KEY  1024    /* bytes: a prefix and an id are bounded */

static void ngx_pz_lookup_on_done(ngx_pz_fetch_t *fetch);
static void ngx_pz_lookup_end(ngx_pz_lookup_t *lookup);


static ngx_int_t
ngx_pz_lookup_key(ngx_pz_request_t *pr, pz_str_t *text)
{
    pz_sb_t  key;

    pz_sb_init(&key, pr->arena, NGX_PZ_LOOKUP_KEY);
    pz_sb_add(&key, ngx_pz_str(pr->settings->redis->prefix));
    pz_sb_literal(&key, "visitor:{");
    pz_sb_add(&key, ngx_pz_str(pr->visitor.id));
    pz_sb_literal(&key, "}");

    return pz_sb_done(&key, text) == 0 ? NGX_OK : NGX_ERROR;
}


static void
ngx_pz_lookup_fail(ngx_pz_lookup_t *lookup, ngx_pz_query_status_e status)
{
    lookup->outcome = NGX_PZ_LOOKUP_ERROR;

    switch (status) {

    case NGX_PZ_QUERY_TIMEOUT:
        lookup->outcome = NGX_PZ_LOOKUP_TIMEOUT;
        lookup->failure = NGX_PZ_STATUS_LOOKUP_TIMEOUT;
        return;

    case NGX_PZ_QUERY_REFUSED:
        lookup->failure = NGX_PZ_STATUS_LOOKUP_REFUSED;
        return;

    default:
        lookup->failure = NGX_PZ_STATUS_LOOKUP_CLOSED;
        return;
    }
}


static ngx_int_t
ngx_pz_lookup_ask(ngx_pz_request_t *pr)
{
    ngx_pz_fetch_t   *fetch;
    ngx_pz_lookup_t  *lookup;

    lookup = &pr->lookup;
    fetch = &lookup->fetch;

    if (ngx_pz_lookup_key(pr, &lookup->item.key) != NGX_OK) {
        return NGX_ERROR;
    }

    lookup->item.kind = NGX_PZ_CACHE_PROFILE;
    lookup->started = ngx_current_msec;

    fetch->worker = pr->worker;
    fetch->store = pr->settings->store;
    fetch->cache = pr->settings->cache;
    fetch->arena = pr->arena;
    fetch->items = &lookup->item;
    fetch->n = 1;
    fetch->timeout = pr->settings->deadline;
    fetch->done = ngx_pz_lookup_on_done;
    fetch->data = pr;

    if (ngx_pz_fetch_start(fetch) == NGX_OK) {
        lookup->pending = 1;

    } else {
        ngx_pz_lookup_end(lookup);
    }

    return NGX_OK;
}


ngx_int_t
ngx_pz_lookup_begin(ngx_pz_request_t *pr, ngx_pz_request_on_done_pt on_done)
{
    ngx_pz_lookup_t  *lookup;

    lookup = &pr->lookup;

    ngx_memzero(lookup, sizeof(ngx_pz_lookup_t));

    lookup->begun = 1;
    lookup->on_done = on_done;
    lookup->outcome = NGX_PZ_LOOKUP_NONE;
    lookup->failure = NGX_PZ_STATUS_APPLIED;
    lookup->profile = pz_profile_create(pr->arena);

    if (lookup->profile == NULL) {
        return NGX_ERROR;
    }

    /* nobody can know an id that has just been made */
    if (pr->visitor.id.len == 0 || pr->visitor.fresh) {
        return NGX_OK;
    }

    return ngx_pz_lookup_ask(pr);
}


/* HGETALL: an array of names and texts, one after the other. */
static ngx_int_t
ngx_pz_lookup_fill(pz_profile_t *profile, pz_reply_t *reply)
{
    size_t  i;

    for (i = 0; i + 1 < reply->nitems; i += 2) {

        if (reply->items[i]->type != PZ_REPLY_STRING
            || reply->items[i + 1]->type != PZ_REPLY_STRING)
        {
            continue;
        }

        if (pz_profile_add(profile, reply->items[i]->text,
                           reply->items[i + 1]->text)
            != 0)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_pz_lookup_read(ngx_pz_lookup_t *lookup, pz_reply_t *reply)
{
    static const ngx_pz_lookup_e  outcomes[] = {
        [NGX_PZ_CACHE_MISS] = NGX_PZ_LOOKUP_MISS,
        [NGX_PZ_CACHE_FRESH] = NGX_PZ_LOOKUP_HIT,
        [NGX_PZ_CACHE_STALE] = NGX_PZ_LOOKUP_STALE,
    };

    if (reply == NULL) {
        lookup->outcome = NGX_PZ_LOOKUP_ERROR;
        lookup->failure = NGX_PZ_STATUS_MEMORY;

    } else if (reply->type == PZ_REPLY_ARRAY && reply->nitems != 0) {
        lookup->outcome = outcomes[lookup->item.age];

        if (ngx_pz_lookup_fill(lookup->profile, reply) != NGX_OK) {
            lookup->failure = NGX_PZ_STATUS_MEMORY;
        }

    } else if (reply->type != PZ_REPLY_ERROR) {
        lookup->outcome = NGX_PZ_LOOKUP_NEGATIVE;

    } else {
        lookup->outcome = NGX_PZ_LOOKUP_ERROR;

        /* somebody put another type there: a visitor without a profile */
        if (pz_redis_error_of(reply) != PZ_REDIS_ERR_WRONGTYPE) {
            lookup->failure = NGX_PZ_STATUS_LOOKUP_ERROR;
        }
    }
}


static void
ngx_pz_lookup_end(ngx_pz_lookup_t *lookup)
{
    lookup->pending = 0;
    lookup->took = ngx_current_msec - lookup->started;

    if (lookup->fetch.status == NGX_PZ_QUERY_OK) {
        ngx_pz_lookup_read(lookup, lookup->item.reply);

    } else {
        ngx_pz_lookup_fail(lookup, lookup->fetch.status);
    }
}


static void
ngx_pz_lookup_on_done(ngx_pz_fetch_t *fetch)
{
    ngx_pz_request_t  *pr = fetch->data;

    ngx_pz_lookup_end(&pr->lookup);
    pr->lookup.on_done(pr);
}
