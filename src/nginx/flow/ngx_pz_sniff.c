/*
 * Which charset a page is in.
 */
#include "ngx_pz_request.h"
#include "ngx_pz_sniff.h"


/* The charset parameter as nginx has parsed it, or as it stands in the type. */
static pz_str_t
ngx_pz_sniff_transport(ngx_http_request_t *r)
{
    u_char     *p, *end;
    pz_str_t    charset;
    ngx_str_t  *type;

    if (r->headers_out.charset.len != 0) {
        return ngx_pz_str(r->headers_out.charset);
    }

    type = &r->headers_out.content_type;
    end = type->data + type->len;
    p = ngx_strlcasestrn(type->data, end, (u_char *) "charset=", 8 - 1);

    if (p == NULL) {
        return PZ_STR_NONE;
    }

    p += 8;
    charset.data = (char *) p;

    while (p < end && *p != ';' && *p != ' ') { p++; }

    charset.len = (char *) p - charset.data;

    return charset;
}


ngx_uint_t
ngx_pz_sniff_is_opaque(ngx_http_request_t *r)
{
    pz_str_t  charset;

    charset = ngx_pz_sniff_transport(r);

    return charset.len != 0
           && pz_charset_sniff(charset, PZ_STR_NONE) == PZ_CHARSET_OPAQUE;
}


void
ngx_pz_sniff_init(ngx_pz_sniff_t *sniff, ngx_http_request_t *r)
{
    ngx_memzero(sniff, sizeof(ngx_pz_sniff_t));

    sniff->pool = r->pool;
    sniff->transport = ngx_pz_sniff_transport(r);
}


/* Keep the first bytes of a page that comes in pieces too small to tell. */
static ngx_int_t
ngx_pz_sniff_keep(ngx_pz_sniff_t *sniff, ngx_pz_piece_t *piece)
{
    size_t  n;

    if (piece->len == 0) {
        return NGX_OK;
    }

    if (sniff->head == NULL) {
        sniff->head = ngx_pnalloc(sniff->pool, PZ_CHARSET_SNIFF);
        if (sniff->head == NULL) {
            return NGX_ERROR;
        }
    }

    n = ngx_min(piece->len, PZ_CHARSET_SNIFF - sniff->nhead);

    ngx_memcpy(sniff->head + sniff->nhead, piece->data, n);

    sniff->nhead += n;
    piece->data += n;
    piece->len -= n;

    return NGX_OK;
}


ngx_int_t
ngx_pz_sniff_piece(ngx_pz_sniff_t *sniff, ngx_pz_piece_t *piece, ngx_uint_t ends,
    pz_charset_t *charset)
{
    pz_str_t    head;
    ngx_uint_t  must;

    if (piece->len == 0 && sniff->nhead == 0 && !ends) {
        return NGX_AGAIN;
    }

    /* who flushes wants the bytes out: it is told from what has come by now */
    must = ends || (piece->input != NULL && piece->input->flush);

    head.data = (char *) piece->data;
    head.len = piece->len;

    if (sniff->nhead != 0
        || !(must || sniff->transport.len != 0 || piece->len >= PZ_CHARSET_SNIFF))
    {
        if (ngx_pz_sniff_keep(sniff, piece) != NGX_OK) {
            return NGX_ERROR;
        }

        if (sniff->nhead < PZ_CHARSET_SNIFF && !must) {
            return NGX_AGAIN;
        }

        head.data = (char *) sniff->head;
        head.len = sniff->nhead;
    }

    sniff->done = 1;
    *charset = pz_charset_sniff(sniff->transport, head);

    return NGX_OK;
}
