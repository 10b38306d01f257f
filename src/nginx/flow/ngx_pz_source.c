/*
 * The chain that comes in, as pieces of plain bytes.
 */
#include "ngx_pz_source.h"

#define NGX_PZ_SOURCE_RAW  4096     /* compressed bytes read from a file at a time */


void
ngx_pz_source_init(ngx_pz_source_t *source, ngx_pool_t *pool, ngx_log_t *log)
{
    ngx_memzero(source, sizeof(ngx_pz_source_t));

    source->pool = pool;
    source->log = log;
}


ngx_int_t
ngx_pz_source_add(ngx_pz_source_t *source, ngx_chain_t *in)
{
    return ngx_chain_add_copy(source->pool, &source->in, in);
}


static void
ngx_pz_source_pop(ngx_pz_source_t *source)
{
    ngx_chain_t  *cl;

    cl = source->in;
    source->in = cl->next;
    ngx_free_chain(source->pool, cl);
}


static ngx_int_t
ngx_pz_source_buffer(ngx_pz_source_t *source, ngx_buf_t **b, size_t size)
{
    if (*b == NULL) {
        *b = ngx_create_temp_buf(source->pool, size);
    }

    return *b != NULL ? NGX_OK : NGX_ERROR;
}


/* Whether the page buffer may be filled again. */
static ngx_int_t
ngx_pz_source_page(ngx_pz_source_t *source)
{
    if (ngx_pz_source_buffer(source, &source->page, NGX_PZ_SOURCE_BUFFER) != NGX_OK) {
        return NGX_ERROR;
    }

    if (source->page->pos != source->page->last) {
        return NGX_AGAIN;
    }

    source->page->pos = source->page->start;
    source->page->last = source->page->start;

    return NGX_OK;
}


/* Read from the file at the head, `room` bytes at the most.  How many, or NGX_ERROR. */
static ssize_t
ngx_pz_source_read_some(ngx_pz_source_t *source, ngx_buf_t *file, u_char *to, size_t room)
{
    size_t   size;
    ssize_t  n;

    size = (size_t) ngx_min(file->file_last - file->file_pos, (off_t) room);

    n = ngx_read_file(file->file, to, size, file->file_pos);

    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (n == 0) {
        ngx_log_error(NGX_LOG_ERR, source->log, 0,
                      "personalize: the file \"%V\" became shorter while it was sent",
                      &file->file->name);
        return NGX_ERROR;
    }

    file->file_pos += n;

    return n;
}


/* The same into b, as far as there is room. */
static ngx_int_t
ngx_pz_source_read(ngx_pz_source_t *source, ngx_buf_t *file, ngx_buf_t *b)
{
    ssize_t  n;

    n = ngx_pz_source_read_some(source, file, b->last, b->end - b->last);

    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    b->last += n;

    return NGX_OK;
}


static void
ngx_pz_source_end_input(ngx_pz_source_t *source, ngx_pz_piece_t *piece)
{
    piece->input = source->in->buf;
    ngx_pz_source_pop(source);
}


static ngx_int_t
ngx_pz_source_next_memory(ngx_pz_source_t *source, ngx_pz_piece_t *piece)
{
    ngx_buf_t  *b;

    b = source->in->buf;

    if (ngx_buf_in_memory(b) && b->pos < b->last) {
        piece->data = b->pos;
        piece->len = b->last - b->pos;
        piece->owner = b;
    }

    ngx_pz_source_end_input(source, piece);

    return NGX_OK;
}


static ngx_int_t
ngx_pz_source_next_file(ngx_pz_source_t *source, ngx_pz_piece_t *piece)
{
    ngx_int_t   rc;
    ngx_buf_t  *b;

    rc = ngx_pz_source_page(source);
    if (rc != NGX_OK) {
        return rc;
    }

    b = source->in->buf;

    if (ngx_pz_source_read(source, b, source->page) != NGX_OK) {
        return NGX_ERROR;
    }

    piece->data = source->page->pos;
    piece->len = source->page->last - source->page->pos;
    piece->owner = source->page;
    piece->hurry = 1;

    if (b->file_pos == b->file_last) {
        ngx_pz_source_end_input(source, piece);
    }

    return NGX_OK;
}


/* Through lent memory, which may have all of it already. */
static ngx_int_t
ngx_pz_source_next_lent(ngx_pz_source_t *source, ngx_pz_piece_t *piece)
{
    ssize_t     n;
    u_char     *memory;
    ngx_buf_t  *b;

    b = source->in->buf;
    memory = ngx_pz_loan_memory(source->loan);

    if (memory == NULL) {
        return NGX_ERROR;
    }

    if (source->loan->len != 0) {
        n = source->loan->len;
        b->file_pos = b->file_last;

    } else {
        n = ngx_pz_source_read_some(source, b, memory, NGX_PZ_SOURCE_LENT);
    }

    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    piece->data = memory;
    piece->len = n;

    if (b->file_pos == b->file_last) {
        ngx_pz_source_end_input(source, piece);
    }

    return NGX_OK;
}


/* The compressed bytes at the head: of memory, or of the file through `raw`. */
static ngx_int_t
ngx_pz_source_compressed(ngx_pz_source_t *source, ngx_buf_t **from)
{
    ngx_buf_t  *b;

    b = source->in->buf;
    *from = b;

    if (ngx_buf_in_memory(b) || !b->in_file) {
        return NGX_OK;
    }

    if (ngx_pz_source_buffer(source, &source->raw, NGX_PZ_SOURCE_RAW) != NGX_OK) {
        return NGX_ERROR;
    }

    *from = source->raw;

    if (source->raw->pos < source->raw->last || b->file_pos == b->file_last) {
        return NGX_OK;
    }

    source->raw->pos = source->raw->start;
    source->raw->last = source->raw->start;

    return ngx_pz_source_read(source, b, source->raw);
}


static ngx_uint_t
ngx_pz_source_is_read(ngx_buf_t *b, ngx_buf_t *from)
{
    if (ngx_buf_in_memory(b) || !b->in_file) {
        return b->pos == b->last;
    }

    return b->file_pos == b->file_last && from->pos == from->last;
}


/* Inflate one step: NGX_DONE when no more comes out of what is there. */
static ngx_int_t
ngx_pz_source_step(ngx_pz_source_t *source, ngx_buf_t *from, ngx_uint_t *broken)
{
    size_t      written;
    u_char     *before;
    pz_str_t    in;
    ngx_int_t   rc;
    ngx_buf_t  *page;

    page = source->page;
    before = from->pos;

    in.data = (char *) from->pos;
    in.len = ngx_buf_in_memory(from) ? (size_t) (from->last - from->pos) : 0;

    rc = ngx_pz_inflate(source->inflate, &in, page->last, page->end - page->last,
                        &written);

    if (ngx_buf_in_memory(from)) {
        source->begun |= from->pos < from->last;
        from->pos = (u_char *) in.data;
    }

    page->last += written;

    if (rc == NGX_ERROR) {
        *broken = 1;
        return NGX_ERROR;
    }

    if (rc == NGX_DONE && ngx_buf_in_memory(from)) {
        from->pos = from->last;
    }

    if (written != 0) {
        return NGX_OK;
    }

    if (ngx_buf_in_memory(from) && from->pos == before && from->pos < from->last) {
        /* neither takes nor gives: going on would never end */
        *broken = 1;
        return NGX_ERROR;
    }

    return NGX_DONE;
}


/*
 * Fill the page buffer from the compressed bytes at the head; the input ends
 * when it is read and nothing more comes out of it.
 */
static ngx_int_t
ngx_pz_source_next_inflated(ngx_pz_source_t *source, ngx_pz_piece_t *piece,
    ngx_uint_t *broken)
{
    ngx_int_t   rc;
    ngx_buf_t  *b, *from, *page;

    rc = ngx_pz_source_page(source);
    if (rc != NGX_OK) {
        return rc;
    }

    page = source->page;
    b = source->in->buf;

    while (page->last < page->end) {

        if (ngx_pz_source_compressed(source, &from) != NGX_OK) {
            return NGX_ERROR;
        }

        rc = ngx_pz_source_step(source, from, broken);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_DONE && ngx_pz_source_is_read(b, from)) {

            if (b->last_buf && source->begun
                && !ngx_pz_inflate_ended(source->inflate))
            {
                *broken = 1;
                return NGX_ERROR;
            }

            ngx_pz_source_end_input(source, piece);
            break;
        }
    }

    piece->data = page->pos;
    piece->len = page->last - page->pos;
    piece->owner = page;
    piece->hurry = 1;

    return NGX_OK;
}


ngx_int_t
ngx_pz_source_next(ngx_pz_source_t *source, ngx_pz_piece_t *piece,
    ngx_uint_t *broken)
{
    ngx_buf_t  *b;

    ngx_memzero(piece, sizeof(ngx_pz_piece_t));

    if (source->in == NULL) {
        return NGX_DECLINED;
    }

    b = source->in->buf;

    if (source->inflate != NULL) {
        return ngx_pz_source_next_inflated(source, piece, broken);
    }

    if (!ngx_buf_in_memory(b) && b->in_file && b->file_pos < b->file_last) {
        return source->loan != NULL ? ngx_pz_source_next_lent(source, piece)
                                    : ngx_pz_source_next_file(source, piece);
    }

    return ngx_pz_source_next_memory(source, piece);
}


ngx_buf_t *
ngx_pz_source_file(ngx_pz_source_t *source)
{
    ngx_buf_t  *b;

    if (source->in == NULL || source->inflate != NULL
        || (source->loan != NULL && source->loan->len != 0))
    {
        return NULL;
    }

    b = source->in->buf;

    return !ngx_buf_in_memory(b) && b->in_file && b->file_pos < b->file_last
           ? b : NULL;
}


void
ngx_pz_source_skip(ngx_pz_source_t *source)
{
    ngx_pz_source_pop(source);
}


size_t
ngx_pz_source_waiting(ngx_pz_source_t *source)
{
    size_t        size;
    ngx_chain_t  *cl;

    size = 0;

    for (cl = source->in; cl; cl = cl->next) {
        if (ngx_buf_in_memory(cl->buf)) {
            size += cl->buf->last - cl->buf->pos;
        }
    }

    return size;
}
