#include <string.h>

#include "pz_escape.h"
#include "pz_replay.h"

#define CONTENT_MAX  (16u << 20)

struct pz_replay_s {
    pz_arena_t             *arena;
    const pz_edit_t        *edits;
    size_t                  nedits;
    const pz_places_t      *places;
    pz_rewriter_on_span_pt  on_span;
    void                   *data;

    pz_str_t               *ascii;      /* contents as an ASCII page takes them */
    size_t                  next;       /* splice */
    uint64_t                at;         /* the page up to here has been dealt with */
    uint64_t                going;      /* bytes that the present splice still takes out */
    char                    tail[PZ_PLACES_AROUND];     /* the page's bytes in front of `at` */
    size_t                  ntail;
    char                   *hold;       /* bytes of a place that a chunk's end cut */
    size_t                  held, hold_room;
    uint8_t                 trusted;
    uint8_t                 failed;
    uint8_t                 dead;       /* on_span said so */
    pz_rewriter_outcome_t   outcome;
};

/* Bytes of the page that are dealt with together; `data` is NULL when they are skipped. */
typedef struct {
    pz_span_kind_t kind;
    const char    *data;
    size_t         len;
    size_t         used;
} segment_t;


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


static void
emit(pz_replay_t *rp, const pz_span_t *span)
{
    if (!rp->dead && rp->on_span(rp->data, span)) {
        rp->dead = 1;
    }
}


static void
fail(pz_replay_t *rp)
{
    rp->failed = 1;
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
        fail(rp);
        return;

    } else if (piece->kind == PZ_PIECE_SLOT) {
        if (rp->edits[piece->edit].slot == PZ_EDIT_NO_SLOT) {
            fail(rp);
            return;
        }
        span.kind = PZ_SPAN_SLOT;
        span.slot = (unsigned) rp->edits[piece->edit].slot;

    } else {
        span.kind = PZ_SPAN_CONTENT;
        if (prepare(rp, piece->edit, &span.bytes)) {
            rp->outcome = PZ_OUTCOME_MEMORY;
            fail(rp);
            return;
        }
    }

    if (span.bytes.len || span.kind == PZ_SPAN_SLOT) {
        emit(rp, &span);
    }
}


/* The next `len` bytes of the segment: out, or away. */
static void
step(pz_replay_t *rp, segment_t *seg, size_t len, unsigned spare, int away)
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
edge_is_there(const pz_replay_t *rp, const segment_t *seg, const pz_edge_t *edge)
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
is_there(const pz_replay_t *rp, const segment_t *seg, const pz_splice_t *splice)
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


/* How many bytes from the splice on are to be seen before it is known to be right. */
static uint64_t
wanted(const pz_replay_t *rp, const pz_splice_t *splice)
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


static const pz_splice_t *
next_splice(const pz_replay_t *rp)
{
    return !rp->failed && rp->next < rp->places->nsplices ? &rp->places->splices[rp->next] : NULL;
}


/* The page's bytes in front of what is not dealt with. */
static void
keep_tail(pz_replay_t *rp, const segment_t *seg)
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
reach(pz_replay_t *rp, segment_t *seg, const pz_splice_t *splice)
{
    if (rp->going == 0) {
        /* at the page's end there is nothing more to come */
        if (splice->at == rp->places->total) {
            fail(rp);
            return 1;
        }

        if (!rp->trusted) {
            if (wanted(rp, splice) > seg->len - seg->used) {
                return 0;
            }
            if (!is_there(rp, seg, splice)) {
                fail(rp);
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


/* As far as it goes: what is left of the segment is a place that has not all come. */
static void
run(pz_replay_t *rp, segment_t *seg)
{
    const pz_splice_t *splice;

    while (seg->used < seg->len) {
        size_t len = seg->len - seg->used;

        splice = next_splice(rp);
        if (splice == NULL) {
            step(rp, seg, len, 0, 0);
            if (rp->at > rp->places->total) {
                fail(rp);
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
    segment_t seg = { PZ_SPAN_COPY, rp->hold, rp->held, 0 };

    run(rp, &seg);
    rp->held -= seg.used;
    if (rp->held) {
        memmove(rp->hold, rp->hold + seg.used, rp->held);
    }
}


/* Bytes of the chunk that the held ones wait for. */
static void
take_held(pz_replay_t *rp, segment_t *seg)
{
    while (rp->held && !rp->dead) {
        const pz_splice_t *splice = next_splice(rp);
        uint64_t           want = splice ? wanted(rp, splice) : rp->held;
        size_t             len = want > rp->held ? (size_t) (want - rp->held) : 0;

        if (len > seg->len - seg->used) {
            len = seg->len - seg->used;
        }
        if (hold(rp, seg->data + seg->used, len)) {
            fail(rp);
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
    segment_t seg = { PZ_SPAN_INPUT, chunk.data, chunk.len, 0 };

    take_held(rp, &seg);

    if (seg.used < seg.len && !rp->dead) {
        seg = (segment_t) { PZ_SPAN_INPUT, chunk.data + seg.used, chunk.len - seg.used, 0 };
        run(rp, &seg);
        if (seg.used < seg.len && hold(rp, seg.data + seg.used, seg.len - seg.used)) {
            fail(rp);
            run(rp, &seg);
        }
    }

    return rp->dead ? -1 : 0;
}


int
pz_replay_skip(pz_replay_t *rp, uint64_t len)
{
    while (len && !rp->dead) {
        size_t    part = len < SIZE_MAX ? (size_t) len : SIZE_MAX;
        segment_t seg = { PZ_SPAN_INPUT, NULL, part, 0 };

        run(rp, &seg);
        len -= part;
    }

    return rp->dead ? -1 : 0;
}


int
pz_replay_end(pz_replay_t *rp)
{
    segment_t          seg = { PZ_SPAN_INPUT, "", 0, 0 };
    const pz_splice_t *splice;

    if (rp->held || rp->at != rp->places->total) {
        fail(rp);
        run_held(rp);
    }

    while (!rp->dead && (splice = next_splice(rp)) != NULL) {
        if (!rp->trusted && !is_there(rp, &seg, splice)) {
            fail(rp);
        } else {
            insert_all(rp, splice);
        }
    }

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
