/*
 * What formatting elements do to the stack: they open again (HTML 13.2.4.3), and
 * the adoption agency closes them (13.2.6.4.7).
 */
#include "pz_tree_rules.h"


/* An element of the same kind opens again; what the first had on it is not known here. */
static unsigned
clone(pz_tree_t *t, const pz_format_t *format)
{
    pz_node_t node = { .key = format->key, .af = pz_atom_flags[format->atom],
                       .atom = format->atom, .flags = PZ_NODE_FORMATTING | format->touched };

    t->ops->on_move(t->data, PZ_MOVE_CLONE, t->n, format->touched);

    return pz_tree_push(t, &node, PZ_OPENS_CLONE);
}


void
pz_format_reconstruct(pz_tree_t *t)
{
    unsigned i = t->nformats;

    if (t->closed_formats == 0) {
        return;
    }

    while (i > 0 && t->formats[i - 1].atom && t->formats[i - 1].node == 0) {
        i--;
    }

    for ( ; i < t->nformats && !t->failed; i++) {
        t->formats[i].node = clone(t, &t->formats[i]);
        t->closed_formats--;
        t->work++;
    }
}


void
pz_rules_other_end(pz_tree_t *t, uint64_t key, int own)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        const pz_node_t *node = &t->nodes[i];

        t->work++;
        if (node->key == key && node->ns == PZ_NS_HTML) {
            pz_tree_imply_ends(t, PZ_AF_IMPLIED, node->atom);
            pz_tree_pop_to(t, i, own);
            return;
        }
        if (node->af & PZ_AF_SPECIAL) {
            return;
        }
    }
}


/*
 * The formatting element at `f` has a block in it at `block`: it is closed, and
 * a copy of it goes inside the block, around what is there.
 */
static void
adopt_block(pz_tree_t *t, unsigned index, unsigned f, unsigned block)
{
    unsigned    bookmark = index, between = 0;
    pz_format_t copy = t->formats[index];

    t->ops->on_move(t->data, PZ_MOVE_ADOPT, f, copy.touched);

    for (unsigned i = block - 1; i > f; i--) {
        pz_node_t *node = &t->nodes[i];
        unsigned   k;

        t->work++;
        for (k = t->nformats; k > 0; k--) {
            if (t->formats[k - 1].atom && t->formats[k - 1].node == i) {
                break;
            }
        }

        if (k && ++between > 3) {
            node->flags &= (uint8_t) ~PZ_NODE_FORMATTING;
            pz_format_drop(t, k - 1);
            bookmark -= k - 1 < bookmark;
            index -= k - 1 < index;
            k = 0;
        } else if (!k) {
            between++;
        }

        if (!k) {
            pz_tree_remove(t, i);
            block--;
            continue;
        }

        if (i == block - 1 && bookmark == index) {
            bookmark = k - 1;
        }
        node->children = 0;
    }

    /* from its place to behind the block, on the stack; to the bookmark, in the list */
    pz_node_t node = t->nodes[f];

    node.children = t->nodes[block].children;
    t->nodes[block].children = 1;
    memmove(&t->nodes[f], &t->nodes[f + 1], (block - f) * sizeof(pz_node_t));
    t->nodes[block] = node;
    t->work += block - f;

    for (unsigned k = 0; k < t->nformats; k++) {
        if (t->formats[k].atom && t->formats[k].node > f && t->formats[k].node <= block) {
            t->formats[k].node--;
        }
    }

    if (bookmark > index) {
        memmove(&t->formats[index], &t->formats[index + 1],
                (bookmark - index) * sizeof(pz_format_t));
    }
    t->formats[bookmark] = copy;
    t->formats[bookmark].node = block;
}


void
pz_format_adopt(pz_tree_t *t, unsigned atom)
{
    unsigned own = t->tag && t->tag->end, top = t->n - 1;

    if (t->nodes[top].atom == atom && !(t->nodes[top].flags & PZ_NODE_FORMATTING)) {
        pz_tree_pop_to(t, top, (int) own);
        return;
    }

    for (unsigned round = 0; round < 8; round++) {
        unsigned index = pz_format_find(t, atom), f, i, block = 0;

        if (index == 0) {
            pz_rules_other_end(t, pz_atom_keys[atom], (int) own);
            return;
        }

        f = t->formats[--index].node;
        if (f == 0) {
            pz_format_drop(t, index);
            return;
        }

        for (i = t->n - 1; i > f; i--) {
            t->work++;
            if (t->nodes[i].af & PZ_AF_SCOPE) {
                return;
            }
            if (t->nodes[i].af & PZ_AF_SPECIAL) {
                block = i;
            }
        }

        if (block == 0) {
            pz_format_drop(t, index);
            pz_tree_pop_to(t, f, (int) own);
            return;
        }

        adopt_block(t, index, f, block);
    }
}
