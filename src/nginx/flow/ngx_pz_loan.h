/*
 * Memory of the worker, lent to one response for the time of a call.
 *
 * A small page is read into it whole, once, and what leaves refers to it: header,
 * page and insertions go with one writev.  What the client has not taken when the
 * call ends becomes ranges of the file again, in the very buffers that the
 * writer's chain refers to.  So a client that stalls costs no memory, and the
 * memory is the next response's.
 */
#ifndef NGX_PZ_LOAN_H
#define NGX_PZ_LOAN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_worker.h"

/* Bytes.  A longer page leaves as ranges of its file, which is cheaper then. */
#define NGX_PZ_LOAN_SIZE  131072

typedef struct {
    ngx_pz_worker_t  *worker;
    u_char           *memory;    /* NULL: nothing is lent */
    size_t            len;       /* bytes of the page in it; 0: it does not have all of the page */
    ngx_file_t       *file;      /* the page's */
    off_t             begin;     /* where in that the page begins */
    unsigned          kept:1;    /* until the request goes */
} ngx_pz_loan_t;

/* Memory of NGX_PZ_LOAN_SIZE bytes, lent until ngx_pz_loan_end; NULL: there is none. */
u_char *ngx_pz_loan_memory(ngx_pz_loan_t *loan);

/*
 * Read the page, which is this file buffer, if it is small and may leave from
 * lent memory.  NGX_DECLINED: it may not, or cannot be read.
 */
ngx_int_t ngx_pz_loan_read(ngx_pz_loan_t *loan, ngx_http_request_t *r, ngx_buf_t *file);

/* Whether these bytes are the page's, in lent memory. */
ngx_uint_t ngx_pz_loan_has(ngx_pz_loan_t *loan, u_char *data);

/*
 * The call ends: what of the page is left in the chains `sent` (handed on) and
 * `unsent` goes back to its file.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_loan_end(ngx_pz_loan_t *loan, ngx_http_request_t *r, ngx_chain_t *sent,
    ngx_chain_t *unsent);

#endif
