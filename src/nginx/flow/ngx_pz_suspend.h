/*
 * The one place that suspends and resumes a request: in the access phase, and
 * by withholding the response's header.
 *
 * Nobody calls back a filter that holds data for a reply or a timer: it has to
 * push on by itself.  A resume that fails must not finalize the request, which
 * the upstream still owns: it marks the connection in error and wakes the
 * owner, who then ends it the usual way.
 */
#ifndef NGX_PZ_SUSPEND_H
#define NGX_PZ_SUSPEND_H

#include "ngx_pz_request.h"

/* Suspend the access phase: what the phase handler returns. */
ngx_int_t ngx_pz_suspend_access(ngx_pz_request_t *pr);

/* Run the phases on; the request may be gone afterwards. */
void ngx_pz_suspend_resume_access(ngx_pz_request_t *pr);

/* Withhold the header: what the header filter returns. */
ngx_int_t ngx_pz_suspend_header(ngx_pz_request_t *pr);

/* Keep what comes of the body meanwhile: what the body filter returns. */
ngx_int_t ngx_pz_suspend_body(ngx_pz_request_t *pr, ngx_chain_t *in);

/* The header may go: returns the body that was kept. */
ngx_chain_t *ngx_pz_suspend_release(ngx_pz_request_t *pr);

/* Something was sent outside of the owner's turn: let it go on. */
void ngx_pz_suspend_wake(ngx_pz_request_t *pr, ngx_int_t rc);

#endif
