#include "ngx_pz_cluster.h"
#include "ngx_pz_keep.h"
#include "ngx_pz_spread_state.h"

/* A map may name each slot by itself. */
#define NGX_PZ_CLUSTER_ARENA  (64 * 1024 * 1024)
#define NGX_PZ_CLUSTER_WORSE  250       /* ms: the first delay when not all is well */


static ngx_int_t
ngx_pz_cluster_question(ngx_pz_cluster_t *cluster)
{
    pz_sb_t  sb;

    pz_sb_init(&sb, cluster->arena, 1024);
    pz_redis_topology_ask(&sb);

    return ngx_pz_keep(cluster->pool, &sb, &cluster->question);
}


static void
ngx_pz_cluster_on_next(ngx_event_t *ev)
{
    ngx_pz_cluster_t  *cluster = ev->data;

    if (!ngx_exiting) {
        cluster->round++;
        ngx_pz_cluster_ask(cluster);
    }
}


static void
ngx_pz_cluster_timer(ngx_pz_cluster_t *cluster, ngx_event_t *ev, ngx_event_handler_pt handler)
{
    ev->handler = handler;
    ev->data = cluster;
    ev->log = cluster->log;
    ev->cancelable = 1;
}


ngx_int_t
ngx_pz_cluster_init(ngx_pz_cluster_t *cluster, const ngx_pz_store_conf_t *conf,
    ngx_pool_t *pool, ngx_log_t *log, ngx_pz_store_on_event_pt on_event, void *data)
{
    cluster->conf = conf;
    cluster->pool = pool;
    cluster->log = log;
    cluster->on_event = on_event;
    cluster->data = data;
    cluster->incidents.log = log;
    cluster->incidents.subject = conf->url.shown;
    cluster->round = 1;
    cluster->delay = NGX_PZ_CLUSTER_WORSE;
    cluster->on_ready = ngx_pz_cluster_on_ready;
    ngx_queue_init(&cluster->pausing);

    if (conf->net != NULL) {
        cluster->nears = ngx_pcalloc(pool, PZ_REDIS_SLOTS * sizeof(ngx_pz_node_t *));

        if (cluster->nears == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_pz_cluster_timer(cluster, &cluster->next, ngx_pz_cluster_on_next);
    ngx_pz_cluster_timer(cluster, &cluster->sweep, ngx_pz_cluster_on_sweep);
    ngx_pz_cluster_timer(cluster, &cluster->refuse, ngx_pz_cluster_on_refuse);

    cluster->arena = pz_arena_create(NGX_PZ_CLUSTER_ARENA, 0);

    return cluster->arena != NULL && ngx_pz_cluster_seed(cluster) != NULL
           ? ngx_pz_cluster_question(cluster) : NGX_ERROR;
}


void
ngx_pz_cluster_destroy(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t  i;

    ngx_pz_spread_forget(cluster);

    if (cluster->next.timer_set) {
        ngx_del_timer(&cluster->next);
    }

    if (cluster->sweep.timer_set) {
        ngx_del_timer(&cluster->sweep);
    }

    if (cluster->refuse.posted) {
        ngx_delete_posted_event(&cluster->refuse);
    }

    ngx_pz_cluster_unwatch(cluster);

    for (i = 0; i < cluster->nnodes; i++) {
        ngx_pz_near_end(&cluster->nodes[i]->near);
        ngx_pz_link_destroy(&cluster->nodes[i]->link);
    }

    pz_arena_destroy(cluster->arena);
}


void
ngx_pz_cluster_warm(ngx_pz_cluster_t *cluster)
{
    if (!ngx_exiting) {
        ngx_pz_cluster_ask(cluster);
    }
}


/* --- how it is ---------------------------------------------------------------- */

/* "ready": every node is; else the state that most need not wait for. */
static const char *
ngx_pz_cluster_word(const ngx_pz_cluster_t *cluster, ngx_uint_t ready, ngx_uint_t open)
{
    if (cluster->version == 0) {
        return cluster->query.pending != NULL ? "connecting" : open > 0 ? "breaker open" : "idle";
    }

    if (!ngx_pz_cluster_is_whole(cluster)) {
        return ready == 0 && open > 0 ? "breaker open" : "degraded";
    }

    return "ready";
}


void
ngx_pz_cluster_status(ngx_pz_cluster_t *cluster, ngx_pz_store_status_t *status)
{
    ngx_uint_t             i, open, ready;
    ngx_pz_link_t         *link;
    ngx_pz_store_status_t  one;

    open = 0;
    ready = 0;
    ngx_memzero(status, sizeof(ngx_pz_store_status_t));
    status->pending = cluster->npausing;

    for (i = 0; i < cluster->nnodes; i++) {
        if (!cluster->nodes[i]->used) {
            continue;
        }

        link = &cluster->nodes[i]->link;
        ngx_pz_link_status(link, &one);
        status->pending += one.pending;
        status->failures = ngx_max(status->failures, one.failures);
        status->retry_in = ngx_max(status->retry_in, one.retry_in);
        open += link->breaker.state != NGX_PZ_BREAKER_CLOSED;
        ready += link->breaker.state == NGX_PZ_BREAKER_CLOSED && cluster->nodes[i]->slots > 0;
    }

    status->state = ngx_pz_cluster_word(cluster, ready, open);
    status->watch = ngx_pz_watch_told_word(&cluster->watch.told);
}


ngx_int_t
ngx_pz_cluster_node_status(ngx_pz_cluster_t *cluster, ngx_uint_t *at,
    ngx_pz_store_node_t *status)
{
    ngx_pz_node_t  *node;

    while (*at < cluster->nnodes) {
        node = cluster->nodes[(*at)++];

        if (!node->used) {
            continue;
        }

        status->address = node->link.incidents.subject;
        status->role = node->slots > 0 ? "master" : node->reads > 0 ? "replica" : "unknown";
        status->slots = node->slots > 0 ? node->slots : node->reads;
        ngx_pz_link_status(&node->link, &status->status);
        status->status.watch = node->watch != NULL ? ngx_pz_watch_word(node->watch) : "off";
        return NGX_OK;
    }

    return NGX_DONE;
}
