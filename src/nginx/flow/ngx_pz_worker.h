/*
 * What a worker has while it runs: stores, caches, rule sets, counters.
 */
#ifndef NGX_PZ_WORKER_H
#define NGX_PZ_WORKER_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_cache.h"
#include "ngx_pz_counters.h"
#include "ngx_pz_flight.h"
#include "ngx_pz_rulebook.h"
#include "ngx_pz_store.h"

/* Groups of so many, the newest first: what is remembered of pages that the index did not know. */
#define NGX_PZ_WORKER_MISSED        1024
#define NGX_PZ_WORKER_MISSED_GROUP  4

typedef struct ngx_pz_scratch_s  ngx_pz_scratch_t;

typedef struct {
    ngx_pz_store_t    **stores;
    ngx_uint_t          nstores;
    ngx_pz_cache_t    **caches;            /* all zones of the configuration */
    ngx_uint_t          ncaches;
    ngx_pz_flights_t    flights;
    ngx_pz_rulebook_t **rulebooks;
    ngx_uint_t          nrulebooks;
    ngx_pz_counters_t  *counters;
    const ngx_pz_store_conf_t **redis;     /* the conf of each store, for the status page */
    ngx_pool_t         *pool;              /* of the cycle */
    time_t              started;
    /* pages that the placement index has missed once: hashes of their keys */
    uint32_t            missed[NGX_PZ_WORKER_MISSED][NGX_PZ_WORKER_MISSED_GROUP];
    ngx_pz_scratch_t   *scratch;           /* memory to be lent: ngx_pz_loan.h */
    unsigned            shadowed:1;        /* a filter behind us puts off copies of buffers */
} ngx_pz_worker_t;

/* A key (with its prefix) of this store has changed: no cache may have it any longer. */
void ngx_pz_worker_invalidate(ngx_pz_worker_t *worker, ngx_uint_t store, pz_str_t key);

#endif
