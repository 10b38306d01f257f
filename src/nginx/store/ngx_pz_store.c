#include "ngx_pz_store.h"
#include "ngx_pz_link.h"
#include "ngx_pz_sentinel.h"

#define NGX_PZ_STORE_POOL  4096

struct ngx_pz_store_s {
    const ngx_pz_store_conf_t  *conf;
    ngx_pool_t                 *pool;
    ngx_log_t                   log;
    ngx_pz_link_t               link;
    ngx_pz_sentinel_t          *sentinel;     /* NULL: none */
};


static void
ngx_pz_store_destroy(void *data)
{
    ngx_pool_t      *pool;
    ngx_pz_store_t  *store = data;

    pool = store->pool;

    if (store->sentinel != NULL) {
        ngx_pz_sentinel_destroy(store->sentinel);
    }

    ngx_pz_link_destroy(&store->link);
    ngx_destroy_pool(pool);
}


static ngx_int_t
ngx_pz_store_watch(ngx_pz_store_t *store)
{
    if (store->conf->sentinel == NULL) {
        return NGX_OK;
    }

    store->sentinel = ngx_pcalloc(store->pool, sizeof(ngx_pz_sentinel_t));

    return store->sentinel != NULL
           ? ngx_pz_sentinel_init(store->sentinel, &store->link, store->conf, store->pool,
                                  &store->log)
           : NGX_ERROR;
}


ngx_pz_store_t *
ngx_pz_store_create(ngx_cycle_t *cycle, const ngx_pz_store_conf_t *conf,
    ngx_pz_store_on_event_pt on_event, void *data)
{
    ngx_pool_t          *pool;
    ngx_pz_store_t      *store;
    ngx_pool_cleanup_t  *cln;

    pool = ngx_create_pool(NGX_PZ_STORE_POOL, cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    store = ngx_pcalloc(pool, sizeof(ngx_pz_store_t));
    cln = ngx_pool_cleanup_add(cycle->pool, 0);

    if (store == NULL || cln == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    store->conf = conf;
    store->pool = pool;

    /* The cycle's log without a request's or a connection's trimmings. */
    store->log = *cycle->log;
    store->log.connection = 0;
    store->log.handler = NULL;
    store->log.data = NULL;
    store->log.action = NULL;

    if (ngx_pz_link_init(&store->link, conf, pool, &store->log, on_event, data)
        != NGX_OK
        || ngx_pz_store_watch(store) != NGX_OK)
    {
        ngx_pz_store_destroy(store);
        return NULL;
    }

    cln->handler = ngx_pz_store_destroy;
    cln->data = store;

    return store;
}


void
ngx_pz_store_warm(ngx_pz_store_t *store)
{
    ngx_pz_link_t  *link = &store->link;

    if (link->state == NGX_PZ_LINK_IDLE && !ngx_exiting
        && link->breaker.state == NGX_PZ_BREAKER_CLOSED)
    {
        (void) ngx_pz_link_connect(link);
    }
}


static ngx_int_t
ngx_pz_store_refuse(ngx_pz_query_t *query)
{
    query->status = NGX_PZ_QUERY_REFUSED;
    return NGX_DECLINED;
}


ngx_int_t
ngx_pz_store_send(ngx_pz_store_t *store, ngx_pz_query_t *query)
{
    ngx_msec_t      timeout;
    ngx_pz_link_t  *link = &store->link;

    query->pending = NULL;
    query->received = 0;

    if (query->commands.len == 0 || query->expected == 0
        || query->expected > NGX_PZ_QUERY_REPLIES)
    {
        return ngx_pz_store_refuse(query);
    }

    ngx_memzero(query->replies, query->expected * sizeof(pz_reply_t *));

    if (link->breaker.state != NGX_PZ_BREAKER_CLOSED) {
        ngx_pz_link_event(link, NGX_PZ_STORE_REFUSED_BREAKER);
        return ngx_pz_store_refuse(query);
    }

    if (link->backlog.count >= store->conf->max_pending) {
        ngx_pz_link_event(link, NGX_PZ_STORE_REFUSED_FULL);
        return ngx_pz_store_refuse(query);
    }

    if (link->state == NGX_PZ_LINK_IDLE && ngx_pz_link_connect(link) != NGX_OK) {
        return ngx_pz_store_refuse(query);
    }

    timeout = query->timeout > 0 ? query->timeout : store->conf->timeout;

    if (ngx_pz_backlog_add(&link->backlog, query, timeout) != NGX_OK) {
        return ngx_pz_store_refuse(query);
    }

    ngx_pz_link_push(link);
    return NGX_OK;
}


void
ngx_pz_store_cancel(ngx_pz_store_t *store, ngx_pz_query_t *query)
{
    if (query->pending == NULL) {
        return;
    }

    if (ngx_pz_backlog_abandon(query->pending)) {
        ngx_pz_link_watch(&store->link);
    }

    if (ngx_exiting) {
        ngx_pz_link_push(&store->link);
    }
}


static const char *
ngx_pz_store_state(const ngx_pz_link_t *link)
{
    if (link->breaker.state != NGX_PZ_BREAKER_CLOSED) {
        return "breaker open";
    }

    switch (link->state) {
    case NGX_PZ_LINK_IDLE:
        return "idle";
    case NGX_PZ_LINK_READY:
        return "ready";
    default:
        return "connecting";
    }
}


void
ngx_pz_store_status(ngx_pz_store_t *store, ngx_pz_store_status_t *status)
{
    status->state = ngx_pz_store_state(&store->link);
    status->pending = store->link.backlog.count;
    status->failures = store->link.breaker.failures;
    status->retry_in = ngx_pz_breaker_retry_in(&store->link.breaker);
}
