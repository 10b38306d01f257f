#include "ngx_pz_spread_state.h"

/*
 * What cannot be sent just now: while there is no map, while a slot's keys are
 * in two places, or while nodes contradict each other.
 */

void
ngx_pz_spread_pause(ngx_pz_spread_t *spread, ngx_msec_t ms)
{
    if (spread->pausing) {
        return;
    }

    spread->pausing = 1;
    spread->cluster->npausing++;
    ngx_queue_insert_tail(&spread->cluster->pausing, &spread->queue);

    if (ms > 0) {
        ngx_add_timer(&spread->timer, ms);
    }
}


void
ngx_pz_spread_wake(ngx_pz_spread_t *spread)
{
    if (!spread->pausing) {
        return;
    }

    spread->pausing = 0;
    spread->cluster->npausing--;
    ngx_queue_remove(&spread->queue);

    if (spread->timer.timer_set) {
        ngx_del_timer(&spread->timer);
    }
}


void
ngx_pz_spread_settle(ngx_pz_spread_t *spread)
{
    ngx_pz_query_t  *query;

    if (!ngx_queue_empty(&spread->parts) || spread->later != 0) {
        return;
    }

    query = spread->query;
    query->pending = NULL;
    query->status = spread->failure;

    if (query->received > 0) {
        query->status = NGX_PZ_QUERY_OK;
        query->received = query->expected;
    }

    query->done(query);
}


static void
ngx_pz_spread_go_on(ngx_pz_spread_t *spread)
{
    ngx_pz_spread_mask_t  mask;

    ngx_pz_spread_wake(spread);

    mask = spread->later;
    spread->later = 0;

    if (spread->cluster->version > 0) {
        ngx_pz_spread_dispatch(spread, mask);

    } else {
        spread->failure = NGX_PZ_QUERY_TIMEOUT;
    }

    ngx_pz_spread_settle(spread);
}


void
ngx_pz_spread_on_timer(ngx_event_t *ev)
{
    ngx_pz_spread_go_on(ev->data);
}


void
ngx_pz_spread_resume(ngx_pz_cluster_t *cluster)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&cluster->pausing)) {
        q = ngx_queue_head(&cluster->pausing);
        ngx_pz_spread_go_on(ngx_queue_data(q, ngx_pz_spread_t, queue));
    }
}


void
ngx_pz_spread_give_up(ngx_pz_cluster_t *cluster)
{
    ngx_queue_t       all;
    ngx_pz_spread_t  *spread;

    if (ngx_queue_empty(&cluster->pausing)) {
        return;
    }

    /* Whoever is told may ask again. */
    ngx_queue_init(&all);
    ngx_queue_add(&all, &cluster->pausing);
    ngx_queue_init(&cluster->pausing);

    while (!ngx_queue_empty(&all)) {
        spread = ngx_queue_data(ngx_queue_head(&all), ngx_pz_spread_t, queue);
        ngx_pz_spread_wake(spread);
        spread->later = 0;
        spread->failure = NGX_PZ_QUERY_CLOSED;
        ngx_pz_spread_settle(spread);
    }
}


void
ngx_pz_spread_forget(ngx_pz_cluster_t *cluster)
{
    ngx_pz_spread_t  *spread;

    while (!ngx_queue_empty(&cluster->pausing)) {
        spread = ngx_queue_data(ngx_queue_head(&cluster->pausing), ngx_pz_spread_t, queue);
        ngx_pz_spread_wake(spread);
        spread->query->pending = NULL;
    }
}
