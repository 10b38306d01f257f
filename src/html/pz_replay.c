#include <string.h>

#include "pz_replay_state.h"


pz_replay_t *
pz_replay_create(pz_arena_t *arena, const pz_edit_t *edits, size_t nedits,
    const pz_places_t *places, pz_rewriter_on_span_pt on_span, void *data)
{
    pz_replay_t *rp;

    if (places->ncounts != nedits) {
        return NULL;
    }

    rp = pz_arena_zalloc(arena, sizeof(pz_replay_t));
    if (rp == NULL) {
        return NULL;
    }

    rp->arena = arena;
    rp->edits = edits;
    rp->nedits = nedits;
    rp->places = places;
    rp->on_span = on_span;
    rp->data = data;
    rp->outcome = PZ_OUTCOME_EDITING;

    if (places->ascii) {
        rp->ascii = pz_arena_array(arena, nedits, sizeof(pz_str_t));
        if (rp->ascii == NULL) {
            return NULL;
        }
    }

    return rp;
}


void
pz_replay_trust(pz_replay_t *rp)
{
    rp->trusted = 1;
}


static int
hold(pz_replay_t *rp, const char *data, size_t len)
{
    if (rp->held + len > rp->hold_room) {
        size_t room = rp->held + len + 64;
        char  *more = pz_arena_alloc(rp->arena, room);

        if (more == NULL) {
            return -1;
        }
        if (rp->held) {
            memcpy(more, rp->hold, rp->held);
        }
        rp->hold = more;
        rp->hold_room = room;
    }

    if (len) {
        memcpy(rp->hold + rp->held, data, len);
        rp->held += len;
    }

    return 0;
}


/* What is held is dealt with; what is left of it stays. */
static void
run_held(pz_replay_t *rp)
{
    pz_replay_segment_t seg = { PZ_SPAN_COPY, rp->hold, rp->held, 0 };

    pz_replay_run(rp, &seg);
    rp->held -= seg.used;
    if (rp->held) {
        memmove(rp->hold, rp->hold + seg.used, rp->held);
    }
}


/* Bytes of the chunk that the held ones wait for. */
static void
take_held(pz_replay_t *rp, pz_replay_segment_t *seg)
{
    while (rp->held && !rp->dead) {
        const pz_splice_t *splice = pz_replay_next(rp);
        uint64_t           want = splice ? pz_replay_wanted(rp, splice) : rp->held;
        size_t             len = want > rp->held ? (size_t) (want - rp->held) : 0;

        if (len > seg->len - seg->used) {
            len = seg->len - seg->used;
        }
        if (hold(rp, seg->data + seg->used, len)) {
            rp->failed = 1;
            run_held(rp);
            return;
        }
        seg->used += len;
        if (rp->held < want) {
            return;
        }
        run_held(rp);
    }
}


int
pz_replay_feed(pz_replay_t *rp, pz_str_t chunk)
{
    pz_replay_segment_t seg = { PZ_SPAN_INPUT, chunk.data, chunk.len, 0 };

    take_held(rp, &seg);

    if (seg.used < seg.len && !rp->dead) {
        seg = (pz_replay_segment_t) { PZ_SPAN_INPUT, chunk.data + seg.used,
                                      chunk.len - seg.used, 0 };
        pz_replay_run(rp, &seg);
        if (seg.used < seg.len && hold(rp, seg.data + seg.used, seg.len - seg.used)) {
            rp->failed = 1;
            pz_replay_run(rp, &seg);
        }
    }

    return rp->dead ? -1 : 0;
}


int
pz_replay_skip(pz_replay_t *rp, uint64_t len)
{
    while (len && !rp->dead) {
        size_t              part = len < SIZE_MAX ? (size_t) len : SIZE_MAX;
        pz_replay_segment_t seg = { PZ_SPAN_INPUT, NULL, part, 0 };

        pz_replay_run(rp, &seg);
        len -= part;
    }

    return rp->dead ? -1 : 0;
}


int
pz_replay_end(pz_replay_t *rp)
{
    if (rp->held || rp->at != rp->places->total) {
        rp->failed = 1;
        run_held(rp);
    }

    pz_replay_run_end(rp);

    if (!rp->failed) {
        rp->outcome = rp->places->outcome;
    }

    return rp->dead ? -1 : 0;
}


int
pz_replay_failed(const pz_replay_t *rp)
{
    return rp->failed;
}


unsigned
pz_replay_matches(const pz_replay_t *rp, size_t edit)
{
    return edit < rp->nedits && rp->at >= rp->places->counts[edit].seen
           ? rp->places->counts[edit].matches : 0;
}


unsigned
pz_replay_refused(const pz_replay_t *rp, size_t edit)
{
    return edit < rp->nedits && rp->at >= rp->places->counts[edit].seen
           ? rp->places->counts[edit].refused : 0;
}


pz_rewriter_outcome_t
pz_replay_outcome(const pz_replay_t *rp)
{
    return rp->outcome;
}
