/*
 * personalize_redis URL [timeout=] [connect_timeout=] [max_pending=] [prefix=]
 */
#ifndef NGX_PZ_CONF_REDIS_H
#define NGX_PZ_CONF_REDIS_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_store.h"

/* The store of the directive now being read; NULL after logging. */
ngx_pz_store_conf_t *ngx_pz_conf_redis(ngx_conf_t *cf);

#endif
