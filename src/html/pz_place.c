#include "pz_escape.h"
#include "pz_made.h"
#include "pz_newline.h"
#include "pz_place.h"
#include "pz_tree_rules.h"

#define CONTENT_MAX  (16u << 20)


void
pz_place_begin(pz_rewriter_t *rw, const char *at)
{
    rw->at = at;
    rw->open_top = rw->tree.n;
    rw->implied = 0;
    rw->implied_head = 0;
    rw->cloned = 0;
    rw->outside = rw->tree.mode == PZ_MODE_AFTER_BODY || rw->tree.mode == PZ_MODE_AFTER_AFTER_BODY;
}


/* The content as this page takes it. */
static int
prepare(pz_rewriter_t *rw, size_t e)
{
    pz_edit_state_t *state = &rw->states[e];
    pz_sb_t          sb;

    if (!state->ready) {
        state->content = rw->edits[e].content;
        if (rw->ascii) {
            pz_sb_init(&sb, rw->tree.arena, CONTENT_MAX);
            pz_escape_html_ascii(&sb, rw->edits[e].content);
            if (pz_sb_done(&sb, &state->content)) {
                pz_rewrite_stop(rw, PZ_OUTCOME_MEMORY);
                return -1;
            }
        }
        state->ready = 1;
    }

    return 0;
}


void
pz_place_insert(pz_rewriter_t *rw, uint32_t e)
{
    const pz_edit_t *edit = &rw->edits[e];

    if (rw->outcome != PZ_OUTCOME_EDITING) {
        return;
    }

    pz_out_to(&rw->out, rw->at);

    if (edit->slot != PZ_EDIT_NO_SLOT) {
        pz_out_span(&rw->out, (pz_span_t) { .kind = PZ_SPAN_SLOT, .slot = (unsigned) edit->slot,
                                            .edit = e });
    } else if (prepare(rw, e) == 0) {
        pz_newline_content(rw, rw->states[e].content);
        pz_out_span(&rw->out, (pz_span_t) { .kind = PZ_SPAN_CONTENT,
                                            .bytes = rw->states[e].content, .edit = e });
    }
}


/*
 * End tags for the nodes from open_top down to `from`; `over` stands for the
 * node at that index when a new one has taken its place.  A formatting element
 * is not closed by its name: it would not open again where it should.  The end
 * tag of an element around it closes it without that (but form's, which closes
 * nothing inside it); when there is none, the place cannot be reached.
 */
static void
write_ends(pz_rewriter_t *rw, unsigned from, int over, int last)
{
    const pz_tree_t *t = &rw->tree;
    int              skipped = 0;

    if (rw->explicit_only || rw->outcome != PZ_OUTCOME_EDITING) {
        return;
    }

    for (unsigned i = rw->open_top; i-- > from; ) {
        int      is_over = over && i == from;
        unsigned flags = is_over ? t->over_flags : t->nodes[i].flags;
        uint64_t key = is_over ? t->over_key : t->nodes[i].key;

        if ((flags & PZ_NODE_FORMATTING) && !last) {
            if (i > from) {
                skipped = 1;
                continue;
            }
            pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
            return;
        }

        if ((skipped && key == pz_atom_keys[PZ_ATOM_FORM]) || pz_made_tag(rw, "</", key)) {
            pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
            return;
        }
        skipped = 0;
        rw->outside &= i <= 2 || is_over || t->nodes[i].ns != PZ_NS_HTML;
    }

    if (rw->open_top > from) {
        rw->open_top = from;
    }
}


void
pz_place_append(pz_rewriter_t *rw, unsigned n, int last)
{
    write_ends(rw, n + 1, 0, last);
    pz_made_body(rw, n);
}


void
pz_place_after(pz_rewriter_t *rw, unsigned n, int last)
{
    write_ends(rw, n, 0, last);
    pz_made_body(rw, n - 1);
}


/*
 * Tags for what the present tag implies, up to node `n`.  They close what it
 * closes, so no end tags are needed; but head's is, for those who read the page.
 */
static void
write_implied(pz_rewriter_t *rw, unsigned n)
{
    const pz_tree_t *t = &rw->tree;

    if (rw->implied == 2 && rw->open_top > 2) {
        pz_made_tag(rw, "</", pz_atom_keys[PZ_ATOM_HEAD]);
    }

    for (unsigned i = rw->implied; i < n; i++) {
        /* body's tag brings html and head along, but not in front of itself */
        if (t->nodes[i].atom != PZ_ATOM_HTML || (t->nodes[n].af & PZ_AF_ONCE)) {
            pz_made_tag(rw, "<", t->nodes[i].key);
        }
    }
}


void
pz_place_before(pz_rewriter_t *rw, unsigned n)
{
    unsigned atom = rw->tree.nodes[n].atom;

    if (rw->explicit_only) {
        return;
    }

    if (rw->cloned) {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
        return;
    }

    if (rw->implied && rw->implied < n) {
        write_implied(rw, n);
    } else {
        write_ends(rw, n, 1, 0);
    }
    pz_made_body(rw, n - 1);

    if (rw->implied_head && rw->outcome == PZ_OUTCOME_EDITING
        && (atom == PZ_ATOM_BODY || atom == PZ_ATOM_FRAMESET))
    {
        pz_made_tag(rw, "<", pz_atom_keys[PZ_ATOM_HEAD]);
        pz_made_tag(rw, "</", pz_atom_keys[PZ_ATOM_HEAD]);
    }

    /* in front of it head is not there yet; behind it, it is */
    rw->implied_head &= atom == PZ_ATOM_HEAD;
    rw->implied = 0;
    rw->open_top = n;
}
