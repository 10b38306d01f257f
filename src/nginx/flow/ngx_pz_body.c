/*
 * Stage: the body.
 */
#include "ngx_pz_body.h"
#include "ngx_pz_body_use.h"
#include "ngx_pz_cork.h"

ngx_int_t
ngx_pz_body_begin(ngx_pz_request_t *pr, ngx_http_output_body_filter_pt next,
    ngx_pz_encoding_e encoding, ngx_pz_output_fill_pt fill)
{
    ngx_pz_body_t             *body;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = pr->request;

    body = ngx_pcalloc(r->pool, sizeof(ngx_pz_body_t));
    if (body == NULL) {
        return NGX_ERROR;
    }

    body->pr = pr;
    body->next = next;
    body->loan.worker = pr->worker;
    ngx_pz_sniff_init(&body->sniff, r);

    ngx_pz_source_init(&body->source, r->pool, r->connection->log);
    ngx_pz_fill_init(&body->fill, pr, fill);
    ngx_pz_output_init(&body->output, r->pool, ngx_pz_fill_slot, &body->fill);
    ngx_pz_editor_init(&body->editor, pr, &body->output);

    if (encoding != NGX_PZ_IDENTITY) {
        body->source.inflate = ngx_pz_inflate_create(r->pool, encoding,
                                                     r->connection->log);
        if (body->source.inflate == NULL) {
            return NGX_ERROR;
        }

    } else {
        body->left = ngx_max(pr->length, 0);
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->aio == NGX_HTTP_AIO_THREADS) {
        /* we would read the file in the event loop: let the copy filter's thread do it */
        r->main_filter_need_in_memory = 1;
    }

    pr->body = body;

    return NGX_OK;
}


/*
 * The whole page as one file buffer that stays what it is until all of it is
 * sent; NULL when it comes in another way.
 */
static ngx_buf_t *
ngx_pz_body_whole(ngx_pz_body_t *body)
{
    ngx_buf_t  *file;

    file = ngx_pz_source_file(&body->source);

    return file != NULL && file->last_buf && body->source.in->next == NULL ? file : NULL;
}


/*
 * The page's bytes leave from its file by sendfile, and what goes in between from
 * memory; or all from lent memory, where the page is small.
 */
static void
ngx_pz_body_send_file(ngx_pz_body_t *body, ngx_buf_t *file)
{
    body->editor.file = file;
    body->editor.begin = file->file_pos;
    body->editor.loan = &body->loan;
    body->source.loan = &body->loan;

    (void) ngx_pz_loan_read(&body->loan, body->pr->request, file);
}


/* The first bytes have come: does the placement index know the page? */
static ngx_int_t
ngx_pz_body_open(ngx_pz_body_t *body)
{
    ngx_buf_t  *file;

    body->opened = 1;

    if (body->passing) {
        return NGX_OK;
    }

    file = ngx_pz_body_whole(body);

    /* a filter behind us may want memory, and could say so only after the copy filter had looked */
    if (file != NULL && !body->pr->request->main_filter_need_in_memory) {
        ngx_pz_body_send_file(body, file);
    }

    if (ngx_pz_editor_recall(&body->editor, &body->source, file, body->sniff.transport)
        != NGX_OK)
    {
        return NGX_OK;
    }

    body->sniff.done = 1;

    return body->editor.ascii ? ngx_pz_fill_ascii(&body->fill) : NGX_OK;
}


ngx_int_t
ngx_pz_body_pass(ngx_pz_request_t *pr, ngx_http_output_body_filter_pt next)
{
    if (ngx_pz_body_begin(pr, next, NGX_PZ_IDENTITY, NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    pr->body->sniff.done = 1;
    pr->body->passing = 1;

    return NGX_OK;
}


/*
 * Read until nothing is left, a slot waits, or the buffer is on its way.  What
 * leaves from its file goes piece by piece: a large page is not to keep the
 * worker from others, nor to be read for a client that does not take it.
 */
static ngx_int_t
ngx_pz_body_read(ngx_pz_body_t *body)
{
    ngx_int_t       rc;
    ngx_uint_t      broken;
    ngx_pz_piece_t  piece;

    if (!body->opened && body->source.in != NULL && ngx_pz_body_open(body) != NGX_OK) {
        return NGX_ERROR;
    }

    /* where the write filter only waits for more before it sends, nobody would ask again */
    if (body->source.loan != NULL && body->output.busy != NULL
        && (body->pr->request->connection->buffered & NGX_HTTP_WRITE_BUFFERED))
    {
        return NGX_OK;
    }

    while (!body->output.waiting) {

        rc = ngx_pz_body_use_file(body);

        if (rc == NGX_OK) {
            continue;
        }

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        broken = 0;
        rc = ngx_pz_source_next(&body->source, &piece, &broken);

        if (rc == NGX_DECLINED || rc == NGX_AGAIN) {
            return NGX_OK;
        }

        if (rc == NGX_ERROR) {
            if (broken) {
                body->pr->status = NGX_PZ_STATUS_INFLATE;
            }

            return NGX_ERROR;
        }

        if (ngx_pz_body_use_piece(body, &piece) != NGX_OK) {
            return NGX_ERROR;
        }

        if (body->source.loan != NULL && body->output.out != NULL) {
            break;
        }
    }

    return NGX_OK;
}


ngx_uint_t
ngx_pz_body_is_full(ngx_pz_request_t *pr)
{
    return pr->body->output.waiting
           && ngx_pz_output_held(&pr->body->output)
              + ngx_pz_source_waiting(&pr->body->source)
              > pr->settings->max_buffer;
}


/* What may go now: what a filled slot has freed, else what can be read. */
static ngx_int_t
ngx_pz_body_ready(ngx_pz_body_t *body, ngx_chain_t **ready)
{
    if (ngx_pz_output_take(&body->output, ready) != NGX_OK) {
        return NGX_ERROR;
    }

    if (*ready != NULL || body->output.waiting) {
        return NGX_OK;
    }

    if (ngx_pz_body_read(body) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_pz_output_take(&body->output, ready);
}


/* How long slots keep back what is behind them. */
static void
ngx_pz_body_time(ngx_pz_body_t *body)
{
    if (body->output.waiting && body->held_since == 0) {
        body->held_since = ngx_pz_clock();

    } else if (!body->output.waiting && body->held_since != 0) {
        ngx_pz_request_time(body->pr, HELD_SLOT, body->held_since);
        body->held_since = 0;
    }
}


static void
ngx_pz_body_mark(ngx_pz_body_t *body)
{
    ngx_connection_t  *c;

    c = body->pr->request->connection;

    if (body->output.waiting && !body->held) {
        body->held = 1;
        ngx_pz_request_count(body->pr, HELD_SLOT);
    }

    ngx_pz_body_time(body);

    if (body->source.in != NULL || body->output.out != NULL) {
        c->buffered |= NGX_PZ_BUFFERED;

    } else {
        c->buffered &= ~NGX_PZ_BUFFERED;
    }
}


static ngx_int_t
ngx_pz_body_next(ngx_pz_body_t *body, ngx_chain_t *out)
{
    return body->editor.file != NULL
           ? ngx_pz_cork_send(body->pr->request, body->next, out)
           : body->next(body->pr->request, out);
}


/* Send until nothing is ready, or what is behind us takes no more. */
static ngx_int_t
ngx_pz_body_send(ngx_pz_body_t *body, ngx_uint_t asked)
{
    ngx_int_t     rc;
    ngx_uint_t    again;
    ngx_chain_t  *ready;

    do {
        rc = ngx_pz_body_ready(body, &ready);

        if (rc != NGX_OK || (ready == NULL && !asked)) {
            break;
        }

        ngx_pz_body_mark(body);

        rc = ngx_pz_body_next(body, ready);

        if (rc != NGX_ERROR) {
            ngx_pz_output_sent(&body->output, ready);
        }

        /* what was flushed behind us may have freed the buffer: no event will tell */
        again = (ready != NULL || asked);
        asked = 0;

    } while (rc == NGX_OK && again);

    return rc;
}


ngx_int_t
ngx_pz_body_push(ngx_pz_request_t *pr, ngx_chain_t *in, ngx_uint_t asked)
{
    ngx_int_t       rc;
    ngx_pz_body_t  *body;

    body = pr->body;

    if (in != NULL && ngx_pz_source_add(&body->source, in) != NGX_OK) {
        return NGX_ERROR;
    }

    /* who is behind us takes it ill to be called with nothing when it has nothing */
    asked = asked && (body->output.busy != NULL
                      || !(pr->request->connection->buffered & NGX_PZ_BUFFERED));

    rc = ngx_pz_body_send(body, asked);

    if (ngx_pz_loan_end(&body->loan, pr->request, body->output.busy, body->output.out) != NGX_OK
        || rc == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    ngx_pz_body_mark(body);

    return (pr->request->connection->buffered & NGX_PZ_BUFFERED) ? NGX_AGAIN : rc;
}
