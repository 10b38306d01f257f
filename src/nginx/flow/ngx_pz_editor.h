/*
 * Stage: the body.  What edits the page: the rewriter, or the places that the
 * placement index has of it; and what becomes of their spans.
 */
#ifndef NGX_PZ_EDITOR_H
#define NGX_PZ_EDITOR_H

#include "ngx_pz_index.h"
#include "ngx_pz_output.h"

typedef struct {
    ngx_pz_request_t  *pr;
    ngx_pz_output_t   *output;
    pz_rewriter_t     *rewriter;     /* at the most one of these two; none: all passes */
    pz_replay_t       *replay;
    pz_recorder_t     *recorder;     /* notes what the rewriter does */
    ngx_pz_index_t     index;
    ngx_buf_t         *file;         /* the page's bytes leave from there; NULL: as they come */
    off_t              begin;        /* where in it the page begins */
    ngx_pz_loan_t     *loan;         /* what has been read of it; set with file */
    uint64_t           passed;       /* bytes of the page so far */
    size_t             copied;       /* bytes of it that were read or copied all the same */
    unsigned           ascii:1;
    unsigned           kept:1;       /* the bytes being fed live as long as the request */
} ngx_pz_editor_t;

void ngx_pz_editor_init(ngx_pz_editor_t *editor, ngx_pz_request_t *pr,
    ngx_pz_output_t *output);

/*
 * The index, before the first byte is looked at.  `whole`: the page as one file
 * buffer, or NULL.  NGX_OK: it has the page's places, and editor->ascii is set;
 * NGX_DECLINED: it is to be tokenized.
 */
ngx_int_t ngx_pz_editor_recall(ngx_pz_editor_t *editor, ngx_pz_source_t *source,
    ngx_buf_t *whole, pz_str_t transport);

/* Tokenize.  NGX_DECLINED: no memory, the page passes. */
ngx_int_t ngx_pz_editor_tokenize(ngx_pz_editor_t *editor, ngx_uint_t ascii);

/* The next bytes; each NGX_OK, or NGX_ERROR: no memory. */
ngx_int_t ngx_pz_editor_feed(ngx_pz_editor_t *editor, u_char *data, size_t len);
ngx_int_t ngx_pz_editor_end(ngx_pz_editor_t *editor);

/*
 * All that is left of a file, unseen: only when the editor is blind, since it
 * replays the page's places or nothing can match any more.
 */
ngx_uint_t ngx_pz_editor_is_blind(ngx_pz_editor_t *editor);
ngx_int_t ngx_pz_editor_skip(ngx_pz_editor_t *editor, ngx_buf_t *file);

/* Whether the page is edited: only then these tell what became of edit `n`, and of the page. */
ngx_uint_t ngx_pz_editor_is_there(ngx_pz_editor_t *editor);
ngx_uint_t ngx_pz_editor_matched(ngx_pz_editor_t *editor, size_t n);
ngx_uint_t ngx_pz_editor_refused(ngx_pz_editor_t *editor, size_t n);
pz_rewriter_outcome_t ngx_pz_editor_outcome(ngx_pz_editor_t *editor);

/* The response is over: places that were wrong are forgotten. */
void ngx_pz_editor_close(ngx_pz_editor_t *editor);

#endif
