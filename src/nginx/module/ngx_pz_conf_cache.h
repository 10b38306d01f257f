/*
 * personalize_cache zone=NAME[:SIZE] [ttl=] [stale=] [negative=]
 */
#ifndef NGX_PZ_CONF_CACHE_H
#define NGX_PZ_CONF_CACHE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_cache.h"

/*
 * The cache of the directive now being read; its zone joins `caches`, of
 * ngx_pz_cache_t *, when it is new.  NULL after logging.
 */
ngx_pz_cache_conf_t *ngx_pz_conf_cache(ngx_conf_t *cf, ngx_array_t *caches);

#endif
