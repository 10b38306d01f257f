/*
 * Stage: what is known of the visitor?
 */
#include "ngx_pz_lookup.h"

#define NGX_PZ_LOOKUP_COMMAND  1024    /* bytes: a prefix and an id are bounded */

static void ngx_pz_lookup_on_reply(ngx_pz_query_t *query);


static ngx_int_t
ngx_pz_lookup_command(ngx_pz_request_t *pr, pz_str_t *commands)
{
    pz_sb_t   sb, key;
    pz_str_t  argv[2];

    pz_sb_init(&key, pr->arena, NGX_PZ_LOOKUP_COMMAND);
    pz_sb_add(&key, ngx_pz_str(pr->settings->redis->prefix));
    pz_sb_literal(&key, "visitor:{");
    pz_sb_add(&key, ngx_pz_str(pr->visitor.id));
    pz_sb_literal(&key, "}");

    argv[0] = PZ_STR("HGETALL");

    if (pz_sb_done(&key, &argv[1]) != 0) {
        return NGX_ERROR;
    }

    pz_sb_init(&sb, pr->arena, NGX_PZ_LOOKUP_COMMAND);
    pz_redis_command(&sb, argv, 2);

    return pz_sb_done(&sb, commands) == 0 ? NGX_OK : NGX_ERROR;
}


static void
ngx_pz_lookup_fail(ngx_pz_request_t *pr, ngx_pz_query_status_e status)
{
    ngx_pz_lookup_t  *lookup;

    lookup = &pr->lookup;
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


ngx_int_t
ngx_pz_lookup_begin(ngx_pz_request_t *pr, ngx_pz_request_on_done_pt on_done)
{
    ngx_pz_query_t   *query;
    ngx_pz_lookup_t  *lookup;

    lookup = &pr->lookup;
    query = &lookup->query;

    ngx_memzero(lookup, sizeof(ngx_pz_lookup_t));

    lookup->begun = 1;
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

    if (ngx_pz_lookup_command(pr, &query->commands) != NGX_OK) {
        return NGX_ERROR;
    }

    query->expected = 1;
    query->timeout = pr->settings->deadline;
    query->arena = pr->arena;
    query->done = ngx_pz_lookup_on_reply;
    query->data = pr;

    lookup->on_done = on_done;
    lookup->store = pr->settings->store;
    lookup->started = ngx_current_msec;

    if (ngx_pz_store_send(pr->worker->stores[lookup->store], query) != NGX_OK) {
        ngx_pz_lookup_fail(pr, query->status);
        return NGX_OK;
    }

    lookup->pending = 1;

    return NGX_OK;
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
ngx_pz_lookup_read(ngx_pz_request_t *pr, pz_reply_t *reply)
{
    ngx_pz_lookup_t  *lookup;

    lookup = &pr->lookup;

    if (reply == NULL) {
        lookup->outcome = NGX_PZ_LOOKUP_ERROR;
        lookup->failure = NGX_PZ_STATUS_MEMORY;

    } else if (reply->type == PZ_REPLY_ARRAY && reply->nitems != 0) {
        lookup->outcome = NGX_PZ_LOOKUP_MISS;

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
ngx_pz_lookup_on_reply(ngx_pz_query_t *query)
{
    ngx_pz_request_t  *pr = query->data;

    pr->lookup.pending = 0;
    pr->lookup.took = ngx_current_msec - pr->lookup.started;

    if (query->status == NGX_PZ_QUERY_OK) {
        ngx_pz_lookup_read(pr, query->replies[0]);

    } else {
        ngx_pz_lookup_fail(pr, query->status);
    }

    pr->lookup.on_done(pr);
}
