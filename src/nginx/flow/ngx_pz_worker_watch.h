/*
 * From a store's news to the caches.
 */
#ifndef NGX_PZ_WORKER_WATCH_H
#define NGX_PZ_WORKER_WATCH_H

#include "ngx_pz_worker.h"

/*
 * Have the caches hear of changes in this store, where some location asked for
 * it (conf->watched).  Before the store is sent anything.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_worker_watch(ngx_pz_worker_t *worker, ngx_uint_t store);

/*
 * How long ago (ms) this worker last knew that its caches have heard of all
 * changes; NGX_DECLINED: it does not, or nobody asked it to.
 */
ngx_int_t ngx_pz_worker_watch_age(ngx_pz_worker_t *worker, ngx_uint_t store);

#endif
