#include "ngx_pz_inflate.h"

#include <brotli/decode.h>
#include <zlib.h>

/*
 * What zlib allocates (some 40 KB) and brotli does (its window, up to 16 MB)
 * comes from malloc: a pool would keep it in pieces that it cannot give back
 * before the request ends.
 */

typedef ngx_int_t (*ngx_pz_inflate_pt)(ngx_pz_inflate_t *inflate, pz_str_t *in, u_char *out,
    size_t room, size_t *written);

struct ngx_pz_inflate_s {
    ngx_pz_inflate_pt    run;
    ngx_log_t           *log;
    BrotliDecoderState  *brotli;
    z_stream             zlib;
    ngx_uint_t           members;       /* of gzip that have come to their end */
    char                 head[2];       /* of deflate: what tells zlib from raw */
    size_t               nhead;
    pz_str_t             held;          /* the part of it that zlib has not taken yet */
    unsigned             zlib_ready:1;
    unsigned             fed:1;
    unsigned             ended:1;
};


ngx_pz_encoding_e
ngx_pz_encoding_of(ngx_str_t *value)
{
    pz_str_t  coding;

    coding.data = (const char *) value->data;
    coding.len = value->len;
    coding = pz_str_trim(coding);

    if (coding.len == 0 || pz_str_ieq(coding, PZ_STR("identity"))) {
        return NGX_PZ_IDENTITY;
    }

    if (pz_str_ieq(coding, PZ_STR("gzip")) || pz_str_ieq(coding, PZ_STR("x-gzip"))) {
        return NGX_PZ_GZIP;
    }

    if (pz_str_ieq(coding, PZ_STR("deflate"))) {
        return NGX_PZ_DEFLATE;
    }

    if (pz_str_ieq(coding, PZ_STR("br"))) {
        return NGX_PZ_BROTLI;
    }

    return NGX_PZ_UNKNOWN;
}


static ngx_int_t
ngx_pz_inflate_broken(ngx_pz_inflate_t *inflate, const char *coding, const char *why)
{
    ngx_log_error(NGX_LOG_ERR, inflate->log, 0, "personalize: the upstream's %s data is broken: %s",
                  coding, why);
    return NGX_ERROR;
}


/* The bits of a window, as inflateInit2 takes them, say what wraps the deflate data. */
static ngx_int_t
ngx_pz_zlib_start(ngx_pz_inflate_t *inflate, int bits)
{
    if (inflateInit2(&inflate->zlib, bits) != Z_OK) {
        return NGX_ERROR;
    }

    inflate->zlib_ready = 1;

    return NGX_OK;
}


/* One call of inflate(): moves *in and *written on, and returns what zlib returned. */
static int
ngx_pz_zlib_step(z_stream *z, pz_str_t *in, u_char *out, size_t room, size_t *written)
{
    int   rc;
    uInt  given, space;

    given = (uInt) ngx_min(in->len, NGX_MAX_INT32_VALUE);
    space = (uInt) ngx_min(room - *written, NGX_MAX_INT32_VALUE);

    z->next_in = (Bytef *) in->data;
    z->avail_in = given;
    z->next_out = out + *written;
    z->avail_out = space;

    rc = inflate(z, Z_SYNC_FLUSH);

    *in = pz_str_skip(*in, given - z->avail_in);
    *written += space - z->avail_out;

    return rc;
}


static ngx_int_t
ngx_pz_inflate_zlib(ngx_pz_inflate_t *inflate, pz_str_t *in, u_char *out, size_t room,
    size_t *written)
{
    pz_str_t  *from;

    while (*written < room) {
        from = (inflate->held.len > 0) ? &inflate->held : in;

        switch (ngx_pz_zlib_step(&inflate->zlib, from, out, room, written)) {

        case Z_OK:
            if (in->len == 0) {
                return NGX_OK;
            }
            break;

        case Z_BUF_ERROR:   /* nothing to do with what it was given */
            return NGX_OK;

        case Z_STREAM_END:
            inflate->ended = 1;
            return NGX_DONE;

        default:
            return ngx_pz_inflate_broken(inflate, "deflate",
                                         inflate->zlib.msg ? inflate->zlib.msg : "no memory");
        }
    }

    return NGX_OK;
}


/*
 * Members may follow each other (RFC 1952, section 2.2), and padding may follow
 * the last: what is no gzip header there is the end, not an error.  Whether
 * another member follows is not known before its first bytes are, so the end
 * of a member alone is not NGX_DONE.
 */
static ngx_int_t
ngx_pz_inflate_gzip(ngx_pz_inflate_t *inflate, pz_str_t *in, u_char *out, size_t room,
    size_t *written)
{
    while (*written < room) {

        switch (ngx_pz_zlib_step(&inflate->zlib, in, out, room, written)) {

        case Z_OK:
            break;

        case Z_BUF_ERROR:
            return NGX_OK;

        case Z_STREAM_END:
            inflate->members++;

            if (inflateReset(&inflate->zlib) != Z_OK) {
                return NGX_ERROR;
            }
            break;

        default:
            if (inflate->members > 0 && inflate->zlib.total_out == 0) {
                inflate->ended = 1;
                return NGX_DONE;
            }

            return ngx_pz_inflate_broken(inflate, "gzip",
                                         inflate->zlib.msg ? inflate->zlib.msg : "no memory");
        }

        if (in->len == 0) {
            return NGX_OK;
        }
    }

    return NGX_OK;
}


/*
 * "deflate" is zlib's format (RFC 9110, section 8.4.1.2), and raw deflate data
 * from servers that took the name at its word: browsers take both.  Two bytes
 * tell: zlib's are a multiple of 31 and name method 8 (RFC 1950, section 2.2).
 */
static ngx_int_t
ngx_pz_inflate_deflate(ngx_pz_inflate_t *inflate, pz_str_t *in, u_char *out, size_t room,
    size_t *written)
{
    int     bits;
    u_char  method, flags;

    while (inflate->nhead < sizeof(inflate->head)) {
        if (in->len == 0) {
            return NGX_OK;
        }

        inflate->head[inflate->nhead++] = in->data[0];
        *in = pz_str_skip(*in, 1);
    }

    method = (u_char) inflate->head[0];
    flags = (u_char) inflate->head[1];

    bits = ((method & 0x0f) == Z_DEFLATED && (method * 256 + flags) % 31 == 0)
           ? MAX_WBITS : -MAX_WBITS;

    if (ngx_pz_zlib_start(inflate, bits) != NGX_OK) {
        return NGX_ERROR;
    }

    inflate->run = ngx_pz_inflate_zlib;
    inflate->held.data = inflate->head;
    inflate->held.len = inflate->nhead;

    return ngx_pz_inflate_zlib(inflate, in, out, room, written);
}


static ngx_int_t
ngx_pz_inflate_brotli(ngx_pz_inflate_t *inflate, pz_str_t *in, u_char *out, size_t room,
    size_t *written)
{
    size_t                given, space;
    uint8_t              *next_out;
    const uint8_t        *next_in;
    BrotliDecoderResult   rc;

    given = in->len;
    space = room;
    next_in = (const uint8_t *) in->data;
    next_out = out;

    rc = BrotliDecoderDecompressStream(inflate->brotli, &given, &next_in, &space, &next_out, NULL);

    *in = pz_str_skip(*in, in->len - given);
    *written = room - space;

    switch (rc) {

    case BROTLI_DECODER_RESULT_SUCCESS:
        inflate->ended = 1;
        return NGX_DONE;

    case BROTLI_DECODER_RESULT_ERROR:
        return ngx_pz_inflate_broken(inflate, "br", BrotliDecoderErrorString(
                                     BrotliDecoderGetErrorCode(inflate->brotli)));

    default:
        return NGX_OK;
    }
}


static void
ngx_pz_inflate_cleanup(void *data)
{
    ngx_pz_inflate_t  *inflate = data;

    if (inflate->zlib_ready) {
        (void) inflateEnd(&inflate->zlib);
    }

    if (inflate->brotli != NULL) {
        BrotliDecoderDestroyInstance(inflate->brotli);
    }
}


ngx_pz_inflate_t *
ngx_pz_inflate_create(ngx_pool_t *pool, ngx_pz_encoding_e encoding, ngx_log_t *log)
{
    ngx_pz_inflate_t    *inflate;
    ngx_pool_cleanup_t  *cleanup;

    cleanup = ngx_pool_cleanup_add(pool, sizeof(ngx_pz_inflate_t));
    if (cleanup == NULL) {
        return NULL;
    }

    inflate = cleanup->data;
    ngx_memzero(inflate, sizeof(ngx_pz_inflate_t));
    inflate->log = log;
    cleanup->handler = ngx_pz_inflate_cleanup;

    switch (encoding) {

    case NGX_PZ_GZIP:
        inflate->run = ngx_pz_inflate_gzip;
        return (ngx_pz_zlib_start(inflate, MAX_WBITS + 16) == NGX_OK) ? inflate : NULL;

    case NGX_PZ_DEFLATE:
        inflate->run = ngx_pz_inflate_deflate;
        return inflate;

    case NGX_PZ_BROTLI:
        inflate->run = ngx_pz_inflate_brotli;
        inflate->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
        return (inflate->brotli != NULL) ? inflate : NULL;

    default:
        return NULL;
    }
}


ngx_int_t
ngx_pz_inflate(ngx_pz_inflate_t *inflate, pz_str_t *in, u_char *out, size_t room, size_t *written)
{
    ngx_int_t  rc;

    *written = 0;

    if (in->len > 0) {
        inflate->fed = 1;
    }

    rc = inflate->ended ? NGX_DONE : inflate->run(inflate, in, out, room, written);

    if (rc == NGX_DONE) {
        *in = pz_str_skip(*in, in->len);
    }

    return rc;
}


ngx_uint_t
ngx_pz_inflate_ended(ngx_pz_inflate_t *inflate)
{
    /* An empty body has a Content-Encoding all the same. */
    return inflate->ended
           || !inflate->fed
           || (inflate->members > 0 && inflate->zlib.total_out == 0);
}
