/*
 * Notes the places of a page while the rewriter edits it.
 *
 * Told of each chunk, of each span and of the end of each feed, it finds out
 * from the spans' offsets what goes in and what goes.  It keeps the last bytes
 * of the page, for the edges, and nothing else of it.
 */
#ifndef PZ_RECORDER_H
#define PZ_RECORDER_H

#include "pz_places.h"

typedef struct pz_recorder_s pz_recorder_t;

/* For `nedits` edits; lives in `arena`.  NULL: no room. */
pz_recorder_t *pz_recorder_create(pz_arena_t *arena, size_t nedits);

/* Before the rewriter is fed `chunk`, which stays valid until pz_recorder_fed. */
void pz_recorder_chunk(pz_recorder_t *rec, pz_str_t chunk);

/* In the rewriter's callback, with each span. */
void pz_recorder_span(pz_recorder_t *rec, const pz_rewriter_t *rw, const pz_span_t *span);

/* After the rewriter was fed. */
void pz_recorder_fed(pz_recorder_t *rec, const pz_rewriter_t *rw);

/* `len` bytes were not fed, since the rewriter is passing. */
void pz_recorder_skip(pz_recorder_t *rec, uint64_t len);

/*
 * After pz_rewriter_end: the places, in the recorder's memory.  0; -1: they
 * are not to be kept, since the page has too many of them, or editing ended for
 * a reason that may not be there the next time.
 */
int pz_recorder_end(pz_recorder_t *rec, const pz_rewriter_t *rw, int ascii, pz_places_t *places);

#endif
