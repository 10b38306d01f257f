/*
 * Which charset a page is in: from its Content-Type, or from its first bytes,
 * which are kept back when they come in pieces too small to tell.
 */
#ifndef NGX_PZ_SNIFF_H
#define NGX_PZ_SNIFF_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_source.h"
#include "pz_charset.h"

typedef struct {
    ngx_pool_t  *pool;
    pz_str_t     transport;   /* of Content-Type; empty: not said */
    u_char      *head;        /* bytes kept back; they go first, and live as long as the request */
    size_t       nhead;
    unsigned     done:1;
} ngx_pz_sniff_t;

void ngx_pz_sniff_init(ngx_pz_sniff_t *sniff, ngx_http_request_t *r);

/*
 * Look at the next piece.  NGX_OK with *charset: settled; what was kept back is
 * in head, and the piece is advanced past what went there.  NGX_AGAIN: too few
 * bytes to tell; all of the piece is kept.  `ends`: no more will come.
 */
ngx_int_t ngx_pz_sniff_piece(ngx_pz_sniff_t *sniff, ngx_pz_piece_t *piece,
    ngx_uint_t ends, pz_charset_t *charset);

/* Whether the header already says a charset that we leave alone. */
ngx_uint_t ngx_pz_sniff_is_opaque(ngx_http_request_t *r);

#endif
