/*
 * What skimming does to the stack of open elements, where the rules of "in
 * body" do no more than to open an element.
 */
#ifndef PZ_SKIM_OPEN_H
#define PZ_SKIM_OPEN_H

#include "pz_rewrite_state.h"
#include "pz_tree_rules.h"

/* So many formatting elements are looked through here at the most. */
#define PZ_SKIM_FORMATS  8

/* A start tag as far as the rules ask. */
typedef struct {
    uint64_t key;
    unsigned len;       /* of the name: 1 to 8 */
    unsigned atom;
    int      attrs;     /* it has attributes */
} pz_skim_tag_t;

static inline pz_node_t *
pz_skim_push(pz_rewriter_t *rw, uint64_t key, unsigned ns)
{
    pz_tree_t *t = &rw->tree;
    pz_node_t *node = &t->nodes[t->n];

    if (t->n == t->room || t->n >= t->max) {
        return NULL;
    }

    node[-1].children++;
    t->n++;

    *node = (pz_node_t) { .key = key, .ns = (uint8_t) ns,
                          .marks = rw->matcher.marks.n, .types = rw->matcher.ntypes };

    return node;
}

static inline pz_node_t *
pz_skim_push_html(pz_rewriter_t *rw, uint64_t key, unsigned atom)
{
    pz_node_t *node = pz_skim_push(rw, key, PZ_NS_HTML);

    if (node) {
        node->atom = (uint8_t) atom;
        node->af = pz_atom_flags[atom];
    }

    return node;
}

/* An element whose end tag, while it is on top in body, does no more than to pop it. */
static inline pz_node_t *
pz_skim_push_plain(pz_rewriter_t *rw, const pz_skim_tag_t *tag)
{
    pz_node_t *node = pz_skim_push_html(rw, tag->key, tag->atom);

    if (node) {
        node->close_len = (uint8_t) tag->len;
        rw->tree.open_p += tag->atom == PZ_ATOM_P;
    }

    return node;
}

/* A formatting element without attributes, or an a that is in no other one. */
static inline int
pz_skim_open_format(pz_rewriter_t *rw, const pz_skim_tag_t *tag)
{
    pz_tree_t *t = &rw->tree;
    pz_node_t *node;
    unsigned   alike = 0;

    if ((tag->attrs && tag->atom != PZ_ATOM_A) || tag->atom == PZ_ATOM_NOBR
        || t->nformats == t->formats_room || t->nformats > PZ_SKIM_FORMATS)
    {
        return 0;
    }

    for (unsigned i = t->nformats; i > 0 && t->formats[i - 1].atom; i--) {
        alike += t->formats[i - 1].atom == tag->atom;
    }
    if (alike > (tag->atom == PZ_ATOM_A ? 0 : 2)
        || (node = pz_skim_push_plain(rw, tag)) == NULL)
    {
        return 0;
    }

    node->flags = PZ_NODE_FORMATTING;
    t->formats[t->nformats++] = (pz_format_t) { .key = tag->key, .node = t->n - 1,
                                                .atom = (uint8_t) tag->atom };

    return 1;
}

/* "In body", 13.2.6.4.7; 0: the rules have to be asked. */
static inline int
pz_skim_open_in_body(pz_rewriter_t *rw, const pz_skim_tag_t *tag)
{
    pz_tree_t       *t = &rw->tree;
    const pz_node_t *top = pz_tree_top(t);
    uint32_t         af = pz_atom_flags[tag->atom];
    uint32_t         plain = t->open_p ? PZ_AF_PLAIN | PZ_AF_LEAF
                                       : PZ_AF_PLAIN | PZ_AF_LEAF | PZ_AF_BLOCK;

    if ((af & plain)
        || ((af & PZ_AF_HEADING) && !t->open_p && !(top->af & PZ_AF_HEADING))
        || (tag->atom == PZ_ATOM_LI && !t->open_p
            && (top->atom == PZ_ATOM_UL || top->atom == PZ_ATOM_OL)))
    {
        if (!pz_skim_push_plain(rw, tag)) {
            return 0;
        }
        t->n -= (af & PZ_AF_LEAF) != 0;     /* no branch: which it is, is as good as random */
        return 1;
    }

    if (tag->atom == PZ_ATOM_BUTTON) {
        return !pz_tree_in_scope(t, PZ_ATOM_BUTTON, PZ_SCOPE_DEFAULT)
               && pz_skim_push_plain(rw, tag);
    }

    return (af & PZ_AF_FORMAT) && pz_skim_open_format(rw, tag);
}

#endif
