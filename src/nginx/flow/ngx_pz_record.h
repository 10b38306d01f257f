/*
 * Stage: what came of it, in the counters.
 */
#ifndef NGX_PZ_RECORD_H
#define NGX_PZ_RECORD_H

#include "ngx_pz_request.h"

/* Count the request's outcome, when it is logged. */
void ngx_pz_record_request(ngx_pz_request_t *pr);

#endif
