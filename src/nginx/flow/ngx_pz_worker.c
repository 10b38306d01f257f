/*
 * What a worker has while it runs.
 */
#include "ngx_pz_worker.h"

/* The store counts nothing by itself: it knows no shared memory. */
static void
ngx_pz_worker_on_store_event(void *data, ngx_pz_store_event_e event)
{
    ngx_pz_counters_t  *counters = data;

    static const ngx_pz_event_e  counted[] = {
        [NGX_PZ_STORE_CONNECTED] = NGX_PZ_EVENT_STORE_CONNECTED,
        [NGX_PZ_STORE_CONNECT_FAILED] = NGX_PZ_EVENT_STORE_FAILED,
        [NGX_PZ_STORE_LOST] = NGX_PZ_EVENT_STORE_LOST,
        [NGX_PZ_STORE_TIMED_OUT] = NGX_PZ_EVENT_STORE_TIMED_OUT,
        [NGX_PZ_STORE_LATE] = NGX_PZ_EVENT_STORE_LATE,
        [NGX_PZ_STORE_PROTOCOL] = NGX_PZ_EVENT_STORE_PROTOCOL,
        [NGX_PZ_STORE_REFUSED_BREAKER] = NGX_PZ_EVENT_STORE_BREAKER,
        [NGX_PZ_STORE_REFUSED_FULL] = NGX_PZ_EVENT_STORE_FULL,
        [NGX_PZ_STORE_BREAKER_OPENED] = NGX_PZ_EVENT_STORE_OPENED,
        [NGX_PZ_STORE_REPLIED] = NGX_PZ_EVENT_STORE_REPLIED,
        [NGX_PZ_STORE_ERROR_REPLY] = NGX_PZ_EVENT_STORE_ERROR,
    };

    ngx_pz_count(counters->events[counted[event]]);
}


ngx_pz_worker_t *
ngx_pz_worker_create(ngx_cycle_t *cycle, ngx_array_t *redis, ngx_array_t *books,
    ngx_pz_counters_t *counters)
{
    ngx_uint_t        i;
    ngx_pz_worker_t  *worker;

    worker = ngx_pcalloc(cycle->pool, sizeof(ngx_pz_worker_t));
    if (worker == NULL) {
        return NULL;
    }

    worker->counters = counters;
    worker->started = ngx_time();

    worker->redis = redis->elts;
    worker->nstores = redis->nelts;
    worker->rulebooks = books->elts;
    worker->nrulebooks = books->nelts;

    worker->stores = ngx_pcalloc(cycle->pool,
                                 (redis->nelts + 1) * sizeof(ngx_pz_store_t *));
    if (worker->stores == NULL) {
        return NULL;
    }

    for (i = 0; i < worker->nstores; i++) {
        worker->stores[i] = ngx_pz_store_create(cycle, worker->redis[i],
                                                ngx_pz_worker_on_store_event,
                                                counters);
        if (worker->stores[i] == NULL) {
            return NULL;
        }

        ngx_pz_store_warm(worker->stores[i]);
    }

    for (i = 0; i < worker->nrulebooks; i++) {
        ngx_pz_rulebook_watch(worker->rulebooks[i], cycle, counters);
    }

    return worker;
}
