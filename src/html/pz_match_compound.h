/*
 * One compound against one element.
 */
#ifndef PZ_MATCH_COMPOUND_H
#define PZ_MATCH_COMPOUND_H

#include "pz_matcher.h"

enum {
    PZ_MARK_DESCENDANT,
    PZ_MARK_CHILD,
    PZ_MARK_ADJACENT,
    PZ_MARK_SIBLING
};

typedef struct {
    const pz_matcher_t *matcher;
    const pz_tree_t    *tree;
    const pz_node_t    *node;
    const pz_tag_t     *tag;
    pz_sb_t            *plain;          /* room for a value without references */
    unsigned            parent;
    unsigned            type_index;     /* among its siblings of the same name */
} pz_match_t;

/* The compound alone, whatever stands to its left. */
int pz_match_compound(const pz_match_t *match, const pz_compound_t *c, uint32_t base);

/* What stands to its left. */
int pz_match_left(const pz_match_t *match, const pz_compound_t *c, uint32_t base);

#endif
