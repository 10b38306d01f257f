#include "ngx_pz_worker.h"


void
ngx_pz_worker_invalidate(ngx_pz_worker_t *worker, ngx_uint_t store, pz_str_t key)
{
    ngx_uint_t          i;
    ngx_pz_cache_key_t  cached;

    for (i = 0; i < worker->ncaches; i++) {
        cached = ngx_pz_cache_key(worker->caches[i], store, NGX_PZ_CACHE_PROFILE, key);
        ngx_pz_cache_invalidate(worker->caches[i], &cached);
    }
}
