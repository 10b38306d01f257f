/*
 * Commands that are the same each time: built once, kept as long as the worker.
 */
#ifndef NGX_PZ_KEEP_H
#define NGX_PZ_KEEP_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "pz_sb.h"

/* What was built, copied from its arena to `pool`.  NGX_ERROR: the builder failed, or no memory. */
ngx_int_t ngx_pz_keep(ngx_pool_t *pool, pz_sb_t *sb, pz_str_t *kept);

#endif
