/*
 * What has changed in a cluster: the news of all nodes that are read from, as
 * one server's.
 */
#include "ngx_pz_cluster.h"


/* Masters without a near replica, near replicas, and the masters of those that are down. */
static void
ngx_pz_cluster_mark(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t      i;
    ngx_pz_node_t  *node;

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];
        node->is_read = node->used && node->alone > 0;
    }

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];

        if (!node->used || node->reads == 0) {
            continue;
        }

        if (ngx_pz_near_is_up(&node->link)) {
            node->is_read = 1;

        } else if (node->master != NULL) {
            node->master->is_read = 1;
        }
    }
}


void
ngx_pz_cluster_settle(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t            i, turned;
    ngx_pz_node_t        *node;
    ngx_pz_store_news_t   sum;

    if (cluster->watch.told.on_news == NULL) {
        return;
    }

    turned = 0;
    ngx_pz_cluster_mark(cluster);
    ngx_pz_watch_sum_begin(&sum);

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];
        turned |= ngx_pz_watch_sum_add(&sum, node->watch, &node->news, node->is_read);
    }

    if (turned) {
        ngx_post_event(&cluster->watch.reach, &ngx_posted_events);
    }

    ngx_pz_watch_sum_tell(&cluster->watch.told, &sum);
}


static void
ngx_pz_cluster_on_news(void *data, const ngx_pz_store_news_t *news)
{
    ngx_pz_node_t  *node = data;

    if (ngx_pz_watch_told_take(&node->cluster->watch.told, &node->news, news)) {
        ngx_pz_cluster_settle(node->cluster);
    }
}


/* The watch of a near replica stands ready while it is down: with its begin reads come back. */
static void
ngx_pz_cluster_on_reach(ngx_event_t *ev)
{
    ngx_uint_t         i;
    ngx_pz_node_t     *node;
    ngx_pz_cluster_t  *cluster = ev->data;

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];
        ngx_pz_watch_want(node->watch, node->link.believed || (node->used && node->reads > 0));
    }
}


void
ngx_pz_cluster_mapped(ngx_pz_cluster_t *cluster)
{
    if (cluster->watch.told.on_news == NULL) {
        return;
    }

    ngx_pz_cluster_settle(cluster);
    ngx_post_event(&cluster->watch.reach, &ngx_posted_events);
}


ngx_int_t
ngx_pz_cluster_watch_node(ngx_pz_cluster_t *cluster, ngx_pz_node_t *node)
{
    if (cluster->watch.told.on_news == NULL) {
        return NGX_OK;
    }

    node->news.event = NGX_PZ_STORE_NEWS_LOST;
    node->link.believed = 0;
    node->watch = ngx_pcalloc(cluster->pool, sizeof(ngx_pz_watch_t));

    if (node->watch == NULL
        || ngx_pz_watch_init(node->watch, &node->link, cluster->conf, cluster->watch.kinds,
                             cluster->watch.nkinds, cluster->pool, cluster->log,
                             ngx_pz_cluster_on_news, node)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* Which nodes are read from, a map says. */
    ngx_pz_watch_want(node->watch, 0);
    return NGX_OK;
}


ngx_int_t
ngx_pz_cluster_watch(ngx_pz_cluster_t *cluster, const pz_str_t *kinds, ngx_uint_t nkinds,
    ngx_pz_store_on_news_pt on_news, void *sink)
{
    ngx_uint_t  i;

    cluster->watch.kinds = kinds;
    cluster->watch.nkinds = nkinds;
    ngx_pz_watch_told_init(&cluster->watch.told, on_news, sink);

    cluster->watch.reach.handler = ngx_pz_cluster_on_reach;
    cluster->watch.reach.data = cluster;
    cluster->watch.reach.log = cluster->log;

    for (i = 0; i < cluster->nnodes; i++) {
        if (ngx_pz_cluster_watch_node(cluster, cluster->nodes[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_pz_cluster_unwatch(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t  i;

    if (cluster->watch.reach.posted) {
        ngx_delete_posted_event(&cluster->watch.reach);
    }

    for (i = 0; i < cluster->nnodes; i++) {
        if (cluster->nodes[i]->watch != NULL) {
            ngx_pz_watch_destroy(cluster->nodes[i]->watch);
        }
    }
}
