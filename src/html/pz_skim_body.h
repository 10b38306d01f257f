/*
 * The tags that most pages are made of, in body: written as nearly everybody
 * writes them, and of elements that nobody asks for.  What is read of such a tag
 * is not kept, since nobody looks at it again.
 */
#ifndef PZ_SKIM_BODY_H
#define PZ_SKIM_BODY_H

#include "pz_rewrite_state.h"

/*
 * On to the first tag that is not of that kind, or is too near to the chunk's
 * end: scan.p is at or in front of it.
 */
void pz_skim_body(pz_rewriter_t *rw);

#endif
