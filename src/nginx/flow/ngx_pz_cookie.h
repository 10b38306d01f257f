/*
 * The visitor cookie, pz_id:
 *
 *   1.<id>.<issued>.<key>.<mac>     signed with the key of that id
 *   0.<id>.<issued>                 without personalize_secret
 *
 * id: 26 characters of base32hex, 128 random bits; issued: seconds since 1970
 * in base 36; key: 4 hex digits; mac: HMAC-SHA-256 over "1.<id>.<issued>", cut
 * to 128 bits, base64url.
 */
#ifndef NGX_PZ_COOKIE_H
#define NGX_PZ_COOKIE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#define NGX_PZ_COOKIE          "pz_id"
#define NGX_PZ_COOKIE_ID       26
#define NGX_PZ_COOKIE_MAX_AGE  34560000     /* 400 days: what browsers keep at the most */
#define NGX_PZ_COOKIE_RENEW    2592000      /* 30 days: so that a returning visitor stays known */

typedef enum {
    NGX_PZ_COOKIE_NONE,       /* no such cookie */
    NGX_PZ_COOKIE_FORGED,     /* one or more, none of which verifies */
    NGX_PZ_COOKIE_EXPIRED,
    NGX_PZ_COOKIE_VALID,
    NGX_PZ_COOKIE_AGED        /* valid, but old or signed with an old key: send it anew */
} ngx_pz_cookie_e;

/* Of all cookies of that name the first that verifies.  `id` points into the request. */
ngx_pz_cookie_e ngx_pz_cookie_read(ngx_http_request_t *r, ngx_array_t *keys,
    ngx_str_t *id);

/* A new random id in r->pool. */
ngx_int_t ngx_pz_cookie_make_id(ngx_http_request_t *r, ngx_str_t *id);

/* The value of a Set-Cookie field that gives `id`, or takes it back when it is empty. */
ngx_int_t ngx_pz_cookie_write(ngx_http_request_t *r, ngx_array_t *keys,
    ngx_str_t *id, ngx_str_t *field);

#endif
