#include "pz_find.h"
#include "pz_place.h"
#include "pz_tail.h"

#define TAIL_MAX  4096

#define BODY      2     /* its node */


/* Bytes that are held go out, as those of the page that they are. */
static void
pass(pz_rewriter_t *rw, size_t n)
{
    pz_tail_t *tail = &rw->tail;

    n = n < tail->bytes.len - tail->out ? n : tail->bytes.len - tail->out;
    if (!rw->out.drop || rw->out.spare) {
        pz_out_span(&rw->out, (pz_span_t) { .kind = PZ_SPAN_COPY,
                                            .bytes = { tail->bytes.data + tail->out, n },
                                            .at = tail->at + tail->out });
    }
    tail->out += n;
}


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


/*
 * What goes is an element that goes on behind </body>: the tag and comments stay,
 * and what follows is in body all the same.
 */
static void
release_of_dropped(pz_rewriter_t *rw)
{
    pz_tail_t *tail = &rw->tail;

    rw->at = rw->out.at;
    rw->out.drop = 0;
    while (tail->out < tail->bytes.len) {
        pz_str_t rest = { tail->bytes.data + tail->out, tail->bytes.len - tail->out };
        ptrdiff_t n = rest.data[0] == '<' ? pz_str_find_byte(rest, '>') : 0;

        if (n < 0) {
            break;              /* the beginning of what goes too */
        }
        if (pz_is_space(rest.data[0])) {
            tail->out++;
        } else {
            pass(rw, (size_t) n + 1);
        }
    }
    pz_place_in_body(rw);
    rw->out.drop = 1;
}


void
pz_tail_release(pz_rewriter_t *rw)
{
    if (!rw->tail.held) {
        return;
    }

    rw->tail.held = 0;
    if (rw->out.drop && !rw->out.spare) {
        release_of_dropped(rw);
    } else {
        pass(rw, rw->tail.bytes.len);
    }
}


void
pz_tail_end(pz_rewriter_t *rw)
{
    pz_tail_t *tail = &rw->tail;

    tail->held = 0;
    tail->ending = 1;
    pz_place_begin(rw, rw->out.at);
    rw->outside = 0;
    pz_rewrite_end_body(rw, BODY, tail->own);
    tail->ending = 0;
    pass(rw, tail->bytes.len);
}


void
pz_tail_pass_tag(pz_rewriter_t *rw)
{
    pass(rw, rw->tail.tag);
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
    pz_tail_release(rw);
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
