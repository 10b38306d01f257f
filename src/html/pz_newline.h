/*
 * The newline that a parser drops behind the start tags of pre, listing and
 * textarea (HTML 13.2.6.4.7): what is inserted or removed right there must not
 * make it count, nor lose one of its own.  A serializer's way out is taken: a
 * newline is written first.
 */
#ifndef PZ_NEWLINE_H
#define PZ_NEWLINE_H

#include "pz_rewrite_state.h"

#define PZ_NEWLINE_NONE  UINT64_MAX

/* The present tag is such a start tag, and has gone out. */
void pz_newline_begin(pz_rewriter_t *rw);

/* Content follows the start tag: one newline goes out, the page's own will not. */
void pz_newline_prepend(pz_rewriter_t *rw);

/* `content` is about to go out here: a newline that it begins with counts. */
void pz_newline_content(pz_rewriter_t *rw, pz_str_t content);

/* A tag that the page left out goes out here: no newline behind it is dropped. */
void pz_newline_tag(pz_rewriter_t *rw);

/* Something goes here, and nothing comes instead: what follows it must not be dropped. */
void pz_newline_remove(pz_rewriter_t *rw);

/* From `p` on, in the chunk: the page's own newline, if it was written already, goes. */
void pz_newline_skip(pz_rewriter_t *rw, const char *p, const char *end);

/* The text, which begins at `text.data` in the chunk, without the newline that is none. */
pz_str_t pz_newline_strip(pz_rewriter_t *rw, pz_str_t text);

#endif
