/*
 * How a tag goes out: as it is, edited, made up, or not at all.
 */
#include "pz_place.h"
#include "pz_tag_edit.h"


/* The present tag's bytes go. */
void
pz_rewrite_drop_tag(pz_rewriter_t *rw)
{
    if (!rw->tag_out) {
        rw->scan.carry.len = 0;
        rw->out.at = rw->behind;
        rw->tag_out = 1;
    }
    rw->at = rw->behind;
}


/* The present tag of what is dropped; a slot that may stay empty keeps it. */
void
pz_rewrite_lose_tag(pz_rewriter_t *rw)
{
    if (rw->out.spare && !rw->tag_out) {
        pz_rewrite_pass_carry(rw);
        pz_out_to(&rw->out, rw->behind);
    }
    pz_rewrite_drop_tag(rw);
}


/* The present tag goes out as it is. */
void
pz_rewrite_pass_tag(pz_rewriter_t *rw)
{
    if (!rw->tag_out) {
        pz_rewrite_pass_carry(rw);
        rw->tag_out = 1;
    }
    rw->at = rw->behind;
}


/* The start tag with its attribute edits in `scratch`; 0: nothing is changed. */
static int
edit_tag(pz_rewriter_t *rw, const pz_tag_t *tag)
{
    pz_tag_edits_t te = { rw->edits, rw->matcher.hits.items, rw->matcher.hits.n, rw->ascii,
                          &rw->matcher.plain };
    int            changed;

    rw->scratch.len = 0;
    changed = pz_tag_edit(&rw->scratch, tag, &te);
    if (rw->scratch.failed) {
        pz_rewrite_stop(rw, PZ_OUTCOME_MEMORY);
        return 0;
    }

    return changed;
}


void
pz_rewrite_emit_start(pz_rewriter_t *rw, const pz_tag_t *tag)
{
    const pz_marks_t *hits = &rw->matcher.hits;
    int               edits = 0;

    for (uint32_t i = 0; i < hits->n; i++) {
        edits |= pz_tag_edit_is(rw->edits[hits->items[i]].op);
    }

    if (edits && edit_tag(rw, tag)) {
        pz_out_to(&rw->out, rw->at);
        pz_out_made(&rw->out, (pz_str_t) { rw->scratch.data, rw->scratch.len });
        pz_rewrite_drop_tag(rw);
    } else {
        pz_rewrite_pass_tag(rw);
    }
}


/* An implied element gets the start tag that the page left out: the DOM is the same. */
void
pz_rewrite_emit_implied(pz_rewriter_t *rw, const pz_tag_t *tag, unsigned n)
{
    pz_place_before(rw, n);
    edit_tag(rw, tag);
    pz_out_to(&rw->out, rw->at);
    rw->open_top = n + 1;
    rw->implied_head &= rw->tree.nodes[n].atom != PZ_ATOM_HEAD;
    pz_out_made(&rw->out, (pz_str_t) { rw->scratch.data, rw->scratch.len });
}
