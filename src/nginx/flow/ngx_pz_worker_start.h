#ifndef NGX_PZ_WORKER_START_H
#define NGX_PZ_WORKER_START_H

#include "ngx_pz_worker.h"

/*
 * Build the worker's state: `redis` are ngx_pz_store_conf_t *, `caches` are
 * ngx_pz_cache_t *, `books` are ngx_pz_rulebook_t * as loaded when the
 * configuration was read; from here on each watches its files.  NULL: no memory.
 */
ngx_pz_worker_t *ngx_pz_worker_start(ngx_cycle_t *cycle, ngx_array_t *redis,
    ngx_array_t *caches, ngx_array_t *books, ngx_pz_counters_t *counters);

#endif
