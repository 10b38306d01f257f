/*
 * Tags that the page left out, written where insertions stand (pz_rewriter_t.at).
 */
#ifndef PZ_MADE_H
#define PZ_MADE_H

#include "pz_rewrite_state.h"

/* `open` is "<" or "</".  -1 when the element's name was too long to be kept. */
int pz_made_tag(pz_rewriter_t *rw, const char *open, uint64_t key);

/*
 * Behind </body> a parser puts comments into html, until the next tag or text
 * that belongs into body.  A tag that does nothing else leads back there; `n` is
 * the place's innermost element.
 */
void pz_made_body(pz_rewriter_t *rw, unsigned n);

#endif
