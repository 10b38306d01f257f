/*
 * The tree builder (HTML 13.2.6): each token goes to the rules of the insertion
 * mode, which keep what pz_tree.h describes.
 */
#ifndef PZ_TREE_BUILD_H
#define PZ_TREE_BUILD_H

#include "pz_tree.h"

/* 0, or -1 when the arena has no room. */
int pz_tree_init(pz_tree_t *tree, pz_arena_t *arena, unsigned max_depth,
    const pz_tree_ops_t *ops, void *data);

/*
 * A complete tag.  When `failed` is set afterwards the tree knows no more, and
 * must not be asked again: no memory, or with `deep` too many open elements.
 */
void pz_tree_start(pz_tree_t *tree, const pz_tag_t *tag);
void pz_tree_end_tag(pz_tree_t *tree, const pz_tag_t *tag);
void pz_tree_doctype(pz_tree_t *tree, pz_str_t doctype);

/*
 * Text in DATA (`blank`: nothing but white space): only asked for when
 * pz_tree_wants_text.  What it opens or closes stands in front of it.
 */
extern const uint32_t pz_tree_text_modes;

static inline int
pz_tree_wants_text(const pz_tree_t *tree)
{
    return tree->closed_formats || tree->frameset_ok || (pz_tree_text_modes >> tree->mode & 1)
           || (tree->nodes[tree->n - 1].af & PZ_AF_FOSTERS);
}

void pz_tree_text(pz_tree_t *tree, int blank);

/* What the tokenizer has to know of the tree as it stands now. */
static inline void
pz_tree_instruct(const pz_tree_t *tree, pz_scan_t *scan)
{
    scan->want_text = (uint8_t) pz_tree_wants_text(tree);
    scan->cdata = (uint8_t) pz_tree_in_foreign(tree);
}

/* The page has ended: everything closes. */
void pz_tree_eof(pz_tree_t *tree);

#endif
