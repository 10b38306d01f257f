/*
 * The arguments of a query string, decoded.
 */
#ifndef NGX_PZ_ARGS_H
#define NGX_PZ_ARGS_H

#include <ngx_config.h>
#include <ngx_core.h>

/*
 * The next argument of *rest (start with r->args).  Percent signs and "+" are
 * decoded into `pool`; an argument without "=" has an empty value.  NGX_OK;
 * NGX_DONE: there is none; NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_args_next(ngx_pool_t *pool, ngx_str_t *rest, ngx_str_t *name,
    ngx_str_t *value);

/* A copy with its percent signs decoded. */
ngx_int_t ngx_pz_args_decode(ngx_pool_t *pool, ngx_str_t *text);

#endif
