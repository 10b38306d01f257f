#include <string.h>

#include "pz_places.h"
#include "pz_version.h"

#define VERSION  1
#define CHECK    (PZ_PLACES_WHOLE + 2 * PZ_PLACES_AROUND)


static int
is_in_tag(pz_edit_op_t op)
{
    return !pz_edit_op_inserts(op) && op != PZ_EDIT_REMOVE;
}


/* What the rewriter asks of content: is there some, and does it begin with a newline? */
static unsigned char
shape(const pz_edit_t *edit)
{
    if (edit->content.len == 0) {
        return 0;
    }

    return edit->content.data[0] == '\n' || edit->content.data[0] == '\r' ? 2 : 1;
}


uint64_t
pz_places_signature(const pz_edit_t *edits, size_t nedits, const pz_rewriter_options_t *options)
{
    uint64_t hash = pz_hash_words(PZ_HASH_WORDS_BASIS, PZ_STR(PZ_VERSION));

    hash = pz_hash_word(hash, (uint64_t) options->max_tag << 1 | options->explicit_only);

    for (size_t i = 0; i < nedits; i++) {
        const pz_edit_t *edit = &edits[i];
        uint64_t         what = (uint64_t) edit->limit << 32 | (uint64_t) edit->op << 4
                                | (uint64_t) shape(edit) << 2 | (uint64_t) edit->has_values << 1
                                | (edit->slot != PZ_EDIT_NO_SLOT);

        hash = pz_hash_words(pz_hash_word(hash, what), pz_selector_text(edit->selector));

        if (is_in_tag(edit->op)) {
            if (edit->has_values) {
                return 0;
            }
            hash = pz_hash_words(pz_hash_words(hash, edit->name), edit->content);
        }
    }

    return hash ? hash : 1;
}


/* --- as bytes: numbers of 7 bits a byte, the lowest first --- */

static void
put(pz_sb_t *sb, uint64_t n)
{
    while (n > 0x7f) {
        pz_sb_byte(sb, (char) (0x80 | (n & 0x7f)));
        n >>= 7;
    }
    pz_sb_byte(sb, (char) n);
}


/* The bytes that are still to be read. */
typedef struct {
    const unsigned char *p, *end;
} cursor_t;


static inline cursor_t
cursor(pz_str_t bytes)
{
    const unsigned char *p = (const unsigned char *) bytes.data;

    return (cursor_t) { p, p + bytes.len };
}


static int
get_long(cursor_t *c, uint64_t *n)
{
    unsigned shift = 0;

    for (*n = 0; c->p < c->end && shift < 64; shift += 7) {
        unsigned char byte = *c->p++;

        *n |= (uint64_t) (byte & 0x7f) << shift;
        if (byte < 0x80) {
            return 0;
        }
    }

    return -1;
}


/* Most numbers are one byte. */
static inline int
get(cursor_t *c, uint64_t *n)
{
    if (c->p < c->end && *c->p < 0x80) {
        *n = *c->p++;
        return 0;
    }

    return get_long(c, n);
}


static inline int
get_bytes(cursor_t *c, uint64_t len, pz_str_t *bytes)
{
    if (len > (uint64_t) (c->end - c->p)) {
        return -1;
    }

    *bytes = (pz_str_t) { (const char *) c->p, (size_t) len };
    c->p += len;

    return 0;
}


void
pz_piece_write(pz_sb_t *sb, const pz_piece_t *piece)
{
    if (piece->kind == PZ_PIECE_MADE) {
        put(sb, (uint64_t) piece->bytes.len << 2 | PZ_PIECE_MADE);
        pz_sb_add(sb, piece->bytes);
    } else {
        put(sb, (uint64_t) piece->edit << 2 | piece->kind);
    }
}


int
pz_piece_next(pz_str_t *pieces, pz_piece_t *piece)
{
    cursor_t c = cursor(*pieces);
    uint64_t n;

    if (get(&c, &n) || (n & 3) > PZ_PIECE_MADE) {
        return -1;
    }

    *piece = (pz_piece_t) { .kind = (pz_piece_kind_t) (n & 3), .edit = (unsigned) (n >> 2) };
    if (piece->kind == PZ_PIECE_MADE && get_bytes(&c, n >> 2, &piece->bytes)) {
        return -1;
    }
    *pieces = (pz_str_t) { (const char *) c.p, (size_t) (c.end - c.p) };

    return 0;
}


static void
write_splice(pz_sb_t *sb, const pz_splice_t *splice, uint64_t before)
{
    put(sb, splice->at - before);
    put(sb, splice->removed);
    if (splice->removed) {
        put(sb, splice->spare);
        put(sb, splice->hash);
    }
    put(sb, splice->pieces.len);
    pz_sb_add(sb, splice->pieces);

    for (unsigned i = 0; i < splice->nedges; i++) {
        const pz_edge_t *edge = &splice->edges[i];

        put(sb, (i ? splice->at + splice->removed : splice->at) - edge->from);
        put(sb, edge->len);
        pz_sb_add(sb, (pz_str_t) { edge->bytes, edge->len });
    }
}


int
pz_places_write(const pz_places_t *places, pz_arena_t *arena, size_t max, pz_str_t *bytes)
{
    pz_sb_t  sb;
    uint64_t before = 0;

    pz_sb_init(&sb, arena, max);
    put(&sb, VERSION);
    put(&sb, places->total);
    put(&sb, places->outcome);
    put(&sb, places->ascii);
    put(&sb, places->ncounts);
    put(&sb, places->nsplices);

    for (size_t i = 0; i < places->ncounts; i++) {
        put(&sb, places->counts[i].matches);
        put(&sb, places->counts[i].refused);
        put(&sb, places->counts[i].seen);
    }

    for (size_t i = 0; i < places->nsplices; i++) {
        write_splice(&sb, &places->splices[i], before);
        before = places->splices[i].at + places->splices[i].removed;
    }

    return pz_sb_done(&sb, bytes);
}


static int
read_edge(cursor_t *rest, uint64_t at, pz_edge_t *edge)
{
    uint64_t before, len;
    pz_str_t bytes;

    if (get(rest, &before) || get(rest, &len) || before > PZ_PLACES_AROUND || before > at
        || before > len || len > 2 * PZ_PLACES_AROUND || get_bytes(rest, len, &bytes))
    {
        return -1;
    }

    *edge = (pz_edge_t) { at - before, (uint32_t) len, bytes.data };

    return 0;
}


static int
read_splice(cursor_t *rest, uint64_t before, uint64_t total, pz_splice_t *splice)
{
    uint64_t step, spare = 0, len;

    splice->hash = 0;
    if (get(rest, &step) || get(rest, &splice->removed)
        || (splice->removed && (get(rest, &spare) || get(rest, &splice->hash)))
        || get(rest, &len) || get_bytes(rest, len, &splice->pieces)
        || step > total - before || splice->removed > total - before - step)
    {
        return -1;
    }

    splice->at = before + step;
    splice->spare = (unsigned) spare;
    splice->nedges = splice->removed ? 2 : 1;

    for (unsigned i = 0; i < splice->nedges; i++) {
        if (read_edge(rest, splice->at + (i ? splice->removed : 0), &splice->edges[i])) {
            return -1;
        }
    }

    return 0;
}


static int
read_body(cursor_t *rest, pz_places_t *places, pz_place_count_t *counts, pz_splice_t *splices)
{
    uint64_t before = 0, n[2];

    for (size_t i = 0; i < places->ncounts; i++) {
        if (get(rest, &n[0]) || get(rest, &n[1]) || get(rest, &counts[i].seen)) {
            return -1;
        }
        counts[i].matches = (unsigned) n[0];
        counts[i].refused = (unsigned) n[1];
    }

    for (size_t i = 0; i < places->nsplices; i++) {
        if (read_splice(rest, before, places->total, &splices[i])) {
            return -1;
        }
        before = splices[i].at + splices[i].removed;
    }

    places->counts = counts;
    places->splices = splices;

    return 0;
}


int
pz_places_read(pz_arena_t *arena, pz_str_t bytes, pz_places_t *places)
{
    uint64_t          head[6];
    cursor_t          rest = cursor(bytes);
    pz_place_count_t *counts;
    pz_splice_t      *splices;

    for (size_t i = 0; i < 6; i++) {
        if (get(&rest, &head[i])) {
            return -1;
        }
    }

    /* each of them takes three bytes at least */
    if (head[0] != VERSION || head[4] > bytes.len || head[5] > bytes.len) {
        return -1;
    }

    places->total = head[1];
    places->outcome = (pz_rewriter_outcome_t) head[2];
    places->ascii = (unsigned) head[3];
    places->ncounts = (size_t) head[4];
    places->nsplices = (size_t) head[5];

    counts = pz_arena_alloc(arena, places->ncounts * sizeof(pz_place_count_t) + 1);
    splices = pz_arena_alloc(arena, places->nsplices * sizeof(pz_splice_t) + 1);

    return counts && splices ? read_body(&rest, places, counts, splices) : -1;
}


static int
check_edge(const pz_edge_t *edge, pz_places_read_pt read, void *data)
{
    char bytes[2 * PZ_PLACES_AROUND];

    return read(data, edge->from, edge->len, bytes) == 0
           && memcmp(bytes, edge->bytes, edge->len) == 0;
}


/* All of a splice in one reading: its edges, and what it takes out. */
static int
check_whole(const pz_splice_t *splice, pz_places_read_pt read, void *data)
{
    char             bytes[CHECK];
    const pz_edge_t *first = &splice->edges[0], *last = &splice->edges[1];
    size_t           len = (size_t) (last->from + last->len - first->from);

    return len <= CHECK && first->len <= len && last->from >= first->from
           && read(data, first->from, len, bytes) == 0
           && memcmp(bytes, first->bytes, first->len) == 0
           && memcmp(bytes + (last->from - first->from), last->bytes, last->len) == 0
           && pz_hash_words(PZ_HASH_WORDS_BASIS, (pz_str_t) {
                  bytes + (splice->at - first->from), (size_t) splice->removed })
              == splice->hash;
}


int
pz_places_check(const pz_places_t *places, pz_places_read_pt read, void *data)
{
    for (size_t i = 0; i < places->nsplices; i++) {
        const pz_splice_t *splice = &places->splices[i];

        if (splice->removed && splice->removed <= PZ_PLACES_WHOLE) {
            if (!check_whole(splice, read, data)) {
                return 0;
            }
            continue;
        }

        for (unsigned e = 0; e < splice->nedges; e++) {
            if (!check_edge(&splice->edges[e], read, data)) {
                return 0;
            }
        }
    }

    return 1;
}


int
pz_places_stream(const pz_places_t *places)
{
    for (size_t i = 0; i < places->nsplices; i++) {
        if (places->splices[i].removed > PZ_PLACES_WHOLE) {
            return 0;
        }
    }

    return 1;
}
