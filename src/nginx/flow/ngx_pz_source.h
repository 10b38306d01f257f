/*
 * The chain that comes in, as pieces of plain bytes: memory as it is, files
 * read through one small buffer, compressed data inflated into it.  A file whose
 * bytes leave from the file again is read through lent memory: such a piece is
 * gone when the next one is asked for, and when the call ends.
 *
 * One buffer a response is all that a stalled client costs: it is filled again
 * only when what was in it has been sent.
 */
#ifndef NGX_PZ_SOURCE_H
#define NGX_PZ_SOURCE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_inflate.h"
#include "ngx_pz_loan.h"

/* Bytes from a file, or inflated, at a time: a client that stalls keeps one such buffer. */
#define NGX_PZ_SOURCE_BUFFER  8192

/* Bytes of a file at a time that is read through lent memory. */
#define NGX_PZ_SOURCE_LENT  65536

typedef struct {
    ngx_pool_t        *pool;
    ngx_log_t         *log;
    ngx_chain_t       *in;         /* what has come and is not read yet */
    ngx_pz_inflate_t  *inflate;    /* NULL: the page is not compressed */
    ngx_buf_t         *page;       /* plain bytes read from a file, or inflated */
    ngx_buf_t         *raw;        /* compressed bytes read from a file */
    ngx_pz_loan_t     *loan;       /* for a file that need not stay in memory; else NULL */
    unsigned           begun:1;    /* compressed bytes have come: their end must come too */
} ngx_pz_source_t;

typedef struct {
    u_char     *data;
    size_t      len;
    ngx_buf_t  *owner;     /* give it back when the piece has been used; NULL: marks only */
    ngx_buf_t  *input;     /* when not NULL: this piece ends it, and its marks follow */
    unsigned    hurry:1;   /* owner's memory is wanted for the next piece */
} ngx_pz_piece_t;

void ngx_pz_source_init(ngx_pz_source_t *source, ngx_pool_t *pool,
    ngx_log_t *log);

/* Add a chain; the links are copied.  NGX_ERROR: no memory. */
ngx_int_t ngx_pz_source_add(ngx_pz_source_t *source, ngx_chain_t *in);

/*
 * The next piece.  NGX_OK; NGX_DECLINED: nothing has come; NGX_AGAIN: something
 * has, but the buffer is still being sent; NGX_ERROR: no memory, a file that
 * cannot be read, or compressed data that is broken or cut short (*broken).
 */
ngx_int_t ngx_pz_source_next(ngx_pz_source_t *source, ngx_pz_piece_t *piece,
    ngx_uint_t *broken);

/* The file buffer at the head, when it is not read and could go as it is: then take it with skip. */
ngx_buf_t *ngx_pz_source_file(ngx_pz_source_t *source);
void ngx_pz_source_skip(ngx_pz_source_t *source);

/* Bytes in memory that wait to be read. */
size_t ngx_pz_source_waiting(ngx_pz_source_t *source);

#endif
