#include "pz_find.h"
#include "pz_held.h"
#include "pz_made.h"


void
pz_held_pass(pz_rewriter_t *rw, size_t n)
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
            pz_held_pass(rw, (size_t) n + 1);
        }
    }
    rw->outside = 1;
    pz_made_body(rw, PZ_HELD_BODY);
    rw->out.drop = 1;
}


void
pz_held_release(pz_rewriter_t *rw)
{
    if (!rw->tail.held) {
        return;
    }

    rw->tail.held = 0;
    if (rw->out.drop && !rw->out.spare) {
        release_of_dropped(rw);
    } else {
        pz_held_pass(rw, rw->tail.bytes.len);
    }
}


void
pz_held_pass_tag(pz_rewriter_t *rw)
{
    pz_held_pass(rw, rw->tail.tag);
}
