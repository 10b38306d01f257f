#include "ngx_pz_cluster_state.h"

#include "pz_hash.h"

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


/*
 * Each worker chooses its own, so that all replicas have work; but where changes
 * are watched all workers of an nginx choose the same, since what they keep in
 * common has to come from the same servers.  By id: nodes list each other in
 * any order.
 */
static uint32_t
ngx_pz_cluster_weigh(const ngx_pz_cluster_t *cluster, const pz_redis_member_t *member)
{
    uint32_t  seed;

    seed = cluster->watch.told.on_news != NULL ? (uint32_t) ngx_parent : (uint32_t) ngx_pid;

    return pz_hash_fnv1a32(PZ_FNV1A32_BASIS ^ seed, member->id);
}


/* One of the range's near members; NULL: the master will do. */
static ngx_pz_node_t *
ngx_pz_cluster_near(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_range_t *range)
{
    size_t                    i;
    uint32_t                  weight, most;
    const pz_redis_member_t  *member, *chosen;

    if (cluster->nears == NULL || ngx_pz_cluster_is_near(cluster, &range->members[0])) {
        return NULL;
    }

    most = 0;
    chosen = NULL;

    for (i = 1; i < range->nmembers; i++) {
        member = &range->members[i];
        weight = ngx_pz_cluster_weigh(cluster, member);

        if ((chosen == NULL || weight > most) && member->place.port > 0
            && ngx_pz_cluster_is_near(cluster, member))
        {
            most = weight;
            chosen = member;
        }
    }

    return chosen != NULL ? ngx_pz_cluster_member(cluster, teller, chosen) : NULL;
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
    node = ngx_pz_cluster_member(cluster, teller, &range->members[0]);

    if (near != NULL) {
        near->seen = cluster->version;
        near->reads += range->last - range->first + 1;
        near->master = node;

        for (slot = range->first; slot <= range->last; slot++) {
            cluster->nears[slot] = near;
        }
    }

    if (node == NULL) {
        return;
    }

    node->seen = cluster->version;

    for (slot = range->first; slot <= range->last; slot++) {
        if (cluster->masters[slot] == NULL) {
            cluster->masters[slot] = node;
            cluster->covered++;
            node->slots++;
            node->alone += near == NULL;
        }
    }
}


/* Those that are read from are kept connected, and asked whether they are in step. */
static void
ngx_pz_cluster_beat(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t      i;
    ngx_pz_node_t  *node;

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];

        if (node->reads > 0) {
            ngx_pz_near_begin(&node->near);

        } else {
            ngx_pz_near_end(&node->near);
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
        cluster->nodes[k]->alone = 0;
        cluster->nodes[k]->reads = 0;
        cluster->nodes[k]->master = NULL;
    }

    if (cluster->nears != NULL) {
        ngx_memzero(cluster->nears, PZ_REDIS_SLOTS * sizeof(ngx_pz_node_t *));
    }

    ngx_pz_cluster_identify(cluster, teller, topology->me);

    for (i = 0; i < topology->nranges; i++) {
        ngx_pz_cluster_fill(cluster, teller, &topology->ranges[i]);
    }

    cluster->hint = NULL;
    ngx_pz_cluster_beat(cluster);
    ngx_pz_cluster_event(cluster, NGX_PZ_STORE_MAPPED);

    /* Not from here: this may be called from within one of the links. */
    ngx_add_timer(&cluster->sweep, 0);
    ngx_pz_cluster_mapped(cluster);
}


/*
 * A near replica of the slot stays until the next map: it says MOVED, and knows
 * where to.  Where there is none, the new master is read from, and watched.
 */
ngx_pz_node_t *
ngx_pz_cluster_moved(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller, unsigned slot,
    const pz_redis_node_t *place)
{
    ngx_uint_t      alone;
    ngx_pz_node_t  *node;

    ngx_pz_cluster_event(cluster, NGX_PZ_STORE_MOVED);
    ngx_pz_cluster_schedule(cluster, NGX_PZ_CLUSTER_SOON);

    node = ngx_pz_cluster_place(cluster, teller, place);

    if (node == NULL || node == cluster->masters[slot]) {
        return node;
    }

    alone = cluster->nears == NULL || cluster->nears[slot] == NULL;

    if (cluster->masters[slot] == NULL) {
        cluster->covered++;

    } else {
        cluster->masters[slot]->slots--;
        cluster->masters[slot]->alone -= alone;
    }

    cluster->masters[slot] = node;
    cluster->hint = node;
    node->seen = cluster->version;
    node->slots++;
    node->alone += alone;
    ngx_pz_cluster_mapped(cluster);

    return node;
}
