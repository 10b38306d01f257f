/*
 * What a worker begins with.
 */
#include "ngx_pz_worker_start.h"
#include "ngx_pz_worker_watch.h"

#include <ngx_md5.h>

/* The store counts nothing by itself: it knows no shared memory. */
static void
ngx_pz_worker_start_on_event(void *data, ngx_pz_store_event_e event)
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
        [NGX_PZ_STORE_MOVED] = NGX_PZ_EVENT_STORE_MOVED,
        [NGX_PZ_STORE_ASKED] = NGX_PZ_EVENT_STORE_ASKED,
        [NGX_PZ_STORE_AGAIN] = NGX_PZ_EVENT_STORE_AGAIN,
        [NGX_PZ_STORE_UNCOVERED] = NGX_PZ_EVENT_STORE_UNCOVERED,
        [NGX_PZ_STORE_MAPPED] = NGX_PZ_EVENT_STORE_MAPPED,
        [NGX_PZ_STORE_NEAR] = NGX_PZ_EVENT_STORE_NEAR,
    };

    ngx_pz_count(counters->events[counted[event]]);
}


/*
 * What tells one server's entries from another's, also after a reload: its URL
 * with user and database, without the password.  The prefix is in the keys.
 */
static void
ngx_pz_worker_start_identify(const ngx_pz_store_conf_t *conf, u_char *identity)
{
    ngx_md5_t  md5;

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, conf->url.shown.data, conf->url.shown.len);
    ngx_md5_final(identity, &md5);
}


static ngx_int_t
ngx_pz_worker_start_attach(ngx_pz_worker_t *worker, ngx_cycle_t *cycle)
{
    u_char      *identities;
    ngx_uint_t   i;

    ngx_pz_flights_init(&worker->flights, worker->counters, cycle->log);

    identities = ngx_palloc(cycle->pool, worker->nstores * NGX_PZ_CACHE_IDENTITY + 1);
    if (identities == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < worker->nstores; i++) {
        ngx_pz_worker_start_identify(worker->redis[i], identities + i * NGX_PZ_CACHE_IDENTITY);
    }

    for (i = 0; i < worker->ncaches; i++) {
        ngx_pz_cache_attach(worker->caches[i], cycle, worker->counters, identities,
                            worker->nstores);
    }

    return NGX_OK;
}


ngx_pz_worker_t *
ngx_pz_worker_start(ngx_cycle_t *cycle, ngx_array_t *redis, ngx_array_t *caches,
    ngx_array_t *books, ngx_pz_counters_t *counters)
{
    ngx_uint_t        i;
    ngx_pz_worker_t  *worker;

    worker = ngx_pcalloc(cycle->pool, sizeof(ngx_pz_worker_t));
    if (worker == NULL) {
        return NULL;
    }

    worker->counters = counters;
    worker->pool = cycle->pool;
    worker->started = ngx_time();

    worker->redis = redis->elts;
    worker->nstores = redis->nelts;
    worker->caches = caches->elts;
    worker->ncaches = caches->nelts;
    worker->rulebooks = books->elts;
    worker->nrulebooks = books->nelts;

    worker->stores = ngx_pcalloc(cycle->pool,
                                 (redis->nelts + 1) * sizeof(ngx_pz_store_t *));

    if (worker->stores == NULL || ngx_pz_worker_start_attach(worker, cycle) != NGX_OK) {
        return NULL;
    }

    for (i = 0; i < worker->nstores; i++) {
        worker->stores[i] = ngx_pz_store_create(cycle, worker->redis[i],
                                                ngx_pz_worker_start_on_event,
                                                counters);
        if (worker->stores[i] == NULL) {
            return NULL;
        }

        if (ngx_pz_worker_watch(worker, i) != NGX_OK) {
            return NULL;
        }

        ngx_pz_store_warm(worker->stores[i]);
    }

    for (i = 0; i < worker->nrulebooks; i++) {
        ngx_pz_rulebook_watch(worker->rulebooks[i], cycle, counters);
    }

    return worker;
}
