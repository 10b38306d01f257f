/*
 * The places of a page: what a plan's edits did to it, as splices.
 *
 * A page that is known to be the same as before needs no tokenizer: at each
 * splice something goes in, or the page's bytes go, and the rest passes.  What
 * goes in is named, not kept: content and slots belong to the visitor's plan.
 * Only what the rewriter wrote (an edited tag, a tag that the page left out)
 * is kept as it is.  So places serve every plan with the same signature.
 *
 * Each splice carries the page's bytes around its edges, and a hash of what it
 * takes out: a page that is another one after all is told in time.
 */
#ifndef PZ_PLACES_H
#define PZ_PLACES_H

#include "pz_hash.h"
#include "pz_rewriter.h"
#include "pz_sb.h"

#define PZ_PLACES_AROUND  16      /* bytes kept on each side of an edge */
#define PZ_PLACES_WHOLE   4096    /* of a removed range so many bytes are checked; whole words */

typedef struct {
    uint64_t    from;       /* where in the page */
    uint32_t    len;        /* 2 * PZ_PLACES_AROUND at the most */
    const char *bytes;
} pz_edge_t;

typedef enum {
    PZ_PIECE_CONTENT,
    PZ_PIECE_SLOT,
    PZ_PIECE_MADE
} pz_piece_kind_t;

typedef struct {
    pz_piece_kind_t kind;
    unsigned        edit;       /* CONTENT and SLOT */
    pz_str_t        bytes;      /* MADE */
} pz_piece_t;

/* At `at` the pieces go in; then `removed` bytes go, or wait for their slot. */
typedef struct {
    uint64_t  at;
    uint64_t  removed;
    uint64_t  hash;             /* pz_hash_words of what is removed, up to PZ_PLACES_WHOLE */
    unsigned  spare;            /* 1 + the slot that replaces them, if it is filled */
    pz_str_t  pieces;           /* for pz_piece_next */
    unsigned  nedges;           /* 2 with a removed range, else 1 */
    pz_edge_t edges[2];
} pz_splice_t;

/* What became of an edit. */
typedef struct {
    unsigned matches;
    unsigned refused;
    uint64_t seen;              /* where in the page that was first known */
} pz_place_count_t;

typedef struct {
    uint64_t                total;      /* bytes of the page */
    pz_rewriter_outcome_t   outcome;
    unsigned                ascii;      /* the page took ASCII only */
    const pz_place_count_t *counts;     /* one for each edit */
    size_t                  ncounts;
    const pz_splice_t      *splices;    /* in order */
    size_t                  nsplices;
} pz_places_t;

/*
 * A hash of what decides where the edits act: selectors, operations, order,
 * limits, and which of them have content.  Not of the content, but of what is
 * written into tags.  0: an edit writes a visitor's values into a tag, so that
 * its places serve nobody else.
 */
uint64_t pz_places_signature(const pz_edit_t *edits, size_t nedits,
    const pz_rewriter_options_t *options);

/* As bytes, at most `max` of them.  0; -1: too long, or no memory. */
int pz_places_write(const pz_places_t *places, pz_arena_t *arena, size_t max, pz_str_t *bytes);

/* From bytes, which must outlive it.  0; -1: they are no places, or no memory. */
int pz_places_read(pz_arena_t *arena, pz_str_t bytes, pz_places_t *places);

/* The next piece of *pieces; 0, or -1 when there is none. */
int pz_piece_next(pz_str_t *pieces, pz_piece_t *piece);

/* Append a piece to what pz_piece_next reads. */
void pz_piece_write(pz_sb_t *sb, const pz_piece_t *piece);

/*
 * Bytes of the page as it is now, `len` from `from` on, to `to`.  0, or -1 when
 * they cannot be had.
 */
typedef int (*pz_places_read_pt)(void *data, uint64_t from, size_t len, char *to);

/* Whether the page has what the places say, at all of them: 1; 0: it has not, or cannot be read. */
int pz_places_check(const pz_places_t *places, pz_places_read_pt read, void *data);

/* Whether each place can be checked while the page streams past. */
int pz_places_stream(const pz_places_t *places);

#endif
