/*
 * Stage: what is known of the visitor?  The profile from the cache, or by one
 * pipelined read that is started before the upstream is asked.
 */
#ifndef NGX_PZ_LOOKUP_H
#define NGX_PZ_LOOKUP_H

#include "ngx_pz_request.h"

/*
 * Begin.  Either the lookup is over at once (no id, a fresh id, cached, refused), or it
 * is pending and `on_done` is called once, from an event.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_lookup_begin(ngx_pz_request_t *pr,
    ngx_pz_request_on_done_pt on_done);

#endif
