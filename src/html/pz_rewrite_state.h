/*
 * The rewriter's inside: the loop over tokens (pz_rewriter.c) and what is done
 * to the elements (pz_rewrite*.c).
 */
#ifndef PZ_REWRITE_STATE_H
#define PZ_REWRITE_STATE_H

#include "pz_matcher.h"
#include "pz_out.h"
#include "pz_sb.h"

typedef struct {
    pz_str_t content;       /* as it goes out; made at the first use */
    uint32_t matches;
    uint32_t refused;       /* matches left alone: see pz_edit_is_unsafe */
    uint8_t  ready;
    uint8_t  done;          /* can match no more */
} pz_edit_state_t;

/* An edit that waits for the end of an element. */
typedef struct {
    uint32_t edit;
    uint32_t next;          /* 0: the last */
} pz_action_t;

/* What stands behind the end of body, and is held back: see pz_tail.h. */
typedef struct {
    pz_sb_t  bytes;         /* body's end tag, and what came with earlier chunks */
    uint64_t at;            /* where in the page they begin */
    size_t   tag;           /* bytes of the tag */
    size_t   out;           /* bytes that have gone out */
    uint8_t  own;           /* the tag is body's own */
    uint8_t  held;
    uint8_t  ending;        /* the edits are being done */
    uint8_t  ended;         /* they are done, and the page goes on */
} pz_tail_t;

typedef enum {
    PZ_DROP_NONE,
    PZ_DROP_INNER,          /* the element's content goes, its tags stay */
    PZ_DROP_WHOLE
} pz_drop_t;

struct pz_rewriter_s {
    pz_scan_t             scan;
    pz_tree_t             tree;
    pz_matcher_t          matcher;
    pz_out_t              out;
    pz_sb_t               scratch;      /* the tag being edited */

    const pz_edit_t      *edits;
    pz_edit_state_t      *states;
    size_t                nedits;
    size_t                live;         /* edits that may still match */

    pz_action_t          *actions;      /* from 1 */
    uint32_t              nactions, actions_room, free_action;
    uint32_t              pending;      /* elements whose end is waited for */

    const pz_tag_t       *tag;          /* the present tag */
    uint32_t              open_top;     /* nodes open where insertions stand: those that the present
                                           token closes are, until an end tag is written */
    uint32_t              implied;      /* the lowest node that the present token implied and that
                                           has no tag written; 0: none */
    uint8_t               implied_head;     /* it implied a head, which is closed again */
    uint8_t               outside;      /* it stands behind the end tag of body */
    uint8_t               cloned;       /* the present token reopened formatting elements */
    pz_str_t              merged[2];    /* the attributes of html and body, as in their tags */
    uint64_t              newline;      /* where in the page a newline is dropped by a parser: */
    uint8_t               newline_safe; /*   something else stands there by now; */
    uint8_t               newline_skip; /*   1: it has been written; 2: its CR is past; */
    uint8_t               newline_cr;   /*   it began with a CR, and this is the place behind */
    pz_tail_t             tail;
    const char           *at;           /* where insertions stand now, in the chunk */
    const char           *behind;       /* the place behind the present tag */

    uint32_t              drop_node;
    uint32_t              drop_formats; /* formatting elements that were in the list before */
    uint64_t              drop_key;     /* after a bail-out: its name, and how often it is open */
    uint32_t              drop_depth;
    uint8_t               drop_form;    /* a form was open before */
    uint8_t               drop_marker;  /* what goes left a marker (PZ_MOVE_MARKER) */
    uint8_t               drop;         /* pz_drop_t */
    uint8_t               tag_out;      /* the present tag has gone out, or is dropped */
    uint8_t               removed;      /* something of the page has gone */
    uint8_t               passing;      /* nothing is looked at any more */
    uint8_t               ascii;
    uint8_t               explicit_only;
    uint8_t               bom;          /* bytes of a UTF-8 byte order mark so far; 4: past it */
    uint8_t               markup;       /* a tag or doctype has been seen */
    pz_rewriter_outcome_t outcome;
};

extern const pz_tree_ops_t pz_rewrite_ops;

/* Editing ends here.  What is being dropped is dropped to its end. */
void pz_rewrite_stop(pz_rewriter_t *rw, pz_rewriter_outcome_t outcome);

/* The bytes of the present construct that came in earlier chunks go out. */
void pz_rewrite_pass_carry(pz_rewriter_t *rw);

/* The present tag's bytes: they go; they go out; they go out edited by the hits. */
void pz_rewrite_drop_tag(pz_rewriter_t *rw);
void pz_rewrite_lose_tag(pz_rewriter_t *rw);
void pz_rewrite_pass_tag(pz_rewriter_t *rw);
void pz_rewrite_emit_start(pz_rewriter_t *rw, const pz_tag_t *tag);

/* Whether one of the hits is of that kind. */
int pz_rewrite_has(const pz_rewriter_t *rw, pz_edit_op_t op);

/* Node `n` has opened by `tag`, as `how` says (PZ_OPENS_*): the hits act on it. */
void pz_rewrite_element(pz_rewriter_t *rw, unsigned n, const pz_tag_t *tag, unsigned how);

/* An implied element, node `n`, gets the start tag that the page left out. */
void pz_rewrite_emit_implied(pz_rewriter_t *rw, const pz_tag_t *tag, unsigned n);

/*
 * What html or body has for attributes, for tags that come late: `keep` those
 * of its own tag, `merge` those of another one.
 */
void pz_rewrite_keep(pz_rewriter_t *rw, unsigned n);
void pz_rewrite_merge(pz_rewriter_t *rw, unsigned n);

/* Node `n` ends, by its own end tag (`own`): what waits for that. */
void pz_rewrite_end(pz_rewriter_t *rw, unsigned n, int own);

/* Behind the end tag of body or html a comment goes into SVG that is still open. */
int pz_rewrite_leads_into_foreign(const pz_rewriter_t *rw, const pz_node_t *node);

/* What waits for the end of body, or of an element open in it: here it is. */
void pz_rewrite_end_body(pz_rewriter_t *rw, unsigned body, int own);

void pz_rewrite_on_close(void *data, unsigned n, int own, int popped);
void pz_rewrite_on_move(void *data, pz_tree_move_t move, unsigned node, int touched);

/*
 * body has opened: edits on html, head and body are done.  Of a body that is
 * `implied` a tag may still come: then only those that ask for no attributes.
 */
void pz_rewrite_settle(pz_rewriter_t *rw, int implied);

#endif
