/*
 * A page edited by its places: the rewriter's output without the tokenizer.
 *
 * It is fed like the rewriter and gives the same bytes, by the same callback.
 * Either the places have been checked before (pz_replay_trust), and parts of
 * the page need not even be shown to it; or each is checked when it has all come
 * by: then the bytes of a place wait for those behind it, and a page that is
 * another one passes from there on as it is.
 */
#ifndef PZ_REPLAY_H
#define PZ_REPLAY_H

#include "pz_places.h"

typedef struct pz_replay_s pz_replay_t;

/*
 * `edits` are of the signature that the places are kept under; these, the
 * places and `arena` outlive it.  Spans of pz_replay_skip are INPUT without
 * bytes.data.  NULL: no room, or places that are not for these edits.
 */
pz_replay_t *pz_replay_create(pz_arena_t *arena, const pz_edit_t *edits, size_t nedits,
    const pz_places_t *places, pz_rewriter_on_span_pt on_span, void *data);

/* The places have been checked. */
void pz_replay_trust(pz_replay_t *rp);

/* As pz_rewriter_feed and pz_rewriter_end. */
int pz_replay_feed(pz_replay_t *rp, pz_str_t chunk);
int pz_replay_end(pz_replay_t *rp);

/* The next `len` bytes of a page that is trusted, not shown. */
int pz_replay_skip(pz_replay_t *rp, uint64_t len);

/* Whether the page was another one; then editing ended where that was found. */
int pz_replay_failed(const pz_replay_t *rp);

/* As pz_rewriter_*: what is known by now. */
unsigned pz_replay_matches(const pz_replay_t *rp, size_t edit);
unsigned pz_replay_refused(const pz_replay_t *rp, size_t edit);
pz_rewriter_outcome_t pz_replay_outcome(const pz_replay_t *rp);

#endif
