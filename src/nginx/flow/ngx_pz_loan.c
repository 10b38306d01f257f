/*
 * Memory of the worker, lent to one response for the time of a call.
 */
#include "ngx_pz_loan.h"

/* What is lent to nobody. */
struct ngx_pz_scratch_s {
    ngx_pz_scratch_t  *next;
};


u_char *
ngx_pz_loan_memory(ngx_pz_loan_t *loan)
{
    ngx_pz_scratch_t  *scratch;

    if (loan->memory != NULL) {
        return loan->memory;
    }

    scratch = loan->worker->scratch;

    if (scratch != NULL) {
        loan->worker->scratch = scratch->next;
        loan->memory = (u_char *) scratch;

    } else {
        loan->memory = ngx_palloc(loan->worker->pool, NGX_PZ_LOAN_SIZE);
    }

    return loan->memory;
}


static void
ngx_pz_loan_return(void *data)
{
    ngx_pz_loan_t     *loan = data;
    ngx_pz_scratch_t  *scratch;

    scratch = (ngx_pz_scratch_t *) loan->memory;
    scratch->next = loan->worker->scratch;
    loan->worker->scratch = scratch;

    loan->memory = NULL;
    loan->len = 0;
}


/*
 * Only where nginx writes our buffers as they are: streams of HTTP/2 put off
 * copies of them, and TLS (by the kernel, or there were no file) may ask for what
 * it has not sent at the same place again.
 */
static ngx_uint_t
ngx_pz_loan_fits(ngx_pz_loan_t *loan, ngx_http_request_t *r, ngx_buf_t *file)
{
    return file->file_last - file->file_pos <= NGX_PZ_LOAN_SIZE
           && r->connection->send_chain == ngx_send_chain
           && !loan->worker->shadowed;
}


ngx_int_t
ngx_pz_loan_read(ngx_pz_loan_t *loan, ngx_http_request_t *r, ngx_buf_t *file)
{
    size_t  len;

    if (!ngx_pz_loan_fits(loan, r, file) || ngx_pz_loan_memory(loan) == NULL) {
        return NGX_DECLINED;
    }

    len = (size_t) (file->file_last - file->file_pos);

    /* what cannot be read is told by who reads it again */
    if (pread(file->file->fd, loan->memory, len, file->file_pos) != (ssize_t) len) {
        return NGX_DECLINED;
    }

    loan->len = len;
    loan->file = file->file;
    loan->begin = file->file_pos;

    return NGX_OK;
}


ngx_uint_t
ngx_pz_loan_has(ngx_pz_loan_t *loan, u_char *data)
{
    return loan->len != 0 && data >= loan->memory && data < loan->memory + loan->len;
}


static ngx_uint_t
ngx_pz_loan_lent(ngx_pz_loan_t *loan, ngx_buf_t *b)
{
    return ngx_buf_in_memory_only(b) && b->pos != b->last && ngx_pz_loan_has(loan, b->pos);
}


static ngx_chain_t *
ngx_pz_loan_next(ngx_pz_loan_t *loan, ngx_chain_t *cl)
{
    while (cl != NULL && !ngx_pz_loan_lent(loan, cl->buf)) {
        cl = cl->next;
    }

    return cl;
}


/*
 * Whether all that is left is in the writer's chain, as our own buffers, and
 * nothing else there refers to the memory.  Filters that read bytes have asked
 * for memory; but one of a third party might put off copies of our buffers.
 */
static ngx_uint_t
ngx_pz_loan_is_ours(ngx_pz_loan_t *loan, ngx_chain_t *out, ngx_chain_t *sent)
{
    for ( ;; ) {
        out = ngx_pz_loan_next(loan, out);
        sent = ngx_pz_loan_next(loan, sent);

        if (out == NULL || sent == NULL) {
            return out == NULL && sent == NULL;
        }

        if (out->buf != sent->buf) {
            return 0;
        }

        out = out->next;
        sent = sent->next;
    }
}


/* Somebody may read it later: it is theirs, and no other page is lent any. */
static ngx_int_t
ngx_pz_loan_keep(ngx_pz_loan_t *loan, ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_pz_loan_return;
    cln->data = loan;
    loan->kept = 1;

    if (!loan->worker->shadowed) {
        loan->worker->shadowed = 1;
        ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                      "personalize: a filter behind this module puts off copies of buffers: "
                      "small pages are no longer sent from memory");
    }

    return NGX_OK;
}


static void
ngx_pz_loan_redeem(ngx_pz_loan_t *loan, ngx_chain_t *cl)
{
    ngx_buf_t  *b;

    for (cl = ngx_pz_loan_next(loan, cl); cl != NULL; cl = ngx_pz_loan_next(loan, cl->next)) {
        b = cl->buf;

        b->file = loan->file;
        b->file_pos = loan->begin + (b->pos - loan->memory);
        b->file_last = b->file_pos + (b->last - b->pos);
        b->in_file = 1;

        b->memory = 0;
        b->pos = NULL;
        b->last = NULL;
    }
}


ngx_int_t
ngx_pz_loan_end(ngx_pz_loan_t *loan, ngx_http_request_t *r, ngx_chain_t *sent,
    ngx_chain_t *unsent)
{
    if (loan->memory == NULL || loan->kept) {
        return NGX_OK;
    }

    if (loan->len != 0) {
        /* a connection in error reads nothing any more */
        if (!r->connection->error && !ngx_pz_loan_is_ours(loan, r->out, sent)) {
            return ngx_pz_loan_keep(loan, r);
        }

        ngx_pz_loan_redeem(loan, sent);
        ngx_pz_loan_redeem(loan, unsent);
    }

    ngx_pz_loan_return(loan);

    return NGX_OK;
}
