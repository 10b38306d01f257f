/*
 * A query of a cluster: split by slot into a part a node, followed where nodes
 * send it, and joined again.
 *
 * What one node does not answer is missing in the replies of the rest: a page
 * with all products but those of a node that is down is better than one
 * without any.
 */
#ifndef NGX_PZ_SPREAD_H
#define NGX_PZ_SPREAD_H

#include "ngx_pz_cluster_state.h"

/* As ngx_pz_store_send().  Memory comes from the query's arena. */
ngx_int_t ngx_pz_spread_send(ngx_pz_cluster_t *cluster, ngx_pz_query_t *query);

/* As ngx_pz_store_cancel(); query->pending is not NULL. */
void ngx_pz_spread_cancel(ngx_pz_query_t *query);

#endif
