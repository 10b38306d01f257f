/*
 * Stage: what came of it, in the counters.
 */
#include "ngx_pz_body.h"
#include "ngx_pz_record.h"


static void
ngx_pz_record_outcome(ngx_pz_request_t *pr, pz_rewriter_outcome_t outcome)
{
    switch (outcome) {

    case PZ_OUTCOME_AMBIGUOUS:
        ngx_pz_request_count(pr, REWRITE_AMBIGUOUS);
        break;

    case PZ_OUTCOME_TAG_LIMIT:
        ngx_pz_request_count(pr, REWRITE_TAG);
        break;

    case PZ_OUTCOME_DEPTH_LIMIT:
        ngx_pz_request_count(pr, REWRITE_DEPTH);
        break;

    case PZ_OUTCOME_MEMORY:
        ngx_pz_request_count(pr, REWRITE_MEMORY);
        break;

    default: /* PZ_OUTCOME_EDITING, PZ_OUTCOME_DONE */
        break;
    }
}


static void
ngx_pz_record_edits(ngx_pz_request_t *pr)
{
    size_t            i;
    ngx_pz_editor_t  *editor;

    if (pr->body == NULL || !ngx_pz_editor_is_there(&pr->body->editor)) {
        return;
    }

    editor = &pr->body->editor;

    for (i = 0; i < pr->decision.plan.nedits; i++) {
        if (ngx_pz_editor_matched(editor, i)) {
            ngx_pz_request_count(pr, EDIT_MATCHED);

        } else if (ngx_pz_editor_refused(editor, i)) {
            ngx_pz_request_count(pr, EDIT_REFUSED);

        } else {
            ngx_pz_request_count(pr, EDIT_UNMATCHED);
        }
    }

    ngx_pz_record_outcome(pr, ngx_pz_editor_outcome(editor));
    ngx_pz_editor_close(editor);
}


void
ngx_pz_record_request(ngx_pz_request_t *pr)
{
    if (!pr->headed && !pr->left) {
        pr->status = NGX_PZ_STATUS_ABANDONED;
    }

    ngx_pz_count(pr->worker->counters->statuses[pr->status]);

    if (pr->lookup.begun) {
        ngx_pz_count(pr->worker->counters->lookups[pr->lookup.outcome]);
    }

    ngx_pz_record_edits(pr);
}
