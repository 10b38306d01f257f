/*
 * Stage: who is it?  Fills pr->visitor from consent, the operator's own
 * variable or the signed cookie; makes an id for a visitor who is new.
 */
#ifndef NGX_PZ_VISITOR_H
#define NGX_PZ_VISITOR_H

#include "ngx_pz_request.h"

/* NGX_OK, or NGX_ERROR: no memory. */
ngx_int_t ngx_pz_visitor_identify(ngx_pz_request_t *pr);

/*
 * Whether the request brings consent: the operator's value is neither empty nor
 * "0", and there is no Sec-GPC: 1.  NGX_ERROR when the value cannot be had.
 */
ngx_int_t ngx_pz_visitor_consents(ngx_http_request_t *r,
    const ngx_pz_settings_t *settings);

/* An id is a Redis key's part: visible ASCII without braces and quotes, 1 to 128 bytes. */
ngx_uint_t ngx_pz_visitor_id_is_valid(ngx_str_t *id);

#endif
