/*
 * What stands behind the end of body.
 *
 * An element that is still open at </body> goes on behind it: a parser puts
 * there whatever follows but comments (HTML 13.2.6.4.19 and .22).  So an edit
 * that waits for its end cannot know at </body> whether that is it.  From
 * there on the page's bytes are held back, a few at the most, until something
 * comes that belongs into the element (then they go out, and the edit waits on)
 * or the page ends: then the edit is done, and end tags written, in front of
 * </body>.  White space there ends up beside the element instead of in it.
 */
#ifndef PZ_TAIL_H
#define PZ_TAIL_H

#include "pz_rewrite_state.h"

/*
 * The present tag ends body, and leaves elements open in it; `own`: it is its
 * own end tag.  From here on bytes are held back.
 */
void pz_tail_begin(pz_rewriter_t *rw, int own);

/* In front of a token: if it belongs into what is open, that has not ended. */
void pz_tail_on_tag(pz_rewriter_t *rw);
void pz_tail_on_text(pz_rewriter_t *rw);
void pz_tail_on_foreign(pz_rewriter_t *rw);     /* a comment, or CDATA */

/* The chunk ends: what is held of it is kept, up to `to`. */
void pz_tail_keep(pz_rewriter_t *rw, const char *to);

/* The page ends: the edits are done. */
void pz_tail_end(pz_rewriter_t *rw);

#endif
