#include "ngx_pz_cluster.h"
#include "ngx_pz_spread.h"

#define NGX_PZ_CLUSTER_SOON   400       /* ms: one slot has moved, others may have */


static void
ngx_pz_cluster_fill(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_range_t *range)
{
    unsigned        slot;
    ngx_pz_node_t  *node;

    node = ngx_pz_cluster_member(cluster, teller, &range->members[0]);

    if (node == NULL) {
        return;
    }

    node->seen = cluster->version;

    for (slot = range->first; slot <= range->last; slot++) {
        if (cluster->masters[slot] == NULL) {
            cluster->masters[slot] = node;
            cluster->covered++;
            node->slots++;
        }
    }
}


void
ngx_pz_cluster_apply(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_topology_t *topology)
{
    size_t      i;
    ngx_uint_t  k;

    cluster->version++;
    cluster->covered = 0;
    ngx_memzero(cluster->masters, sizeof(cluster->masters));

    for (k = 0; k < cluster->nnodes; k++) {
        cluster->nodes[k]->slots = 0;
    }

    ngx_pz_cluster_identify(cluster, teller, topology->me);

    for (i = 0; i < topology->nranges; i++) {
        ngx_pz_cluster_fill(cluster, teller, &topology->ranges[i]);
    }

    cluster->hint = NULL;
    ngx_pz_cluster_event(cluster, NGX_PZ_STORE_MAPPED);

    /* Not from here: this may be called from within one of the links. */
    ngx_add_timer(&cluster->sweep, 0);
    ngx_pz_cluster_mapped(cluster);
    ngx_pz_spread_resume(cluster);
}


ngx_pz_node_t *
ngx_pz_cluster_moved(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller, unsigned slot,
    const pz_redis_node_t *place)
{
    ngx_pz_node_t  *node;

    ngx_pz_cluster_event(cluster, NGX_PZ_STORE_MOVED);
    ngx_pz_cluster_schedule(cluster, NGX_PZ_CLUSTER_SOON);

    node = ngx_pz_cluster_place(cluster, teller, place);

    if (node == NULL || node == cluster->masters[slot]) {
        return node;
    }

    if (cluster->masters[slot] == NULL) {
        cluster->covered++;

    } else {
        cluster->masters[slot]->slots--;
    }

    cluster->masters[slot] = node;
    cluster->hint = node;
    node->seen = cluster->version;
    node->slots++;
    ngx_pz_cluster_mapped(cluster);

    return node;
}
