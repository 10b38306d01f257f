/*
 * Stage: the body.  What is done with a piece of the page.
 */
#include "ngx_pz_body_use.h"

static ngx_int_t
ngx_pz_body_tokenize(ngx_pz_body_t *body, pz_charset_t charset)
{
    if (charset == PZ_CHARSET_OPAQUE) {
        body->pr->status = NGX_PZ_STATUS_CHARSET;
        body->passing = 1;
        return NGX_OK;
    }

    if (charset == PZ_CHARSET_ASCII && ngx_pz_fill_ascii(&body->fill) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_pz_editor_tokenize(&body->editor, charset == PZ_CHARSET_ASCII) != NGX_OK) {
        body->pr->status = NGX_PZ_STATUS_MEMORY;
        body->passing = 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_body_finish(ngx_pz_body_t *body)
{
    body->ended = 1;

    return ngx_pz_editor_end(&body->editor);
}


/*
 * Whether a piece ends the page.  An upstream's last buffer comes alone, behind
 * the last bytes: with their number known these are the end, or it would take a
 * write and a segment of its own.
 */
static ngx_uint_t
ngx_pz_body_ends(ngx_pz_body_t *body, off_t len, ngx_buf_t *input)
{
    if (body->left != 0 && len != 0) {
        body->left -= ngx_min(len, body->left);

        if (body->left == 0 && input != NULL) {
            return 1;
        }
    }

    return input != NULL && input->last_buf;
}


/* An input has been read: what it was marked with follows. */
static ngx_int_t
ngx_pz_body_end_input(ngx_pz_body_t *body, ngx_buf_t *input, ngx_uint_t ends)
{
    ngx_buf_t  marks;

    ngx_memzero(&marks, sizeof(ngx_buf_t));

    marks.flush = input->flush;
    marks.sync = input->sync;
    marks.last_in_chain = input->last_in_chain;
    marks.last_buf = ends;

    if (ends && ngx_pz_body_finish(body) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_pz_output_marks(&body->output, &marks);
}


/* The charset is settled before the first byte goes out: it decides whether we may insert. */
static ngx_int_t
ngx_pz_body_start(ngx_pz_body_t *body, ngx_pz_piece_t *piece, ngx_uint_t ends)
{
    ngx_int_t     rc;
    pz_charset_t  charset;

    rc = ngx_pz_sniff_piece(&body->sniff, piece, ends, &charset);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_pz_body_tokenize(body, charset) != NGX_OK) {
        return NGX_ERROR;
    }

    body->editor.kept = 1;
    rc = ngx_pz_editor_feed(&body->editor, body->sniff.head, body->sniff.nhead);
    body->editor.kept = 0;

    return rc;
}


static ngx_int_t
ngx_pz_body_rewrite(ngx_pz_body_t *body, ngx_pz_piece_t *piece, ngx_uint_t ends)
{
    ngx_int_t  rc;

    rc = body->sniff.done ? NGX_OK : ngx_pz_body_start(body, piece, ends);

    if (rc != NGX_OK) {
        return rc == NGX_AGAIN ? NGX_OK : NGX_ERROR;
    }

    return ngx_pz_editor_feed(&body->editor, piece->data, piece->len);
}


ngx_int_t
ngx_pz_body_use_piece(ngx_pz_body_t *body, ngx_pz_piece_t *piece)
{
    ngx_uint_t  ends;

    ends = ngx_pz_body_ends(body, piece->len, piece->input);

    /* behind the end comes the upstream's last buffer only, and is not needed */
    if (!body->ended && ngx_pz_body_rewrite(body, piece, ends) != NGX_OK) {
        return NGX_ERROR;
    }

    if (piece->owner != NULL) {
        ngx_pz_output_give_back(&body->output, piece->owner, piece->hurry);
    }

    if (piece->input == NULL) {
        return NGX_OK;
    }

    if (piece->input != piece->owner) {
        piece->input->pos = piece->input->last;
    }

    return body->ended ? NGX_OK : ngx_pz_body_end_input(body, piece->input, ends);
}


/*
 * Once nothing can match any more, what is left of a file is sendfile's; but
 * not if a filter behind us wants memory and could not say so in time, since
 * its header filter ran only after the copy filter had looked.
 */
ngx_int_t
ngx_pz_body_use_file(ngx_pz_body_t *body)
{
    ngx_buf_t   *file;
    ngx_uint_t   ends;

    if (body->ended || body->pr->request->main_filter_need_in_memory
        || !body->sniff.done || !ngx_pz_editor_is_blind(&body->editor))
    {
        return NGX_DECLINED;
    }

    file = ngx_pz_source_file(&body->source);

    if (file == NULL
        || (body->source.page != NULL
            && body->source.page->pos != body->source.page->last))
    {
        return NGX_DECLINED;
    }

    ends = ngx_pz_body_ends(body, file->file_last - file->file_pos, file);

    if (ngx_pz_editor_skip(&body->editor, file) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_pz_source_skip(&body->source);
    ngx_pz_output_give_back(&body->output, file, 0);

    return ngx_pz_body_end_input(body, file, ends);
}
