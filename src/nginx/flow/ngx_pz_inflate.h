/*
 * Inflating what the upstream has compressed: gzip, deflate (zlib or raw, as
 * browsers take it) and br.  nginx's gunzip filter would do so only for clients
 * that cannot, and the gzip and brotli filters compress again behind us.
 */
#ifndef NGX_PZ_INFLATE_H
#define NGX_PZ_INFLATE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "pz_str.h"

typedef enum {
    NGX_PZ_IDENTITY, NGX_PZ_GZIP, NGX_PZ_DEFLATE, NGX_PZ_BROTLI, NGX_PZ_UNKNOWN
} ngx_pz_encoding_e;

/* Of a Content-Encoding value: one coding; a list of them is UNKNOWN. */
ngx_pz_encoding_e ngx_pz_encoding_of(ngx_str_t *value);

typedef struct ngx_pz_inflate_s ngx_pz_inflate_t;

/* Freed with the pool.  NULL: no memory. */
ngx_pz_inflate_t *ngx_pz_inflate_create(ngx_pool_t *pool,
    ngx_pz_encoding_e encoding, ngx_log_t *log);

/*
 * Move bytes from *in (advanced past what was taken) to `room` bytes at `out`;
 * *written says how many.  NGX_OK: give more input or more room (as long as
 * *written is `room` there may be more without more input); NGX_DONE: the
 * stream has ended, bytes behind it are ignored; NGX_ERROR: the data is broken,
 * and that has been logged.  The end of a gzip member is NGX_OK, since another
 * may follow: ask ngx_pz_inflate_ended when no more input comes.  The output
 * has no bound but what the caller asks for.
 */
ngx_int_t ngx_pz_inflate(ngx_pz_inflate_t *inflate, pz_str_t *in, u_char *out,
    size_t room, size_t *written);

/*
 * Whether the stream has come to its own end, or has not begun: if not, the
 * page was cut short.
 */
ngx_uint_t ngx_pz_inflate_ended(ngx_pz_inflate_t *inflate);

#endif
