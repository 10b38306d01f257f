/*
 * Stage: the body.  What edits the page, and what becomes of its spans.
 */
#include "ngx_pz_editor.h"

/*
 * A range of a file that is shorter than that is read into memory: one writev
 * takes it along, where sendfile would be a system call for itself.
 */
#define NGX_PZ_EDITOR_RANGE   4096
#define NGX_PZ_EDITOR_COPIES  12288    /* bytes of all those: what a stalled client may cost */


void
ngx_pz_editor_init(ngx_pz_editor_t *editor, ngx_pz_request_t *pr,
    ngx_pz_output_t *output)
{
    ngx_memzero(editor, sizeof(ngx_pz_editor_t));

    editor->pr = pr;
    editor->output = output;
}


/* Bytes of the page that leave from its file; `data` is NULL when they were not read. */
static ngx_int_t
ngx_pz_editor_range(ngx_pz_editor_t *editor, uint64_t at, u_char *data, size_t len)
{
    off_t    from;
    u_char  *to;

    if (ngx_pz_loan_has(editor->loan, data)) {
        return ngx_pz_output_keep(editor->output, data, len);
    }

    from = editor->begin + (off_t) at;

    if (len >= NGX_PZ_EDITOR_RANGE || editor->copied + len > NGX_PZ_EDITOR_COPIES) {
        return ngx_pz_output_file(editor->output, editor->file, from, from + (off_t) len);
    }

    editor->copied += len;

    if (data != NULL) {
        return ngx_pz_output_copy(editor->output, data, len);
    }

    to = ngx_pz_index_bytes(&editor->index, at, len);

    if (to != NULL) {
        return ngx_pz_output_keep(editor->output, to, len);
    }

    to = ngx_pnalloc(editor->pr->request->pool, len);

    if (to == NULL
        || ngx_read_file(editor->file->file, to, len, from) != (ssize_t) len)
    {
        return NGX_ERROR;
    }

    return ngx_pz_output_keep(editor->output, to, len);
}


static ngx_int_t
ngx_pz_editor_input(ngx_pz_editor_t *editor, uint64_t at, u_char *data, size_t len)
{
    if (editor->file != NULL) {
        return ngx_pz_editor_range(editor, at, data, len);
    }

    return editor->kept ? ngx_pz_output_keep(editor->output, data, len)
                        : ngx_pz_output_refer(editor->output, data, len);
}


static int
ngx_pz_editor_on_span(void *data, const pz_span_t *span)
{
    u_char           *bytes;
    ngx_int_t         rc;
    ngx_pz_editor_t  *editor = data;

    bytes = (u_char *) span->bytes.data;

    if (editor->recorder != NULL) {
        pz_recorder_span(editor->recorder, editor->rewriter, span);
    }

    editor->output->spare = span->spare ? span->slot + 1 : 0;

    switch (span->kind) {

    case PZ_SPAN_INPUT:
        rc = ngx_pz_editor_input(editor, span->at, bytes, span->bytes.len);
        break;

    case PZ_SPAN_COPY:
        rc = ngx_pz_output_copy(editor->output, bytes, span->bytes.len);
        break;

    case PZ_SPAN_CONTENT:
        rc = ngx_pz_output_keep(editor->output, bytes, span->bytes.len);
        break;

    default: /* PZ_SPAN_SLOT */
        rc = ngx_pz_output_slot(editor->output, span->slot);
        break;
    }

    editor->output->spare = 0;

    return rc == NGX_OK ? 0 : -1;
}


static void
ngx_pz_editor_options(ngx_pz_editor_t *editor, pz_rewriter_options_t *options)
{
    ngx_memzero(options, sizeof(pz_rewriter_options_t));
    options->max_tag = editor->pr->settings->max_buffer;
}


ngx_int_t
ngx_pz_editor_recall(ngx_pz_editor_t *editor, ngx_pz_source_t *source,
    ngx_buf_t *whole, pz_str_t transport)
{
    ngx_pz_request_t       *pr;
    pz_rewriter_options_t   options;

    pr = editor->pr;
    ngx_pz_editor_options(editor, &options);

    if (ngx_pz_index_open(&editor->index, pr, source, whole, &options, transport)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    editor->replay = pz_replay_create(pr->arena, pr->decision.plan.edits,
                                      pr->decision.plan.nedits, &editor->index.places,
                                      ngx_pz_editor_on_span, editor);
    if (editor->replay == NULL) {
        return NGX_DECLINED;
    }

    if (editor->index.trusted) {
        pz_replay_trust(editor->replay);
    }

    editor->ascii = editor->index.places.ascii;

    return NGX_OK;
}


ngx_int_t
ngx_pz_editor_tokenize(ngx_pz_editor_t *editor, ngx_uint_t ascii)
{
    ngx_pz_request_t       *pr;
    pz_rewriter_options_t   options;

    pr = editor->pr;

    ngx_pz_editor_options(editor, &options);
    options.ascii_only = (unsigned) ascii;
    editor->ascii = (unsigned) ascii;

    editor->rewriter = pz_rewriter_create(pr->arena, pr->decision.plan.edits,
                                          pr->decision.plan.nedits, &options,
                                          ngx_pz_editor_on_span, editor);
    if (editor->rewriter == NULL) {
        return NGX_DECLINED;
    }

    if (editor->index.key.len != 0) {
        editor->recorder = pz_recorder_create(pr->arena, pr->decision.plan.nedits);
    }

    return NGX_OK;
}


ngx_int_t
ngx_pz_editor_feed(ngx_pz_editor_t *editor, u_char *data, size_t len)
{
    int        rc;
    pz_str_t   chunk;
    uint64_t   at;

    if (len == 0) {
        return NGX_OK;
    }

    chunk.data = (char *) data;
    chunk.len = len;

    at = editor->passed;
    editor->passed += len;

    if (editor->replay != NULL) {
        return pz_replay_feed(editor->replay, chunk) == 0 ? NGX_OK : NGX_ERROR;
    }

    if (editor->rewriter == NULL) {
        return ngx_pz_editor_input(editor, at, data, len);
    }

    if (editor->recorder == NULL) {
        return pz_rewriter_feed(editor->rewriter, chunk) == 0 ? NGX_OK : NGX_ERROR;
    }

    pz_recorder_chunk(editor->recorder, chunk);
    rc = pz_rewriter_feed(editor->rewriter, chunk);
    pz_recorder_fed(editor->recorder, editor->rewriter);

    return rc == 0 ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_pz_editor_end(ngx_pz_editor_t *editor)
{
    if (editor->replay != NULL) {
        return pz_replay_end(editor->replay) == 0 ? NGX_OK : NGX_ERROR;
    }

    if (editor->rewriter == NULL) {
        return NGX_OK;
    }

    if (pz_rewriter_end(editor->rewriter) != 0) {
        return NGX_ERROR;
    }

    if (editor->recorder != NULL) {
        ngx_pz_index_keep(&editor->index, editor->recorder, editor->rewriter,
                          editor->ascii);
        editor->recorder = NULL;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_pz_editor_is_blind(ngx_pz_editor_t *editor)
{
    if (editor->replay != NULL) {
        return editor->file != NULL && editor->index.trusted;
    }

    return editor->rewriter == NULL || pz_rewriter_is_passing(editor->rewriter);
}


ngx_int_t
ngx_pz_editor_skip(ngx_pz_editor_t *editor, ngx_buf_t *file)
{
    size_t    len;
    uint64_t  at;

    len = (size_t) (file->file_last - file->file_pos);

    at = editor->passed;
    editor->passed += len;

    if (editor->replay != NULL) {
        return pz_replay_skip(editor->replay, len) == 0 ? NGX_OK : NGX_ERROR;
    }

    if (editor->recorder != NULL) {
        pz_recorder_skip(editor->recorder, len);
    }

    if (editor->file != NULL) {
        return ngx_pz_editor_range(editor, at, NULL, len);
    }

    return ngx_pz_output_file(editor->output, file, file->file_pos, file->file_last);
}


ngx_uint_t
ngx_pz_editor_is_there(ngx_pz_editor_t *editor)
{
    return editor->rewriter != NULL || editor->replay != NULL;
}


ngx_uint_t
ngx_pz_editor_matched(ngx_pz_editor_t *editor, size_t n)
{
    return editor->replay != NULL ? pz_replay_matches(editor->replay, n)
                                  : pz_rewriter_matches(editor->rewriter, n);
}


ngx_uint_t
ngx_pz_editor_refused(ngx_pz_editor_t *editor, size_t n)
{
    return editor->replay != NULL ? pz_replay_refused(editor->replay, n)
                                  : pz_rewriter_refused(editor->rewriter, n);
}


pz_rewriter_outcome_t
ngx_pz_editor_outcome(ngx_pz_editor_t *editor)
{
    return editor->replay != NULL ? pz_replay_outcome(editor->replay)
                                  : pz_rewriter_outcome(editor->rewriter);
}


void
ngx_pz_editor_close(ngx_pz_editor_t *editor)
{
    if (editor->replay != NULL && pz_replay_failed(editor->replay)) {
        ngx_pz_index_forget(&editor->index);
    }
}
