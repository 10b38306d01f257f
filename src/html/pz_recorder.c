#include <string.h>

#include "pz_recorder.h"

#define SPLICES_MAX  256
#define PIECES_MAX   (32u << 10)
#define WINDOW_MAX   8192       /* bytes of a construct that a chunk's end cuts */

/* A splice in the making. */
typedef struct {
    pz_splice_t splice;
    size_t      pieces;         /* where they begin in `pieces` */
    char        bytes[2][2 * PZ_PLACES_AROUND];
} mark_t;

struct pz_recorder_s {
    pz_arena_t       *arena;
    pz_place_count_t *counts;
    size_t            ncounts;

    mark_t           *marks;
    size_t            nmarks, room;
    size_t            whole;        /* the edges of so many marks have all their bytes */
    pz_sb_t           pieces;
    int               open;         /* the last mark stands at `pos` */

    uint64_t          pos;          /* the page up to here: told by spans, or gone */
    uint64_t          hashed;       /* of what goes, for the open mark */
    char              word[8];      /* the last bytes of it, less than a word */

    pz_str_t          chunk;
    uint64_t          base;         /* where in the page the chunk begins */
    char             *window;       /* the page's bytes in front of it */
    size_t            nwindow, window_room;
    int               dead;
};


pz_recorder_t *
pz_recorder_create(pz_arena_t *arena, size_t nedits)
{
    pz_recorder_t *rec = pz_arena_zalloc(arena, sizeof(pz_recorder_t));

    if (rec == NULL) {
        return NULL;
    }

    rec->arena = arena;
    rec->ncounts = nedits;
    rec->counts = pz_arena_array(arena, nedits, sizeof(pz_place_count_t));
    pz_sb_init(&rec->pieces, arena, PIECES_MAX);

    return rec->counts ? rec : NULL;
}


/* The page's bytes from `from` on, up to `to` or to where the chunk begins. */
static pz_str_t
part(const pz_recorder_t *rec, uint64_t from, uint64_t to)
{
    if (from < rec->base) {
        uint64_t end = to < rec->base ? to : rec->base;

        return (pz_str_t) { rec->window + rec->nwindow - (rec->base - from),
                            (size_t) (end - from) };
    }

    return (pz_str_t) { rec->chunk.data + (from - rec->base), (size_t) (to - from) };
}


/* Whether the bytes from `from` on are still here. */
static int
has(pz_recorder_t *rec, uint64_t from)
{
    if (from + rec->nwindow < rec->base) {
        rec->dead = 1;
    }

    return !rec->dead;
}


static uint64_t
known_end(const pz_recorder_t *rec)
{
    return rec->base + rec->chunk.len;
}


/* As much of an edge's bytes as there is. */
static void
fill_edge(pz_recorder_t *rec, pz_edge_t *edge, char *bytes, uint64_t at)
{
    uint64_t end = at + PZ_PLACES_AROUND, from = edge->from + edge->len;

    end = end < known_end(rec) ? end : known_end(rec);
    if (from >= end || !has(rec, from)) {
        return;
    }

    while (from < end) {
        pz_str_t some = part(rec, from, end);

        memcpy(bytes + edge->len, some.data, some.len);
        edge->len += (uint32_t) some.len;
        from += some.len;
    }
}


static void
add_edge(pz_recorder_t *rec, mark_t *mark, uint64_t at)
{
    pz_edge_t *edge = &mark->splice.edges[mark->splice.nedges];
    char      *bytes = mark->bytes[mark->splice.nedges];

    *edge = (pz_edge_t) { at < PZ_PLACES_AROUND ? 0 : at - PZ_PLACES_AROUND, 0, bytes };
    mark->splice.nedges++;
    fill_edge(rec, edge, bytes, at);
}


static mark_t *
more_marks(pz_recorder_t *rec)
{
    size_t  room = rec->room ? rec->room * 2 : 8;
    mark_t *marks;

    if (rec->nmarks < rec->room) {
        return rec->marks;
    }

    marks = room <= SPLICES_MAX ? pz_arena_alloc(rec->arena, room * sizeof(mark_t)) : NULL;
    if (marks == NULL) {
        rec->dead = 1;
        return NULL;
    }

    if (rec->nmarks) {
        memcpy(marks, rec->marks, rec->nmarks * sizeof(mark_t));
    }
    rec->marks = marks;
    rec->room = room;

    return marks;
}


/* The mark at the present position; NULL: given up. */
static mark_t *
open_mark(pz_recorder_t *rec)
{
    mark_t *mark;

    if (rec->open) {
        return &rec->marks[rec->nmarks - 1];
    }

    if (more_marks(rec) == NULL) {
        return NULL;
    }

    mark = &rec->marks[rec->nmarks++];
    *mark = (mark_t) { .splice = { .at = rec->pos, .hash = PZ_HASH_WORDS_BASIS },
                       .pieces = rec->pieces.len };
    rec->open = 1;
    rec->hashed = rec->pos;
    add_edge(rec, mark, rec->pos);

    return mark;
}


/* What goes is known up to `to`: the same as pz_hash_words, in pieces. */
static void
hash_to(pz_recorder_t *rec, mark_t *mark, uint64_t to)
{
    uint64_t end = mark->splice.at + PZ_PLACES_WHOLE, word;

    end = to < end ? to : end;
    if (rec->hashed >= end || !has(rec, rec->hashed)) {
        return;
    }

    while (rec->hashed < end) {
        pz_str_t some = part(rec, rec->hashed, end);

        for (size_t i = 0; i < some.len; i++) {
            size_t n = (size_t) (rec->hashed++ - mark->splice.at) % sizeof(word);

            rec->word[n] = some.data[i];
            if (n + 1 == sizeof(word)) {
                memcpy(&word, rec->word, sizeof(word));
                mark->splice.hash = pz_hash_word(mark->splice.hash, word);
            }
        }
    }
}


static void
end_hash(const pz_recorder_t *rec, mark_t *mark, uint64_t len)
{
    uint64_t word = 0;

    if (len <= PZ_PLACES_WHOLE) {
        if (len % sizeof(word)) {
            memcpy(&word, rec->word, (size_t) (len % sizeof(word)));
            mark->splice.hash = pz_hash_word(mark->splice.hash, word);
        }
        mark->splice.hash = pz_hash_word(mark->splice.hash, len);
    }
}


/* The bytes from the present position to `to` go, or wait for a slot. */
static void
remove_to(pz_recorder_t *rec, uint64_t to, unsigned spare)
{
    mark_t *mark = open_mark(rec);

    if (mark == NULL) {
        return;
    }

    hash_to(rec, mark, to);
    end_hash(rec, mark, to - rec->pos);
    mark->splice.removed = to - rec->pos;
    mark->splice.spare = spare;
    add_edge(rec, mark, to);
    rec->pos = to;
    rec->open = 0;
}


/* Which edits are known to have matched, and from where on. */
static void
look_at_counts(pz_recorder_t *rec, const pz_rewriter_t *rw, uint64_t at)
{
    for (size_t i = 0; i < rec->ncounts; i++) {
        pz_place_count_t *count = &rec->counts[i];
        int               before = count->matches || count->refused;

        count->matches = pz_rewriter_matches(rw, i);
        count->refused = pz_rewriter_refused(rw, i);
        if (!before && (count->matches || count->refused)) {
            count->seen = at;
        }
    }
}


void
pz_recorder_chunk(pz_recorder_t *rec, pz_str_t chunk)
{
    rec->chunk = chunk;

    while (rec->whole < rec->nmarks && !rec->dead) {
        mark_t *mark = &rec->marks[rec->whole];

        for (unsigned i = 0; i < mark->splice.nedges; i++) {
            fill_edge(rec, &mark->splice.edges[i], mark->bytes[i],
                      mark->splice.at + (i ? mark->splice.removed : 0));
        }

        /* one that is open gets another edge */
        if (known_end(rec) < mark->splice.at + mark->splice.removed + PZ_PLACES_AROUND
            || (rec->open && rec->whole + 1 == rec->nmarks))
        {
            break;
        }
        rec->whole++;
    }
}


/* Bytes of the page go out; what stands between them and those before them has gone. */
static void
pass(pz_recorder_t *rec, const pz_span_t *span)
{
    if (span->at < rec->pos) {
        rec->dead = 1;
        return;
    }

    if (span->at > rec->pos) {
        remove_to(rec, span->at, 0);
    }
    if (span->spare) {
        remove_to(rec, span->at + span->bytes.len, span->slot + 1);
    }
    rec->pos = span->at + span->bytes.len;
    rec->open = 0;
}


void
pz_recorder_span(pz_recorder_t *rec, const pz_rewriter_t *rw, const pz_span_t *span)
{
    pz_piece_t piece = { .edit = span->edit };

    if (rec->dead) {
        return;
    }

    if (span->kind == PZ_SPAN_INPUT
        || (span->kind == PZ_SPAN_COPY && span->at != PZ_SPAN_MADE))
    {
        look_at_counts(rec, rw, span->at + span->bytes.len);
        pass(rec, span);
        return;
    }
    look_at_counts(rec, rw, rec->pos);

    /* what the rewriter makes up for a slot's empty place has no place here */
    if (span->spare || open_mark(rec) == NULL) {
        rec->dead = 1;
        return;
    }

    piece.kind = span->kind == PZ_SPAN_CONTENT ? PZ_PIECE_CONTENT
                 : span->kind == PZ_SPAN_SLOT ? PZ_PIECE_SLOT : PZ_PIECE_MADE;
    piece.bytes = span->bytes;
    pz_piece_write(&rec->pieces, &piece);
}


/* Keep the bytes that a later edge may want: those in front of what is decided, and what is not. */
static void
keep_window(pz_recorder_t *rec, uint64_t from)
{
    size_t len = (size_t) (known_end(rec) - from);
    size_t old = from < rec->base ? (size_t) (rec->base - from) : 0;

    if (len > WINDOW_MAX) {
        rec->dead = 1;
        return;
    }

    if (len > rec->window_room) {
        char *window = pz_arena_alloc(rec->arena, len + 256);

        if (window == NULL) {
            rec->dead = 1;
            return;
        }
        if (old) {
            memcpy(window, rec->window + rec->nwindow - old, old);
        }
        rec->window = window;
        rec->window_room = len + 256;

    } else if (old) {
        memmove(rec->window, rec->window + rec->nwindow - old, old);
    }

    memcpy(rec->window + old, rec->chunk.data + rec->chunk.len - (len - old), len - old);
    rec->nwindow = len;
}


void
pz_recorder_fed(pz_recorder_t *rec, const pz_rewriter_t *rw)
{
    uint64_t decided;
    mark_t  *mark;

    if (rec->dead) {
        return;
    }

    decided = known_end(rec) - pz_rewriter_held(rw);
    look_at_counts(rec, rw, decided);

    if (rec->pos < decided) {
        mark = open_mark(rec);
        if (mark) {
            hash_to(rec, mark, decided);
        }
    }

    decided = decided < PZ_PLACES_AROUND ? 0 : decided - PZ_PLACES_AROUND;
    if (!rec->dead) {
        if (decided + rec->nwindow < rec->base) {
            decided = rec->base - rec->nwindow;
        }
        keep_window(rec, decided);
    }

    rec->base = known_end(rec);
    rec->chunk = PZ_STR_NONE;
}


void
pz_recorder_skip(pz_recorder_t *rec, uint64_t len)
{
    if (rec->pos < rec->base) {
        rec->dead = 1;
    }

    /* edges that wanted some of them stay shorter */
    rec->whole = rec->nmarks;
    rec->nwindow = 0;
    rec->base += len;
    rec->pos = rec->base;
    rec->open = 0;
}


static int
is_lasting(pz_rewriter_outcome_t outcome)
{
    return outcome == PZ_OUTCOME_DONE || outcome == PZ_OUTCOME_AMBIGUOUS;
}


int
pz_recorder_end(pz_recorder_t *rec, const pz_rewriter_t *rw, int ascii, pz_places_t *places)
{
    pz_splice_t *splices;

    if (!rec->dead && rec->pos < rec->base) {
        remove_to(rec, rec->base, 0);
    }
    look_at_counts(rec, rw, rec->base);

    splices = pz_arena_array(rec->arena, rec->nmarks + 1, sizeof(pz_splice_t));
    if (rec->dead || splices == NULL || rec->pieces.failed
        || !is_lasting(pz_rewriter_outcome(rw)))
    {
        return -1;
    }

    for (size_t i = 0; i < rec->nmarks; i++) {
        size_t end = i + 1 < rec->nmarks ? rec->marks[i + 1].pieces : rec->pieces.len;

        splices[i] = rec->marks[i].splice;
        splices[i].pieces = (pz_str_t) { rec->pieces.data + rec->marks[i].pieces,
                                         end - rec->marks[i].pieces };
        splices[i].edges[0].bytes = rec->marks[i].bytes[0];
        splices[i].edges[1].bytes = rec->marks[i].bytes[1];
    }

    *places = (pz_places_t) {
        .total = rec->base, .outcome = pz_rewriter_outcome(rw), .ascii = ascii != 0,
        .counts = rec->counts, .ncounts = rec->ncounts,
        .splices = splices, .nsplices = rec->nmarks,
    };

    return 0;
}
