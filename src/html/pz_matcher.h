/*
 * Many selectors against the elements of one page.
 *
 * Every compound is filed under its id, class, name or attribute, so an element
 * is tested against those only that share one with it: the cost grows with what
 * matches, not with the number of selectors.  What a compound to the left of a
 * combinator matched is remembered on the stack of open elements as marks.
 */
#ifndef PZ_MATCHER_H
#define PZ_MATCHER_H

#include "pz_edit.h"
#include "pz_sb.h"
#include "pz_selector_ast.h"
#include "pz_tree.h"

typedef struct {
    const pz_compound_t *compound;
    uint32_t             edit;
    uint32_t             base;      /* added to the selector's state numbers */
    uint32_t             left;      /* the state that has to stand to its left; or PZ_NO_STATE */
    uint32_t             next;      /* of the same slot; 0: none */
} pz_test_t;

typedef struct {
    uint64_t key;
    uint32_t ns;
    uint32_t count;
} pz_type_count_t;

typedef struct {
    uint32_t *items;
    uint32_t  n, room;
} pz_marks_t;

#define PZ_MATCH_STARTS  1024

typedef struct {
    pz_arena_t      *arena;
    pz_test_t       *tests;     /* from 1 */
    uint32_t        *slots;     /* heads of the chains */
    uint32_t        *open;      /* for each state: how many marks of it there are */
    pz_type_count_t *types;     /* counts for :nth-of-type, in the order of the stack */
    uint64_t         atoms[(PZ_ATOM_COUNT + 63) / 64];
    uint64_t         ids;       /* Bloom filters of 64 bits */
    uint64_t         classes;
    uint64_t         attrs;     /* pz_attr_bit of the attributes that are looked up */
    uint64_t         starts[PZ_MATCH_STARTS / 64];  /* how the classes begin */
    pz_marks_t       marks;     /* state << 2 | kind, in the order of the stack */
    pz_marks_t       fresh;     /* of the element at hand */
    pz_marks_t       hits;      /* edits that match it, in their order */
    uint32_t         any;       /* the chain of tests for every element */
    uint32_t         mask;
    uint32_t         ntests;
    uint32_t         nstates;
    uint32_t         ntypes, types_room;
    pz_sb_t          plain;     /* the value at hand without references */
    unsigned         features;
    int              failed;    /* no memory */
} pz_matcher_t;

/* 0, or -1 when the arena has no room. */
int pz_matcher_init(pz_matcher_t *m, pz_arena_t *arena, const pz_edit_t *edits, size_t n);

/*
 * The element on top of the tree's stack has opened; `tag` is empty when it is
 * implied.  Afterwards `hits` has the edits that match it; PZ_NODE_TOUCHED and
 * PZ_NODE_MARKED are set on the node where they are due.
 */
void pz_matcher_open(pz_matcher_t *m, pz_tree_t *tree, unsigned node, const pz_tag_t *tag,
    int is_void);

/*
 * What matches html or body, node `n`, which is open, were `tag` its tag: `hits`
 * has the edits.  With `replace` that holds from now on.  -1 when what may match
 * in it is not what is remembered, and cannot be made so: elements are open in it.
 */
int pz_matcher_ask(pz_matcher_t *m, pz_tree_t *tree, unsigned n, const pz_tag_t *tag,
    int replace);

/* A marked element is popped. */
void pz_matcher_close(pz_matcher_t *m, const pz_node_t *node);

/* Whether counting or neighbours matter: then no element may move unseen. */
static inline int
pz_matcher_ordered(const pz_matcher_t *m)
{
    return m->features & (PZ_SELECTOR_SIBLINGS | PZ_SELECTOR_NTH | PZ_SELECTOR_NTH_TYPE);
}

/* The quick look: 0 when no test can concern this element. */
static inline int
pz_matcher_wants(const pz_matcher_t *m, const pz_node_t *node, const pz_tag_t *tag)
{
    unsigned atom = tag->atom;

    return (m->atoms[atom / 64] >> (atom & 63) & 1)
           || m->any || (m->ids && tag->id.data) || (m->classes && tag->class_.data)
           || (m->attrs & tag->names) || node->atom != atom
           || (m->features & (PZ_SELECTOR_SIBLINGS | PZ_SELECTOR_NTH_TYPE));
}

#endif
