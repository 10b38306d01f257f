/*
 * Stage: the body.  What alternates between memory and a file goes out under a cork.
 */
#ifndef NGX_PZ_CORK_H
#define NGX_PZ_CORK_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* Call `next` with `out`, corked where the connection is TCP of its own; what next returns. */
ngx_int_t ngx_pz_cork_send(ngx_http_request_t *r, ngx_http_output_body_filter_pt next,
    ngx_chain_t *out);

#endif
