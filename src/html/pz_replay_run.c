#include <string.h>

#include "pz_escape.h"
#include "pz_replay_state.h"

#define CONTENT_MAX  (16u << 20)


static void
emit(pz_replay_t *rp, const pz_span_t *span)
{
    if (!rp->dead && rp->on_span(rp->data, span)) {
        rp->dead = 1;
    }
}


/* The content as this page takes it; -1: no memory. */
static int
prepare(pz_replay_t *rp, unsigned edit, pz_str_t *content)
{
    pz_sb_t sb;

    *content = rp->edits[edit].content;
    if (!rp->ascii || content->len == 0) {
        return 0;
    }

    if (rp->ascii[edit].data == NULL) {
        pz_sb_init(&sb, rp->arena, CONTENT_MAX);
        pz_escape_html_ascii(&sb, *content);
        if (pz_sb_done(&sb, &rp->ascii[edit])) {
            return -1;
        }
    }
    *content = rp->ascii[edit];

    return 0;
}


static void
insert(pz_replay_t *rp, const pz_piece_t *piece)
{
    pz_span_t span = { .edit = piece->edit };

    if (piece->kind == PZ_PIECE_MADE) {
        span.kind = PZ_SPAN_COPY;
        span.bytes = piece->bytes;
        span.at = PZ_SPAN_MADE;

    } else if (piece->edit >= rp->nedits) {
        rp->failed = 1;
        return;

    } else if (piece->kind == PZ_PIECE_SLOT) {
        if (rp->edits[piece->edit].slot == PZ_EDIT_NO_SLOT) {
            rp->failed = 1;
            return;
        }
        span.kind = PZ_SPAN_SLOT;
        span.slot = (unsigned) rp->edits[piece->edit].slot;

    } else {
        span.kind = PZ_SPAN_CONTENT;
        if (prepare(rp, piece->edit, &span.bytes)) {
            rp->outcome = PZ_OUTCOME_MEMORY;
            rp->failed = 1;
            return;
        }
    }

    if (span.bytes.len || span.kind == PZ_SPAN_SLOT) {
        emit(rp, &span);
    }
}


/* The next `len` bytes of the segment: out, or away. */
static void
step(pz_replay_t *rp, pz_replay_segment_t *seg, size_t len, unsigned spare, int away)
{
    pz_span_t span = { .kind = seg->kind, .at = rp->at };

    span.bytes.data = seg->data ? seg->data + seg->used : NULL;
    span.bytes.len = len;
    if (spare) {
        span.slot = spare - 1;
        span.spare = 1;
    }

    if (len && !away) {
        emit(rp, &span);
    }
    rp->at += len;
    seg->used += len;
}


/* Whether the segment has the edge's bytes, as far as they stand at or behind what was kept. */
static int
edge_is_there(const pz_replay_t *rp, const pz_replay_segment_t *seg, const pz_edge_t *edge)
{
    size_t   before, n = edge->len;
    uint64_t begin = rp->at - seg->used;       /* where in the page the segment begins */
    const char *bytes = edge->bytes;

    if (edge->from < begin) {
        before = (size_t) (begin - edge->from);
        n = n < before ? n : before;
        if (before > rp->ntail || memcmp(rp->tail + rp->ntail - before, bytes, n) != 0) {
            return 0;
        }
        bytes += n;
        n = edge->len - n;
        return n <= seg->len && memcmp(seg->data, bytes, n) == 0;
    }

    before = (size_t) (edge->from - begin);

    return before + n <= seg->len && memcmp(seg->data + before, bytes, n) == 0;
}


static int
is_there(const pz_replay_t *rp, const pz_replay_segment_t *seg, const pz_splice_t *splice)
{
    if (splice->removed > PZ_PLACES_WHOLE || splice->removed > seg->len - seg->used) {
        return 0;
    }

    for (unsigned i = 0; i < splice->nedges; i++) {
        if (!edge_is_there(rp, seg, &splice->edges[i])) {
            return 0;
        }
    }

    return splice->removed == 0
           || pz_hash_words(PZ_HASH_WORDS_BASIS, (pz_str_t) { seg->data + seg->used,
                                                              (size_t) splice->removed })
              == splice->hash;
}


uint64_t
pz_replay_wanted(const pz_replay_t *rp, const pz_splice_t *splice)
{
    uint64_t end = splice->at + splice->removed;

    return (rp->places->total - end < PZ_PLACES_AROUND ? rp->places->total
            : end + PZ_PLACES_AROUND) - splice->at;
}


static void
insert_all(pz_replay_t *rp, const pz_splice_t *splice)
{
    pz_str_t   rest = splice->pieces;
    pz_piece_t piece;

    while (!rp->failed && pz_piece_next(&rest, &piece) == 0) {
        insert(rp, &piece);
    }
    rp->going = splice->removed;
    if (rp->going == 0) {
        rp->next++;
    }
}


const pz_splice_t *
pz_replay_next(const pz_replay_t *rp)
{
    return !rp->failed && rp->next < rp->places->nsplices ? &rp->places->splices[rp->next] : NULL;
}


/* The page's bytes in front of what is not dealt with. */
static void
keep_tail(pz_replay_t *rp, const pz_replay_segment_t *seg)
{
    size_t old = rp->ntail, n = seg->used;

    if (seg->data == NULL || n == 0) {
        return;
    }

    if (n >= PZ_PLACES_AROUND) {
        memcpy(rp->tail, seg->data + n - PZ_PLACES_AROUND, PZ_PLACES_AROUND);
        rp->ntail = PZ_PLACES_AROUND;
        return;
    }

    if (old > PZ_PLACES_AROUND - n) {
        memmove(rp->tail, rp->tail + old - (PZ_PLACES_AROUND - n), PZ_PLACES_AROUND - n);
        old = PZ_PLACES_AROUND - n;
    }
    memcpy(rp->tail + old, seg->data, n);
    rp->ntail = old + n;
}


/* One splice, at its place.  0: too few bytes of it are here. */
static int
reach(pz_replay_t *rp, pz_replay_segment_t *seg, const pz_splice_t *splice)
{
    if (rp->going == 0) {
        /* at the page's end there is nothing more to come */
        if (splice->at == rp->places->total) {
            rp->failed = 1;
            return 1;
        }

        if (!rp->trusted) {
            if (pz_replay_wanted(rp, splice) > seg->len - seg->used) {
                return 0;
            }
            if (!is_there(rp, seg, splice)) {
                rp->failed = 1;
                return 1;
            }
        }
        insert_all(rp, splice);
    }

    if (rp->going) {
        size_t len = seg->len - seg->used < rp->going ? seg->len - seg->used : (size_t) rp->going;

        step(rp, seg, len, splice->spare, splice->spare == 0);
        rp->going -= len;
        if (rp->going == 0) {
            rp->next++;
        }
    }

    return 1;
}


void
pz_replay_run(pz_replay_t *rp, pz_replay_segment_t *seg)
{
    const pz_splice_t *splice;

    while (seg->used < seg->len) {
        size_t len = seg->len - seg->used;

        splice = pz_replay_next(rp);
        if (splice == NULL) {
            step(rp, seg, len, 0, 0);
            if (rp->at > rp->places->total) {
                rp->failed = 1;
            }
            break;
        }

        if (rp->at < splice->at) {
            step(rp, seg, len < splice->at - rp->at ? len : (size_t) (splice->at - rp->at), 0, 0);
            continue;
        }

        if (!reach(rp, seg, splice)) {
            break;
        }
    }

    keep_tail(rp, seg);
}


void
pz_replay_run_end(pz_replay_t *rp)
{
    pz_replay_segment_t seg = { PZ_SPAN_INPUT, "", 0, 0 };
    const pz_splice_t  *splice;

    while (!rp->dead && (splice = pz_replay_next(rp)) != NULL) {
        if (!rp->trusted && !is_there(rp, &seg, splice)) {
            rp->failed = 1;
        } else {
            insert_all(rp, splice);
        }
    }
}
