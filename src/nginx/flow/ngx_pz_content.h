/*
 * Stage: content that is fetched after the decision and joined at its slot:
 * product cards and coupon codes.
 *
 * Each slot asks on its own; the page goes out up to the first slot that is
 * still empty, and a slot that is late, broken or has nothing shows nothing.
 */
#ifndef NGX_PZ_CONTENT_H
#define NGX_PZ_CONTENT_H

#include "ngx_pz_request.h"

/* Ask for what the plan wants; `on_fill` is called from an event each time a slot is settled. */
ngx_int_t ngx_pz_content_begin(ngx_pz_request_t *pr,
    ngx_pz_request_on_done_pt on_fill);

/* ngx_pz_output_fill_pt; `data` is the request's context. */
ngx_int_t ngx_pz_content_fill(void *data, ngx_uint_t slot, ngx_str_t *html);

/* Give up what is still on its way: too much is held back. */
void ngx_pz_content_give_up(ngx_pz_request_t *pr);

#endif
