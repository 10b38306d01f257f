#include "ngx_pz_spread.h"
#include "ngx_pz_spread_state.h"


static ngx_pz_spread_t *
ngx_pz_spread_create(ngx_pz_cluster_t *cluster, ngx_pz_query_t *query)
{
    pz_str_t          rest;
    ngx_uint_t        n;
    ngx_msec_t        timeout;
    ngx_pz_spread_t  *spread;

    spread = pz_arena_zalloc(query->arena, sizeof(ngx_pz_spread_t));
    if (spread == NULL) {
        return NULL;
    }

    rest = query->commands;

    for (n = 0; n < query->expected; n++) {
        if (pz_redis_slot_next(&rest, &spread->commands[n]) != 1) {
            return NULL;
        }
    }

    timeout = query->timeout > 0 ? query->timeout : cluster->conf->timeout;

    spread->cluster = cluster;
    spread->query = query;
    spread->until = ngx_current_msec + timeout;
    spread->bounded = timeout > 0;
    spread->failure = NGX_PZ_QUERY_CLOSED;
    ngx_queue_init(&spread->parts);

    spread->on_part = ngx_pz_spread_on_part;
    spread->timer.handler = ngx_pz_spread_on_timer;
    spread->timer.data = spread;
    spread->timer.log = cluster->log;

    return rest.len == 0 ? spread : NULL;
}


ngx_int_t
ngx_pz_spread_send(ngx_pz_cluster_t *cluster, ngx_pz_query_t *query)
{
    ngx_msec_t             left;
    ngx_pz_spread_t       *spread;
    ngx_pz_spread_mask_t   all;

    query->status = NGX_PZ_QUERY_REFUSED;
    query->believed = 1;
    query->empty_for = 0;
    spread = ngx_pz_spread_create(cluster, query);

    if (spread == NULL) {
        return NGX_DECLINED;
    }

    all = (ngx_pz_spread_mask_t) (((uint64_t) 1 << query->expected) - 1);

    if (cluster->version == 0) {
        if (!ngx_pz_cluster_hopeful(cluster)
            || cluster->npausing >= cluster->conf->max_pending)
        {
            ngx_pz_cluster_event(cluster, NGX_PZ_STORE_REFUSED_BREAKER);
            return NGX_DECLINED;
        }

        (void) ngx_pz_spread_left(spread, &left);
        spread->later = all;
        query->pending = spread;
        ngx_pz_spread_pause(spread, left);
        return NGX_OK;
    }

    ngx_pz_spread_dispatch(spread, all);

    if (ngx_queue_empty(&spread->parts)) {
        query->status = spread->failure;
        return NGX_DECLINED;
    }

    query->pending = spread;
    return NGX_OK;
}


void
ngx_pz_spread_cancel(ngx_pz_query_t *query)
{
    ngx_queue_t      *q;
    ngx_pz_part_t    *part;
    ngx_pz_spread_t  *spread = query->pending;

    query->pending = NULL;
    ngx_pz_spread_wake(spread);

    while (!ngx_queue_empty(&spread->parts)) {
        q = ngx_queue_head(&spread->parts);
        ngx_queue_remove(q);
        part = ngx_queue_data(q, ngx_pz_part_t, queue);
        ngx_pz_link_cancel(&part->query);
    }
}
