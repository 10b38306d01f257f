/*
 * The streaming rewriter: bytes of a page in, spans out, in order.
 *
 * Nobody's bytes are copied but those of a tag that was split between two
 * chunks.  The rewriter never waits: at the end of each feed everything has
 * gone out but one incomplete tag at the most.  It never fails the page: what
 * it cannot know or afford ends editing, and the rest goes out as it came in,
 * with an outcome that says why.
 *
 * Tokenization follows the WHATWG HTML standard, section 13.2.5.
 */
#ifndef PZ_REWRITER_H
#define PZ_REWRITER_H

#include "pz_edit.h"

typedef enum {
    PZ_SPAN_INPUT,      /* points into the chunk now being fed */
    PZ_SPAN_COPY,       /* the rewriter's own memory, valid during the call only */
    PZ_SPAN_CONTENT,    /* an edit's content: lives as long as the edits and the arena */
    PZ_SPAN_SLOT        /* no bytes: the content of slot number `slot` belongs here */
} pz_span_kind_t;

/* A COPY of bytes that are not the page's: a tag that was edited, or one that the page left out. */
#define PZ_SPAN_MADE  UINT64_MAX

typedef struct {
    pz_span_kind_t kind;
    pz_str_t       bytes;
    unsigned       slot;
    unsigned       edit;    /* which edit, for CONTENT and SLOT */
    uint64_t       at;      /* INPUT and COPY: where in the page the bytes stand, or PZ_SPAN_MADE */
    unsigned       spare;   /* 1, for INPUT and COPY: bytes that slot number `slot` is to replace;
                               they follow it, and go out only if it stays empty */
} pz_span_t;

/* Return 0, or -1 to stop: the feed then returns -1 and the rewriter is dead. */
typedef int (*pz_rewriter_on_span_pt)(void *data, const pz_span_t *span);

typedef enum {
    PZ_OUTCOME_EDITING,     /* something may still match */
    PZ_OUTCOME_DONE,        /* nothing can match any more: all passes through */
    PZ_OUTCOME_AMBIGUOUS,   /* what a tree builder would do here is not known to a stream */
    PZ_OUTCOME_TAG_LIMIT,   /* a tag longer than max_tag */
    PZ_OUTCOME_DEPTH_LIMIT, /* more open elements than max_depth, where an edit needed them */
    PZ_OUTCOME_MEMORY       /* the arena's budget is spent */
} pz_rewriter_outcome_t;

typedef struct {
    size_t   max_tag;       /* bytes of one tag held back at the most; 0: 64 KiB */
    unsigned max_depth;     /* open elements remembered at the most; 0: 4096 */
    unsigned ascii_only;    /* write inserted bytes above 0x7f as numeric references:
                               the page is not UTF-8 but ASCII-compatible */
    unsigned explicit_only; /* write no tag that the page left out, and leave elements alone
                               whose start tag it left out */
} pz_rewriter_options_t;

typedef struct pz_rewriter_s pz_rewriter_t;

/*
 * A rewriter for one page.  `edits` (and what they point to) must outlive it;
 * it lives in `arena` and needs no destruction.  Without edits it passes
 * everything.  NULL when the arena has no room.
 */
pz_rewriter_t *pz_rewriter_create(pz_arena_t *arena, const pz_edit_t *edits,
    size_t nedits, const pz_rewriter_options_t *options,
    pz_rewriter_on_span_pt on_span, void *data);

/* The next bytes, any number.  0, or -1 when on_span said so. */
int pz_rewriter_feed(pz_rewriter_t *rw, pz_str_t chunk);

/* The page has ended: what was held goes out as it came in. */
int pz_rewriter_end(pz_rewriter_t *rw);

/* How many of the bytes that were fed wait for more of them. */
size_t pz_rewriter_held(const pz_rewriter_t *rw);

/* Whether the rest passes without being looked at. */
int pz_rewriter_is_passing(const pz_rewriter_t *rw);

pz_rewriter_outcome_t pz_rewriter_outcome(const pz_rewriter_t *rw);
const char *pz_rewriter_outcome_name(pz_rewriter_outcome_t outcome);

/* How many elements edit number `edit` has acted on so far. */
unsigned pz_rewriter_matches(const pz_rewriter_t *rw, size_t edit);

/* How many elements it has matched and left alone, since its values are not safe there. */
unsigned pz_rewriter_refused(const pz_rewriter_t *rw, size_t edit);

#endif
