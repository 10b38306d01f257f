/*
 * When an element ends: at once, or, of body, where it is known that it has ended.
 */
#include "pz_tail.h"


/* body ends, and stays open for what may follow, like all that is open in it. */
static void
on_body_end(pz_rewriter_t *rw, unsigned body, int own)
{
    /* html's edits want a place among what would be held */
    if (body + 1 < rw->tree.n && !(rw->tree.nodes[1].flags & PZ_NODE_WATCHED)) {
        pz_tail_begin(rw, own);
        return;
    }

    pz_rewrite_end_body(rw, body, own);
    rw->tail.own = (uint8_t) own;
}


/* Behind </body> nothing else has to be closed: what is inserted stands in html. */
static void
on_html_end(pz_rewriter_t *rw, unsigned html, int own)
{
    unsigned top = rw->tail.own ? html + 1 : html + 2;

    if (pz_rewrite_leads_into_foreign(rw, &rw->tree.nodes[html])) {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
        return;
    }

    rw->open_top = rw->open_top < top ? rw->open_top : top;
    pz_rewrite_end(rw, html, own);
}


void
pz_rewrite_on_close(void *data, unsigned n, int own, int popped)
{
    pz_rewriter_t *rw = data;
    pz_node_t     *node = &rw->tree.nodes[n];

    if (popped && (node->flags & PZ_NODE_MARKED)) {
        pz_matcher_close(&rw->matcher, node);
    }

    if (rw->outcome != PZ_OUTCOME_EDITING) {
        return;
    }

    if (popped) {
        pz_rewrite_end(rw, n, own);
    } else if (node->atom == PZ_ATOM_BODY) {
        on_body_end(rw, n, own);
    } else {
        on_html_end(rw, n, own);
    }
}
