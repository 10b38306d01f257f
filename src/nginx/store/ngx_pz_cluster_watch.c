/*
 * What has changed in a cluster: the news of all nodes that are read from, as
 * one server's.  It is watched when each of them is, and known for as far back
 * as the slowest of them says.  Another set of nodes is another server: what
 * was read before has to be vouched for anew.
 */
#include "ngx_pz_cluster.h"


static ngx_uint_t
ngx_pz_cluster_is_read(const ngx_pz_node_t *node)
{
    return node->used
           && (node->slots > 0 || (node->reads > 0 && ngx_pz_near_is_usable(&node->link)));
}


static void
ngx_pz_cluster_tell(ngx_pz_cluster_t *cluster, ngx_pz_store_news_t *news)
{
    if (news->event == NGX_PZ_STORE_NEWS_LOST) {
        cluster->watch.source = 0;
    }

    cluster->watch.on_news(cluster->watch.sink, news);
}


/* The news of one: later of `since`, earlier of `until`, and the sources in any order. */
static void
ngx_pz_cluster_add_news(ngx_pz_store_news_t *sum, const ngx_pz_store_news_t *one)
{
    sum->source += one->source;
    sum->since = ngx_max(sum->since, one->since);
    sum->until = sum->until == 0 ? one->until : ngx_min(sum->until, one->until);
}


/* BEGUN of the whole, LOST, or REFUSED as long as one of them refuses. */
static void
ngx_pz_cluster_sum(ngx_pz_cluster_t *cluster, ngx_pz_store_news_t *sum)
{
    ngx_uint_t      i, n;
    ngx_pz_node_t  *node;

    n = 0;
    ngx_memzero(sum, sizeof(ngx_pz_store_news_t));
    sum->event = NGX_PZ_STORE_NEWS_BEGUN;

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];

        if (!ngx_pz_cluster_is_read(node)) {
            continue;
        }

        n++;

        if (node->watch == NULL || node->news.event == NGX_PZ_STORE_NEWS_LOST) {
            sum->event = NGX_PZ_STORE_NEWS_LOST;

        } else if (node->news.event == NGX_PZ_STORE_NEWS_REFUSED) {
            sum->event = NGX_PZ_STORE_NEWS_REFUSED;
            return;

        } else {
            ngx_pz_cluster_add_news(sum, &node->news);
        }
    }

    sum->source = sum->source != 0 ? sum->source : 1;

    if (n == 0) {
        sum->event = NGX_PZ_STORE_NEWS_LOST;
    }
}


void
ngx_pz_cluster_settle(ngx_pz_cluster_t *cluster)
{
    ngx_pz_store_news_t  sum;

    if (cluster->watch.on_news == NULL) {
        return;
    }

    ngx_pz_cluster_sum(cluster, &sum);

    /* Already told. */
    if (sum.event == cluster->watch.event && sum.event != NGX_PZ_STORE_NEWS_BEGUN) {
        return;
    }

    if (sum.event == NGX_PZ_STORE_NEWS_BEGUN && sum.source == cluster->watch.source) {
        sum.event = NGX_PZ_STORE_NEWS_ALIVE;

    } else {
        cluster->watch.event = sum.event;
        cluster->watch.source = sum.source;
    }

    ngx_pz_cluster_tell(cluster, &sum);
}


static void
ngx_pz_cluster_on_news(void *data, const ngx_pz_store_news_t *news)
{
    ngx_pz_node_t     *node = data;
    ngx_pz_cluster_t  *cluster = node->cluster;

    switch (news->event) {
    case NGX_PZ_STORE_NEWS_ALIVE:
        node->news.until = news->until;
        break;

    case NGX_PZ_STORE_NEWS_BEGUN:
    case NGX_PZ_STORE_NEWS_LOST:
    case NGX_PZ_STORE_NEWS_REFUSED:
        node->news = *news;
        break;

    default:
        cluster->watch.on_news(cluster->watch.sink, news);
        return;
    }

    ngx_pz_cluster_settle(cluster);
}


/* Each node that is read from needs a connection, for the watch to follow. */
static void
ngx_pz_cluster_on_reach(ngx_event_t *ev)
{
    ngx_uint_t         i;
    ngx_pz_node_t     *node;
    ngx_pz_cluster_t  *cluster = ev->data;

    for (i = 0; i < cluster->nnodes && !ngx_exiting; i++) {
        node = cluster->nodes[i];

        if (ngx_pz_cluster_is_read(node) && node->link.state == NGX_PZ_LINK_IDLE
            && node->link.breaker.state == NGX_PZ_BREAKER_CLOSED
            && node->news.event != NGX_PZ_STORE_NEWS_BEGUN)
        {
            (void) ngx_pz_link_connect(&node->link);
        }
    }
}


void
ngx_pz_cluster_mapped(ngx_pz_cluster_t *cluster)
{
    if (cluster->watch.on_news == NULL) {
        return;
    }

    ngx_pz_cluster_settle(cluster);
    ngx_post_event(&cluster->watch.reach, &ngx_posted_events);
}


ngx_int_t
ngx_pz_cluster_watch_node(ngx_pz_cluster_t *cluster, ngx_pz_node_t *node)
{
    if (cluster->watch.on_news == NULL) {
        return NGX_OK;
    }

    node->news.event = NGX_PZ_STORE_NEWS_LOST;
    node->watch = ngx_pcalloc(cluster->pool, sizeof(ngx_pz_watch_t));

    return node->watch != NULL
           ? ngx_pz_watch_init(node->watch, &node->link, cluster->conf, cluster->watch.kinds,
                               cluster->watch.nkinds, cluster->pool, cluster->log,
                               ngx_pz_cluster_on_news, node)
           : NGX_ERROR;
}


ngx_int_t
ngx_pz_cluster_watch(ngx_pz_cluster_t *cluster, const pz_str_t *kinds, ngx_uint_t nkinds,
    ngx_pz_store_on_news_pt on_news, void *sink)
{
    ngx_uint_t  i;

    cluster->watch.kinds = kinds;
    cluster->watch.nkinds = nkinds;
    cluster->watch.on_news = on_news;
    cluster->watch.sink = sink;
    cluster->watch.event = NGX_PZ_STORE_NEWS_LOST;

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


const char *
ngx_pz_cluster_watch_word(const ngx_pz_cluster_t *cluster)
{
    if (cluster->watch.on_news == NULL) {
        return "off";
    }

    switch (cluster->watch.event) {
    case NGX_PZ_STORE_NEWS_BEGUN:
        return "watching";
    case NGX_PZ_STORE_NEWS_REFUSED:
        return "refused";
    default:
        return "connecting";
    }
}
