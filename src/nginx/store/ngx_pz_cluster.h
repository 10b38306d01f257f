/*
 * A Redis Cluster: one link a node, and a map from slots to nodes.
 *
 * The map is asked of any node, over the connection that carries the queries.
 * It may be out of date at any time, and so may be the node that told it: a
 * node that does not serve a slot says who does, which is believed for that
 * slot, and the whole map is asked for again soon.
 *
 * Nodes are told apart by their ids, so that the server behind a seed's name,
 * behind an announced address and behind a MOVED is one node, and has one
 * connection.
 */
#ifndef NGX_PZ_CLUSTER_H
#define NGX_PZ_CLUSTER_H

#include "ngx_pz_cluster_state.h"

/* All memory from `pool`.  destroy() may follow a failure. */
ngx_int_t ngx_pz_cluster_init(ngx_pz_cluster_t *cluster, const ngx_pz_store_conf_t *conf,
    ngx_pool_t *pool, ngx_log_t *log, ngx_pz_store_on_event_pt on_event, void *data);

/* Close and free; no done() is called. */
void ngx_pz_cluster_destroy(ngx_pz_cluster_t *cluster);

/* Ask for the map now. */
void ngx_pz_cluster_warm(ngx_pz_cluster_t *cluster);

/* Of the whole: worst state, sums. */
void ngx_pz_cluster_status(ngx_pz_cluster_t *cluster, ngx_pz_store_status_t *status);
ngx_int_t ngx_pz_cluster_node_status(ngx_pz_cluster_t *cluster, ngx_uint_t *at,
    ngx_pz_store_node_t *node);

/* As ngx_pz_store_watch(); `kinds` must live as long as the cluster. */
ngx_int_t ngx_pz_cluster_watch(ngx_pz_cluster_t *cluster, const pz_str_t *kinds,
    ngx_uint_t nkinds, ngx_pz_store_on_news_pt on_news, void *sink);

#endif
