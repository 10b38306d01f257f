#include "ngx_pz_cluster.h"
#include "ngx_pz_spread.h"

#define NGX_PZ_CLUSTER_SOON   400       /* ms: one slot has moved, others may have */


/* Whether the operator's network has it.  A name is nowhere. */
static ngx_uint_t
ngx_pz_cluster_is_near(const ngx_pz_cluster_t *cluster, const pz_redis_member_t *member)
{
    ngx_str_t       host;
    ngx_array_t     nets;
    ngx_sockaddr_t  place;

    host.data = (u_char *) member->place.host.data;
    host.len = member->place.host.len;

    ngx_memzero(&nets, sizeof(ngx_array_t));
    ngx_memzero(&place, sizeof(ngx_sockaddr_t));
    nets.elts = cluster->conf->net;
    nets.nelts = 1;

    place.sockaddr_in.sin_family = AF_INET;
    place.sockaddr_in.sin_addr.s_addr = ngx_inet_addr(host.data, host.len);

#if (NGX_HAVE_INET6)
    if (place.sockaddr_in.sin_addr.s_addr == INADDR_NONE) {
        place.sockaddr_in6.sin6_family = AF_INET6;

        if (ngx_inet6_addr(host.data, host.len, place.sockaddr_in6.sin6_addr.s6_addr)
            != NGX_OK)
        {
            return 0;
        }
    }
#endif

    return ngx_cidr_match(&place.sockaddr, &nets) == NGX_OK;
}


/* One of the range's near members, workers begin with different ones; NULL: the master will do. */
static ngx_pz_node_t *
ngx_pz_cluster_near(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_range_t *range)
{
    size_t                    i, at;
    const pz_redis_member_t  *member;

    if (cluster->nears == NULL || ngx_pz_cluster_is_near(cluster, &range->members[0])) {
        return NULL;
    }

    for (i = 0; i + 1 < range->nmembers; i++) {
        at = 1 + (i + (size_t) ngx_worker) % (range->nmembers - 1);
        member = &range->members[at];

        if (member->place.port > 0 && ngx_pz_cluster_is_near(cluster, member)) {
            return ngx_pz_cluster_member(cluster, teller, member);
        }
    }

    return NULL;
}


ngx_pz_node_t *
ngx_pz_cluster_route(const ngx_pz_cluster_t *cluster, unsigned slot, ngx_uint_t reads)
{
    ngx_pz_node_t  *node;

    node = reads && cluster->nears != NULL ? cluster->nears[slot] : NULL;

    return node != NULL && ngx_pz_near_is_usable(&node->link) ? node : cluster->masters[slot];
}


static void
ngx_pz_cluster_fill(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_range_t *range)
{
    unsigned        slot;
    ngx_pz_node_t  *node, *near;

    near = ngx_pz_cluster_near(cluster, teller, range);

    if (near != NULL) {
        near->seen = cluster->version;
        near->reads += range->last - range->first + 1;

        for (slot = range->first; slot <= range->last; slot++) {
            cluster->nears[slot] = near;
        }
    }

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
        cluster->nodes[k]->reads = 0;
    }

    if (cluster->nears != NULL) {
        ngx_memzero(cluster->nears, PZ_REDIS_SLOTS * sizeof(ngx_pz_node_t *));
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

    if (cluster->nears != NULL) {
        cluster->nears[slot] = NULL;
    }

    cluster->hint = node;
    node->seen = cluster->version;
    node->slots++;
    ngx_pz_cluster_mapped(cluster);

    return node;
}
