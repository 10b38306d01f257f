#include "ngx_pz_store.h"
#include "ngx_pz_cluster.h"
#include "ngx_pz_near.h"
#include "ngx_pz_near_watch.h"
#include "ngx_pz_sentinel.h"
#include "ngx_pz_spread.h"

#define NGX_PZ_STORE_POOL  4096

struct ngx_pz_store_s {
    const ngx_pz_store_conf_t  *conf;
    ngx_pool_t                 *pool;
    ngx_log_t                   log;
    ngx_pz_link_t               link;
    ngx_pz_sentinel_t          *sentinel;     /* NULL: none */
    ngx_pz_cluster_t           *cluster;      /* has links of its own; NULL: none */
    ngx_pz_watch_t             *watch;        /* NULL: nobody wants to know */
    ngx_pz_link_t              *replica;      /* a near one; NULL: none */
    ngx_pz_near_t               near;
    ngx_pz_near_watch_t        *both;         /* in place of `watch`, where there is a replica */
};


static void
ngx_pz_store_destroy(void *data)
{
    ngx_pool_t      *pool;
    ngx_pz_store_t  *store = data;

    pool = store->pool;

    if (store->watch != NULL) {
        ngx_pz_watch_destroy(store->watch);
    }

    if (store->sentinel != NULL) {
        ngx_pz_sentinel_destroy(store->sentinel);
    }

    if (store->both != NULL) {
        ngx_pz_near_watch_destroy(store->both);
    }

    if (store->replica != NULL) {
        ngx_pz_near_end(&store->near);
        ngx_pz_link_destroy(store->replica);
    }

    if (store->cluster != NULL) {
        ngx_pz_cluster_destroy(store->cluster);

    } else {
        ngx_pz_link_destroy(&store->link);
    }

    ngx_destroy_pool(pool);
}


static ngx_int_t
ngx_pz_store_open_near(ngx_pz_store_t *store, ngx_pz_store_on_event_pt on_event, void *data)
{
    ngx_pz_link_t  *link;

    if (store->conf->near == NULL) {
        return NGX_OK;
    }

    link = ngx_pcalloc(store->pool, sizeof(ngx_pz_link_t));

    if (link == NULL
        || ngx_pz_link_init(link, store->conf->near, store->pool, &store->log, on_event, data)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_pz_near_init(&store->near, link, &store->log);
    ngx_pz_near_begin(&store->near);
    store->replica = link;
    return NGX_OK;
}


static ngx_int_t
ngx_pz_store_open(ngx_pz_store_t *store, ngx_pz_store_on_event_pt on_event, void *data)
{
    const ngx_pz_store_conf_t  *conf = store->conf;

    if (conf->url.scheme == PZ_REDIS_CLUSTER) {
        store->cluster = ngx_pcalloc(store->pool, sizeof(ngx_pz_cluster_t));

        return store->cluster != NULL
               ? ngx_pz_cluster_init(store->cluster, conf, store->pool, &store->log, on_event,
                                     data)
               : NGX_ERROR;
    }

    if (ngx_pz_link_init(&store->link, conf, store->pool, &store->log, on_event, data)
        != NGX_OK
        || ngx_pz_store_open_near(store, on_event, data) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (conf->sentinel == NULL) {
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

    if (ngx_pz_store_open(store, on_event, data) != NGX_OK) {
        ngx_pz_store_destroy(store);
        return NULL;
    }

    cln->handler = ngx_pz_store_destroy;
    cln->data = store;

    return store;
}


ngx_int_t
ngx_pz_store_watch(ngx_pz_store_t *store, const pz_str_t *kinds, ngx_uint_t nkinds,
    ngx_pz_store_on_news_pt on_news, void *data)
{
    if (store->cluster != NULL) {
        return ngx_pz_cluster_watch(store->cluster, kinds, nkinds, on_news, data);
    }

    if (store->replica != NULL) {
        store->both = ngx_pcalloc(store->pool, sizeof(ngx_pz_near_watch_t));

        return store->both != NULL
               ? ngx_pz_near_watch_init(store->both, store->replica, &store->link, kinds, nkinds,
                                        store->pool, &store->log, on_news, data)
               : NGX_ERROR;
    }

    store->watch = ngx_pcalloc(store->pool, sizeof(ngx_pz_watch_t));

    return store->watch != NULL
           ? ngx_pz_watch_init(store->watch, &store->link, store->conf, kinds, nkinds,
                               store->pool, &store->log, on_news, data)
           : NGX_ERROR;
}


static void
ngx_pz_store_warm_link(ngx_pz_link_t *link)
{
    if (link->state == NGX_PZ_LINK_IDLE && !ngx_exiting
        && link->breaker.state == NGX_PZ_BREAKER_CLOSED)
    {
        (void) ngx_pz_link_connect(link);
    }
}


void
ngx_pz_store_warm(ngx_pz_store_t *store)
{
    if (store->cluster != NULL) {
        ngx_pz_cluster_warm(store->cluster);
        return;
    }

    /* Where there is a replica, a worker may never have to ask the master for anything. */
    ngx_pz_store_warm_link(store->replica != NULL ? store->replica : &store->link);
}


ngx_int_t
ngx_pz_store_send(ngx_pz_store_t *store, ngx_pz_query_t *query)
{
    query->pending = NULL;
    query->received = 0;

    if (query->commands.len == 0 || query->expected == 0
        || query->expected > NGX_PZ_QUERY_REPLIES)
    {
        query->status = NGX_PZ_QUERY_REFUSED;
        return NGX_DECLINED;
    }

    ngx_memzero(query->replies, query->expected * sizeof(pz_reply_t *));

    if (store->cluster != NULL) {
        return ngx_pz_spread_send(store->cluster, query);
    }

    if (query->reads && store->replica != NULL
        && ngx_pz_near_send(&store->near, query) == NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_pz_link_send(&store->link, query);
}


void
ngx_pz_store_cancel(ngx_pz_store_t *store, ngx_pz_query_t *query)
{
    if (query->pending == NULL) {
        return;
    }

    if (store->cluster != NULL) {
        ngx_pz_spread_cancel(query);
        return;
    }

    ngx_pz_link_cancel(query);
}


/* The server that is read from. */
static const ngx_pz_link_t *
ngx_pz_store_read_from(const ngx_pz_store_t *store)
{
    return store->replica != NULL && ngx_pz_near_is_up(store->replica) ? store->replica
                                                                       : &store->link;
}


void
ngx_pz_store_status(ngx_pz_store_t *store, ngx_pz_store_status_t *status)
{
    status->watch = "off";

    if (store->cluster != NULL) {
        ngx_pz_cluster_status(store->cluster, status);
        return;
    }

    ngx_pz_link_status(ngx_pz_store_read_from(store), status);

    if (store->both != NULL) {
        status->watch = ngx_pz_watch_told_word(&store->both->told);
    }

    if (store->watch != NULL) {
        status->watch = ngx_pz_watch_word(store->watch);
    }
}


/* The near replica, or its master. */
static void
ngx_pz_store_side(ngx_pz_store_t *store, ngx_uint_t near, ngx_pz_store_node_t *node)
{
    ngx_pz_link_t  *link;

    link = near ? store->replica : &store->link;

    node->address = link->incidents.subject;
    node->role = near ? "replica" : "master";
    node->slots = 0;
    ngx_pz_link_status(link, &node->status);
    node->status.watch = store->both == NULL ? "off"
                         : ngx_pz_watch_word(near ? &store->both->replica.watch
                                                  : &store->both->master.watch);
}


ngx_int_t
ngx_pz_store_node(ngx_pz_store_t *store, ngx_uint_t *at, ngx_pz_store_node_t *node)
{
    if (store->cluster != NULL) {
        return ngx_pz_cluster_node_status(store->cluster, at, node);
    }

    if (store->replica == NULL || *at > 1) {
        return NGX_DONE;
    }

    ngx_pz_store_side(store, (*at)++ == 0, node);
    return NGX_OK;
}
