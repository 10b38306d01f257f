/*
 * What a worker has while it runs: stores, rule sets, counters.
 */
#ifndef NGX_PZ_WORKER_H
#define NGX_PZ_WORKER_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_counters.h"
#include "ngx_pz_rulebook.h"
#include "ngx_pz_store.h"

typedef struct {
    ngx_pz_store_t    **stores;
    ngx_uint_t          nstores;
    ngx_pz_rulebook_t **rulebooks;
    ngx_uint_t          nrulebooks;
    ngx_pz_counters_t  *counters;
    const ngx_pz_store_conf_t **redis;     /* the conf of each store, for the status page */
    time_t              started;
} ngx_pz_worker_t;

/*
 * Build the worker's state: `redis` are ngx_pz_store_conf_t *, `books` are
 * ngx_pz_rulebook_t * as loaded when the configuration was read; from here on
 * each watches its files.  NULL: no memory.
 */
ngx_pz_worker_t *ngx_pz_worker_create(ngx_cycle_t *cycle, ngx_array_t *redis,
    ngx_array_t *books, ngx_pz_counters_t *counters);

#endif
