#include "ngx_pz_cluster_state.h"


void
ngx_pz_cluster_event(ngx_pz_cluster_t *cluster, ngx_pz_store_event_e event)
{
    if (cluster->on_event != NULL) {
        cluster->on_event(cluster->data, event);
    }
}


/* Chance keeps the workers of many servers apart. */
void
ngx_pz_cluster_schedule(ngx_pz_cluster_t *cluster, ngx_msec_t delay)
{
    delay = delay / 2 + (ngx_msec_t) ngx_random() % (delay / 2 + 1);

    if (cluster->next.timer_set
        && (ngx_msec_int_t) (cluster->next.timer.key - ngx_current_msec)
           <= (ngx_msec_int_t) delay)
    {
        return;
    }

    ngx_add_timer(&cluster->next, delay);
}


ngx_uint_t
ngx_pz_cluster_is_whole(const ngx_pz_cluster_t *cluster)
{
    ngx_uint_t      i;
    ngx_pz_node_t  *node;

    if (cluster->version == 0 || cluster->covered < PZ_REDIS_SLOTS) {
        return 0;
    }

    for (i = 0; i < cluster->nnodes; i++) {
        node = cluster->nodes[i];

        if (node->used && node->slots > 0
            && node->link.breaker.state != NGX_PZ_BREAKER_CLOSED)
        {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_pz_cluster_hopeful(const ngx_pz_cluster_t *cluster)
{
    return cluster->failures == 0 && cluster->query.pending != NULL;
}
