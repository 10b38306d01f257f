/*
 * What the rules may know of the request: pz_facts_t from nginx's request.
 */
#ifndef NGX_PZ_FACTS_H
#define NGX_PZ_FACTS_H

#include "ngx_pz_request.h"

/*
 * Fill `facts`; all bytes live as long as the request.  NGX_ERROR: a value of
 * personalize_context could not be evaluated, or no memory.
 */
ngx_int_t ngx_pz_facts_collect(ngx_http_request_t *r,
    const ngx_pz_settings_t *settings, pz_facts_t *facts);

#endif
