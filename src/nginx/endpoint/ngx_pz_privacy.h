/*
 * What a visitor may ask about the data that is kept under the own cookie.
 */
#ifndef NGX_PZ_PRIVACY_H
#define NGX_PZ_PRIVACY_H

#include "ngx_pz_request.h"

/* Whether an id is set and consent given; never the id itself: scripts must not have it. */
ngx_int_t ngx_pz_privacy_tell(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker);

/*
 * Take the cookie back and erase what Redis has under its id.  The cookie goes
 * only when the erasing is done: else nobody could ask for it again.
 */
ngx_int_t ngx_pz_privacy_forget(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker);

#endif
