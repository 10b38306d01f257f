/*
 * Stage: the response's header.
 */
#ifndef NGX_PZ_HEAD_H
#define NGX_PZ_HEAD_H

#include "ngx_pz_request.h"

/*
 * What every eligible page gets, however its lookup ended (FAULTS I2): no
 * validator, range or length of the origin's bytes, no freshness for anybody
 * but the visitor's own browser; the visitor's cookie.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_head_write(ngx_pz_request_t *pr);

/* The plan's own headers.  NGX_ERROR: no memory. */
ngx_int_t ngx_pz_head_add_planned(ngx_pz_request_t *pr);

#endif
