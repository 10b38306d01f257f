/*
 * Stage: is this a page that may be personalized?  Decided twice: on the
 * request, before anything is asked of anybody, and on the response's header.
 */
#ifndef NGX_PZ_ELIGIBLE_H
#define NGX_PZ_ELIGIBLE_H

#include "ngx_pz_request.h"

/* Whether the request navigates to a page: GET or HEAD for a document. */
ngx_uint_t ngx_pz_eligible_request(ngx_http_request_t *r);

/*
 * Forget the client's validators and ranges (RFC 9110, sections 13 and 14):
 * they are about the origin's bytes.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_eligible_unlink(ngx_http_request_t *r);

/* APPLIED: it is a page to personalize; else the reason why not. */
ngx_pz_status_e ngx_pz_eligible_response(ngx_pz_request_t *pr);

#endif
