#include "ngx_pz_cluster_state.h"

#define NGX_PZ_CLUSTER_SWEEP  1000      /* ms between looks at a node that still has queries */


static void
ngx_pz_cluster_on_lost(void *data, ngx_uint_t unreachable)
{
    ngx_pz_node_t  *node = data;

    (void) unreachable;

    /* Where its slots are now, others may know. */
    ngx_pz_cluster_schedule(node->cluster, 100);
    ngx_pz_cluster_settle(node->cluster);
}


static ngx_int_t
ngx_pz_cluster_node_init(ngx_pz_cluster_t *cluster, ngx_pz_node_t *node)
{
    if (ngx_pz_link_init(&node->link, cluster->conf, cluster->pool, cluster->log,
                         cluster->on_event, cluster->data)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    node->link.hooks.ready = cluster->on_ready;
    node->link.hooks.lost = ngx_pz_cluster_on_lost;
    node->link.hooks.data = node;

    ngx_pz_near_init(&node->near, &node->link, cluster->log);

    return ngx_pz_cluster_watch_node(cluster, node);
}


static ngx_pz_node_t *
ngx_pz_cluster_make(ngx_pz_cluster_t *cluster)
{
    ngx_pz_node_t  *node;

    node = cluster->nnodes < NGX_PZ_CLUSTER_NODES
           ? ngx_pcalloc(cluster->pool, sizeof(ngx_pz_node_t)) : NULL;

    if (node == NULL) {
        return NULL;
    }

    node->cluster = cluster;

    if (ngx_pz_cluster_node_init(cluster, node) != NGX_OK) {
        if (node->watch != NULL) {
            ngx_pz_watch_destroy(node->watch);
        }

        ngx_pz_link_destroy(&node->link);
        return NULL;
    }

    cluster->nodes[cluster->nnodes++] = node;
    return node;
}


/* One that was let go of, or a new one. */
static ngx_pz_node_t *
ngx_pz_cluster_node(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t      i;
    ngx_pz_node_t  *node;

    for (i = 0; i < cluster->nnodes && cluster->nodes[i]->used; i++) {
        continue;
    }

    node = i < cluster->nnodes ? cluster->nodes[i] : ngx_pz_cluster_make(cluster);

    if (node == NULL) {
        return NULL;
    }

    node->used = 1;
    node->id_len = 0;
    node->host.len = 0;
    node->port = 0;
    node->slots = 0;
    node->alone = 0;
    node->reads = 0;
    node->master = NULL;
    node->seen = cluster->version;
    node->tried = 0;
    node->link.troubled = 0;
    node->link.incidents.subject = cluster->conf->url.shown;

    return node;
}


ngx_pz_node_t *
ngx_pz_cluster_seed(ngx_pz_cluster_t *cluster)
{
    ngx_uint_t      i;
    ngx_pz_node_t  *node;

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];

        if (node->used && node->host.len == 0) {
            return node;
        }
    }

    node = ngx_pz_cluster_node(cluster);

    if (node != NULL) {
        ngx_pz_resolve_reset(&node->link.where, cluster->conf->addrs, cluster->conf->naddrs);

        /* Workers begin with different ones. */
        node->link.addr = (ngx_uint_t) ngx_random() % cluster->conf->naddrs;
    }

    return node;
}


/* From now on it is there: connections that are still to be made go there. */
static void
ngx_pz_cluster_aim(ngx_pz_node_t *node, const pz_str_t *host, in_port_t port)
{
    u_char             *last;
    ngx_pz_cluster_t  *cluster = node->cluster;

    ngx_memcpy(node->text, host->data, host->len);
    node->host.data = node->text;
    node->host.len = host->len;
    node->port = port;

    last = ngx_snprintf(node->label, sizeof(node->label),
                        pz_str_find_byte(*host, ':') >= 0 ? "[%V]:%ui" : "%V:%ui",
                        &node->host, (ngx_uint_t) port);
    node->link.incidents.subject.data = (char *) node->label;
    node->link.incidents.subject.len = last - node->label;

    ngx_log_error(NGX_LOG_INFO, cluster->log, 0,
                  "personalize: redis \"%*s\": a node of the cluster",
                  node->link.incidents.subject.len, node->link.incidents.subject.data);

    if (ngx_pz_resolve_aim(&node->link.where, &node->host, port) != NGX_OK) {
        ngx_pz_incident(&cluster->incidents, NGX_PZ_INCIDENT_NAME, NGX_LOG_ERR, 0,
                        "the cluster names its nodes by host names: nginx needs a resolver",
                        NULL);
    }
}


/* A host as text: the node's own, or the address that it is connected to. */
static ngx_int_t
ngx_pz_cluster_host(const ngx_pz_node_t *node, u_char *text, pz_str_t *host)
{
    socklen_t       len;
    ngx_sockaddr_t  peer;

    host->data = (char *) text;
    host->len = node->host.len;

    if (node->host.len > 0) {
        ngx_memcpy(text, node->host.data, node->host.len);
        return NGX_OK;
    }

    len = sizeof(ngx_sockaddr_t);

    if (node->link.connection == NULL
        || getpeername(node->link.connection->fd, &peer.sockaddr, &len) == -1)
    {
        return NGX_ERROR;
    }

    host->len = ngx_sock_ntop(&peer.sockaddr, len, text, NGX_SOCKADDR_STRLEN, 0);

    return host->len > 0 ? NGX_OK : NGX_ERROR;
}


static ngx_pz_node_t *
ngx_pz_cluster_find_place(ngx_pz_cluster_t *cluster, const pz_str_t *host, unsigned port)
{
    ngx_uint_t      i;
    ngx_pz_node_t  *node;

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];

        if (node->used && node->port == port && node->host.len == host->len
            && ngx_memcmp(node->host.data, host->data, host->len) == 0)
        {
            return node;
        }
    }

    return NULL;
}


static ngx_pz_node_t *
ngx_pz_cluster_find_id(ngx_pz_cluster_t *cluster, const pz_str_t *id)
{
    ngx_uint_t      i;
    ngx_pz_node_t  *node;

    for (i = 0; i < cluster->nnodes && id->len > 0; i++) {
        node = cluster->nodes[i];

        if (node->used && node->id_len == id->len
            && ngx_memcmp(node->id, id->data, id->len) == 0)
        {
            return node;
        }
    }

    return NULL;
}


static void
ngx_pz_cluster_name(ngx_pz_node_t *node, const pz_str_t *id)
{
    if (id->len > 0) {
        ngx_memcpy(node->id, id->data, id->len);
        node->id_len = id->len;
    }
}


/* No slot is its: a map that names others has cleared them all. */
static void
ngx_pz_cluster_retire(ngx_pz_cluster_t *cluster, ngx_pz_node_t *node)
{
    ngx_log_error(NGX_LOG_INFO, cluster->log, 0, "personalize: redis \"%*s\": no longer needed",
                  node->link.incidents.subject.len, node->link.incidents.subject.data);

    ngx_pz_link_close(&node->link);
    ngx_pz_breaker_reset(&node->link.breaker);
    ngx_pz_near_end(&node->near);
    node->used = 0;

    if (node->watch != NULL) {
        ngx_pz_watch_want(node->watch, 0);
    }

    if (cluster->hint == node) {
        cluster->hint = NULL;
    }
}


void
ngx_pz_cluster_identify(ngx_pz_cluster_t *cluster, ngx_pz_node_t *node, pz_str_t id)
{
    ngx_pz_node_t  *other;

    other = ngx_pz_cluster_find_id(cluster, &id);

    if (other != NULL && other != node) {
        /* Two ways to one server: the one that stands already is kept, the other is swept. */
        if (other->link.state != NGX_PZ_LINK_IDLE) {
            return;
        }

        ngx_pz_cluster_retire(cluster, other);
    }

    ngx_pz_cluster_name(node, &id);
}


ngx_pz_node_t *
ngx_pz_cluster_place(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_node_t *place)
{
    u_char          text[PZ_REDIS_HOST_MAX + NGX_SOCKADDR_STRLEN];
    pz_str_t        host;
    ngx_pz_node_t  *node;

    host = place->host;

    if (host.len == 0 && ngx_pz_cluster_host(teller, text, &host) != NGX_OK) {
        return NULL;
    }

    node = ngx_pz_cluster_find_place(cluster, &host, place->port);

    if (node == NULL) {
        node = ngx_pz_cluster_node(cluster);

        if (node != NULL) {
            ngx_pz_cluster_aim(node, &host, (in_port_t) place->port);
        }
    }

    return node;
}


ngx_pz_node_t *
ngx_pz_cluster_member(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_member_t *member)
{
    u_char          text[PZ_REDIS_HOST_MAX + NGX_SOCKADDR_STRLEN];
    pz_str_t        host;
    ngx_pz_node_t  *node;

    if (member->place.port == 0) {
        return NULL;
    }

    node = ngx_pz_cluster_find_id(cluster, &member->id);

    if (node == NULL) {
        node = ngx_pz_cluster_place(cluster, teller, &member->place);

        if (node != NULL) {
            ngx_pz_cluster_name(node, &member->id);
        }

        return node;
    }

    host = member->place.host;

    if (host.len == 0 && ngx_pz_cluster_host(teller, text, &host) != NGX_OK) {
        return node;
    }

    if (node->port != member->place.port || node->host.len != host.len
        || ngx_memcmp(node->host.data, host.data, host.len) != 0)
    {
        ngx_pz_cluster_aim(node, &host, (in_port_t) member->place.port);
    }

    return node;
}


/* --- those that no map names any more ---------------------------------------- */

void
ngx_pz_cluster_on_sweep(ngx_event_t *ev)
{
    ngx_uint_t         i;
    ngx_pz_node_t     *node;
    ngx_pz_cluster_t  *cluster = ev->data;

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];

        if (!node->used || node->seen == cluster->version) {
            continue;
        }

        if (node->link.backlog.count == 0) {
            ngx_pz_cluster_retire(cluster, node);

        } else if (!ev->timer_set) {
            ngx_add_timer(ev, NGX_PZ_CLUSTER_SWEEP);
        }
    }
}
