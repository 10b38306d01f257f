#include "ngx_pz_cluster_state.h"
#include "ngx_pz_spread_state.h"

/*
 * How the map is come by.  A round asks one node after the other until one has
 * told it; between rounds a minute passes while all is well, and up to five
 * seconds while it is not: as long as a failover may take, it is told as soon
 * as somebody knows it.
 */
#define NGX_PZ_CLUSTER_WELL   60000     /* ms */
#define NGX_PZ_CLUSTER_NEAR   10000     /* where a replica that comes back is to be read from */
#define NGX_PZ_CLUSTER_WORSE  250
#define NGX_PZ_CLUSTER_WORST  5000

static const ngx_pz_link_fault_t  ngx_pz_cluster_useless = {
    NGX_PZ_INCIDENT_CLUSTER, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "no map of the slots (is it a cluster, and may the user run CLUSTER SLOTS?), asking another"
};

static void ngx_pz_cluster_on_answer(ngx_pz_query_t *query);


static ngx_uint_t
ngx_pz_cluster_can_tell(const ngx_pz_cluster_t *cluster, const ngx_pz_node_t *node,
    ngx_uint_t any_state)
{
    return node->used && node->host.len > 0 && node->tried != cluster->round
           && node->seen == cluster->version
           && node->link.breaker.state == NGX_PZ_BREAKER_CLOSED
           && (any_state || node->link.state == NGX_PZ_LINK_READY);
}


/* Who knows better, then one that is connected, then any, then a seed.  NULL: nobody. */
static ngx_pz_node_t *
ngx_pz_cluster_choose(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t      i, pass, from;
    ngx_pz_node_t  *node;

    if (cluster->hint != NULL && ngx_pz_cluster_can_tell(cluster, cluster->hint, 1)) {
        return cluster->hint;
    }

    from = (ngx_uint_t) ngx_random();

    for (pass = 0; pass < 2; pass++) {
        for (i = 0; i < cluster->nnodes; i++) {
            node = cluster->nodes[(from + i) % cluster->nnodes];

            if (ngx_pz_cluster_can_tell(cluster, node, pass)) {
                return node;
            }
        }
    }

    node = ngx_pz_cluster_seed(cluster);

    return node != NULL && node->tried != cluster->round
           && node->link.breaker.state == NGX_PZ_BREAKER_CLOSED
           ? node : NULL;
}


static void
ngx_pz_cluster_later(ngx_pz_cluster_t *cluster)
{
    if (ngx_pz_cluster_is_whole(cluster)) {
        cluster->delay = NGX_PZ_CLUSTER_WORSE;
        ngx_pz_cluster_schedule(cluster, cluster->nears != NULL ? NGX_PZ_CLUSTER_NEAR
                                                                : NGX_PZ_CLUSTER_WELL);
        return;
    }

    ngx_pz_cluster_schedule(cluster, cluster->delay);
    cluster->delay = ngx_min(cluster->delay * 2, NGX_PZ_CLUSTER_WORST);
}


void
ngx_pz_cluster_ask(ngx_pz_cluster_t *cluster)
{
    ngx_pz_node_t   *node;
    ngx_pz_query_t  *query;

    query = &cluster->query;

    if (query->pending != NULL || cluster->refuse.posted) {
        return;
    }

    while ((node = ngx_pz_cluster_choose(cluster)) != NULL) {
        node->tried = cluster->round;
        cluster->asked = node;
        pz_arena_reset(cluster->arena);

        query->commands = cluster->question;
        query->expected = PZ_REDIS_TOPOLOGY_REPLIES;
        query->timeout = 2 * cluster->conf->connect_timeout;
        query->arena = cluster->arena;
        query->done = ngx_pz_cluster_on_answer;
        query->data = cluster;
        query->received = 0;

        if (ngx_pz_link_send(&node->link, query) == NGX_OK) {
            return;
        }
    }

    cluster->failures++;
    ngx_pz_cluster_later(cluster);
}


/* The next of this round; where nobody is left, who waits for a map waits in vain. */
static void
ngx_pz_cluster_go_on(ngx_pz_cluster_t *cluster)
{
    if (!ngx_exiting || cluster->npausing > 0) {
        ngx_pz_cluster_ask(cluster);
    }

    if (cluster->version == 0 && cluster->query.pending == NULL) {
        ngx_pz_spread_give_up(cluster);
    }
}


static void
ngx_pz_cluster_on_answer(ngx_pz_query_t *query)
{
    pz_redis_topology_t   topology;
    ngx_pz_cluster_t     *cluster = query->data;

    if (query->status != NGX_PZ_QUERY_OK) {
        ngx_pz_cluster_go_on(cluster);
        return;
    }

    if (pz_redis_topology_read(cluster->arena, query->replies, &topology) != 0) {
        ngx_post_event(&cluster->refuse, &ngx_posted_events);
        return;
    }

    cluster->failures = 0;
    ngx_pz_breaker_replied(&cluster->asked->link.breaker);
    ngx_pz_cluster_apply(cluster, cluster->asked, &topology);
    ngx_pz_spread_resume(cluster);
    ngx_pz_cluster_later(cluster);
}


/* A seed that is no help is hung up on: the next attempt goes to the next one. */
void
ngx_pz_cluster_on_refuse(ngx_event_t *ev)
{
    ngx_pz_node_t     *node;
    ngx_pz_cluster_t  *cluster = ev->data;

    node = cluster->asked;

    if (node->host.len == 0 && node->link.state == NGX_PZ_LINK_READY) {
        ngx_pz_link_fail(&node->link, &ngx_pz_cluster_useless, 0);

    } else {
        ngx_pz_link_report(&node->link, &ngx_pz_cluster_useless, 0);
    }

    ngx_pz_cluster_go_on(cluster);
}


void
ngx_pz_cluster_on_ready(void *data)
{
    ngx_pz_node_t     *node = data;
    ngx_pz_cluster_t  *cluster = node->cluster;

    if (ngx_exiting || cluster->query.pending != NULL) {
        return;
    }

    if (cluster->version == 0) {
        cluster->round++;
        ngx_pz_cluster_ask(cluster);

    } else if (node->link.breaker.opened > 0) {
        ngx_pz_cluster_schedule(cluster, NGX_PZ_CLUSTER_WORSE);
    }
}
