#include "pz_find.h"
#include "pz_held.h"
#include "pz_place.h"
#include "pz_tail.h"

#define TAIL_MAX  4096


void
pz_tail_begin(pz_rewriter_t *rw, int own)
{
    pz_tail_t *tail = &rw->tail;

    if (tail->held) {
        return;
    }

    pz_out_to(&rw->out, rw->scan.from);
    tail->at = rw->out.base + (uint64_t) (rw->scan.from - rw->out.chunk) - rw->scan.carry.len;
    tail->bytes.len = tail->out = 0;
    tail->tag = rw->tag->whole.len;
    tail->own = (uint8_t) own;
    tail->held = 1;
    pz_sb_add(&tail->bytes, rw->tag->whole);

    if (tail->bytes.failed) {
        tail->held = 0;
        pz_rewrite_stop(rw, PZ_OUTCOME_MEMORY);
        return;
    }

    rw->scan.carry.len = 0;
    rw->out.at = rw->behind;
    rw->tag_out = 1;
}


void
pz_tail_keep(pz_rewriter_t *rw, const char *to)
{
    pz_tail_t *tail = &rw->tail;

    if (rw->out.base + (uint64_t) (to - rw->out.chunk) - tail->at > TAIL_MAX) {
        pz_tail_end(rw);
        return;
    }

    pz_sb_add(&tail->bytes, (pz_str_t) { rw->out.at, (size_t) (to - rw->out.at) });
    if (tail->bytes.failed) {
        pz_rewrite_stop(rw, PZ_OUTCOME_MEMORY);
        return;
    }
    rw->out.at = to;
}


void
pz_tail_end(pz_rewriter_t *rw)
{
    pz_tail_t *tail = &rw->tail;

    tail->held = 0;
    tail->ending = 1;
    pz_place_begin(rw, rw->out.at);
    rw->outside = 0;
    pz_rewrite_end_body(rw, PZ_HELD_BODY, tail->own);
    tail->ending = 0;
    pz_held_pass(rw, tail->bytes.len);
}


/* What stands in the chunk in front of a token at `at` is held with the rest; -1: no memory. */
static int
catch_up(pz_rewriter_t *rw, const char *at)
{
    pz_tail_t *tail = &rw->tail;

    if (!tail->held || !rw->out.drop || at <= rw->out.at) {
        return 0;
    }

    pz_sb_add(&tail->bytes, (pz_str_t) { rw->out.at, (size_t) (at - rw->out.at) });
    if (tail->bytes.failed) {
        pz_rewrite_stop(rw, PZ_OUTCOME_MEMORY);
        return -1;
    }
    rw->out.at = at;

    return 0;
}


/* A token at `at`, in the chunk, goes into an element that is open in body. */
static void
belongs(pz_rewriter_t *rw, const char *at)
{
    pz_tail_t *tail = &rw->tail;
    uint64_t   place = rw->out.base + (uint64_t) (at - rw->out.chunk) - rw->scan.carry.len;

    /* however the page is cut: where a chunk's end would have been too far, this is */
    if (tail->held && place - tail->at > TAIL_MAX) {
        pz_tail_end(rw);
    }

    if (catch_up(rw, at)) {
        return;
    }
    pz_held_release(rw);
    if (tail->ended) {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
    }
}


void
pz_tail_on_tag(pz_rewriter_t *rw)
{
    const pz_tag_t *tag = &rw->scan.tag;

    /* in SVG and MathML these may be elements like any other */
    if (pz_tree_in_foreign(&rw->tree)
        || (tag->atom != PZ_ATOM_HTML && !(tag->end && tag->atom == PZ_ATOM_BODY)))
    {
        belongs(rw, rw->scan.from);
    } else {
        (void) catch_up(rw, rw->scan.from);     /* it may end editing */
    }
}


void
pz_tail_on_text(pz_rewriter_t *rw)
{
    pz_str_t text = rw->scan.bytes;
    size_t   blank = 0;

    while (blank < text.len && pz_is_space(text.data[blank])) {
        blank++;
    }

    if (blank < text.len) {
        belongs(rw, rw->scan.carry.len ? rw->scan.from : text.data + blank);
    } else if (text.len && rw->tree.closed_formats && !rw->drop) {
        belongs(rw, text.data);     /* formatting elements open again */
    }
}


void
pz_tail_on_foreign(pz_rewriter_t *rw)
{
    const pz_scan_t *scan = &rw->scan;

    /* bytes of an opening that a chunk's end cut stand in no chunk */
    if (pz_tree_in_foreign(&rw->tree)) {
        belongs(rw, scan->bytes.len && scan->carry.len == 0 ? scan->bytes.data : scan->from);
    }
}
