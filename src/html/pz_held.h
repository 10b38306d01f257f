/*
 * Bytes that are held back behind the end of body (see pz_tail.h), as they go out.
 */
#ifndef PZ_HELD_H
#define PZ_HELD_H

#include "pz_rewrite_state.h"

#define PZ_HELD_BODY  2     /* body's node */

/* The next `n` of them, as those of the page that they are. */
void pz_held_pass(pz_rewriter_t *rw, size_t n);

/* body's own end tag among them, while the edits are done. */
void pz_held_pass_tag(pz_rewriter_t *rw);

/* All, as they came: nothing is held any more. */
void pz_held_release(pz_rewriter_t *rw);

#endif
