/*
 * Where insertions stand: the page's place that the DOM means.
 *
 * A page may leave out end tags and start tags.  What is inserted where a
 * browser's parser has not yet closed, or not yet opened, an element would land
 * in another one: the missing tags are written first.  The DOM of the rest
 * stays the same.
 */
#ifndef PZ_PLACE_H
#define PZ_PLACE_H

#include "pz_rewrite_state.h"

/* A token begins at `at` (in the chunk): nothing is closed, implied or reopened by it yet. */
void pz_place_begin(pz_rewriter_t *rw, const char *at);

/* The content or the slot of edit `e`, here. */
void pz_place_insert(pz_rewriter_t *rw, uint32_t e);

/*
 * Behind the content of node `n`, and inside it: elements in it that the page
 * leaves open are closed.  `last`: nothing follows but the document's end.
 */
void pz_place_append(pz_rewriter_t *rw, unsigned n, int last);

/* Behind node `n`, which has no end tag of its own. */
void pz_place_after(pz_rewriter_t *rw, unsigned n, int last);

/*
 * In front of the element that opens as node `n`: what its tag closes is
 * closed, what its tag implies is opened.
 */
void pz_place_before(pz_rewriter_t *rw, unsigned n);

#endif
