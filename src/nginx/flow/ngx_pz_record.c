/*
 * Stage: what came of it, in the counters.
 */
#include "ngx_pz_body.h"
#include "ngx_pz_record.h"


static void
ngx_pz_record_outcome(ngx_pz_request_t *pr, pz_rewriter_t *rewriter)
{
    switch (pz_rewriter_outcome(rewriter)) {

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
    size_t          i;
    pz_rewriter_t  *rewriter;

    if (pr->body == NULL || pr->body->rewriter == NULL) {
        return;
    }

    rewriter = pr->body->rewriter;

    for (i = 0; i < pr->decision.plan.nedits; i++) {
        if (pz_rewriter_matches(rewriter, i) != 0) {
            ngx_pz_request_count(pr, EDIT_MATCHED);

        } else if (pz_rewriter_refused(rewriter, i) != 0) {
            ngx_pz_request_count(pr, EDIT_REFUSED);

        } else {
            ngx_pz_request_count(pr, EDIT_UNMATCHED);
        }
    }

    ngx_pz_record_outcome(pr, rewriter);
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
