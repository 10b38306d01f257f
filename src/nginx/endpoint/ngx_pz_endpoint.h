/*
 * Content handlers of the two locations that the module answers itself.
 */
#ifndef NGX_PZ_ENDPOINT_H
#define NGX_PZ_ENDPOINT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/*
 * `personalize_admin`: below the location GET and HEAD of /status, /metrics
 * and /explain, and an index at the location itself.  It shows profiles and
 * file names: who may come is the location's allow and deny.
 */
ngx_int_t ngx_pz_admin_handler(ngx_http_request_t *r);

/* `personalize_public`: what a visitor's browser may ask; open to everybody. */
ngx_int_t ngx_pz_public_handler(ngx_http_request_t *r);

#endif
