/*
 * The stack of open elements (HTML 13.2.4.2).
 */
#include "pz_tree_rules.h"


static int
grow(pz_tree_t *t)
{
    pz_node_t *nodes;
    uint32_t   room = t->room * 2;

    if (t->n >= t->max) {
        t->failed = t->deep = 1;
        return -1;
    }

    nodes = pz_arena_alloc(t->arena, room * sizeof(pz_node_t));
    if (nodes == NULL) {
        t->failed = 1;
        return -1;
    }

    memcpy(nodes, t->nodes, t->n * sizeof(pz_node_t));
    t->nodes = nodes;
    t->room = room;

    return 0;
}


unsigned
pz_tree_foster_parent(const pz_tree_t *tree, unsigned node)
{
    for (unsigned i = node - 1; i > 0; i--) {
        if (tree->nodes[i].atom == PZ_ATOM_TABLE) {
            return i - 1;
        }
        if (tree->nodes[i].atom == PZ_ATOM_TEMPLATE) {
            return i;
        }
    }

    return node > 1;    /* html */
}


unsigned
pz_tree_parent(const pz_tree_t *tree, unsigned node)
{
    return tree->nodes[node].flags & PZ_NODE_FOSTERED ? pz_tree_foster_parent(tree, node)
                                                      : node - 1;
}


unsigned
pz_tree_push(pz_tree_t *t, const pz_node_t *node, unsigned how)
{
    unsigned n = t->n, parent;

    if (t->failed || ((n == t->room || n >= t->max) && grow(t))) {
        return 0;
    }

    t->over_key = t->nodes[n].key;
    t->over_flags = t->nodes[n].flags;
    t->over_atom = t->nodes[n].atom;
    t->nodes[n] = *node;
    t->n = n + 1;

    if (t->foster && (t->nodes[n - 1].af & PZ_AF_FOSTERS)) {
        t->nodes[n].flags |= PZ_NODE_FOSTERED;
        t->displaced = 1;
        parent = pz_tree_parent(t, n);
        t->ops->on_move(t->data, PZ_MOVE_FOSTER, parent, 0);
    } else {
        parent = n - 1;
    }

    t->nodes[parent].children++;
    t->open_p += node->atom == PZ_ATOM_P;
    t->ops->on_open(t->data, n, how);
    t->displaced = 0;

    return n;
}


void
pz_tree_insert(pz_tree_t *t, unsigned atom)
{
    pz_node_t node = { .key = t->tag->key, .af = pz_atom_flags[atom], .atom = (uint8_t) atom };

    pz_tree_push(t, &node, 0);
}


static void
insert_and_pop(pz_tree_t *t, unsigned atom, unsigned how)
{
    pz_node_t node = { .key = pz_atom_keys[atom], .af = pz_atom_flags[atom],
                       .atom = (uint8_t) atom };

    if (pz_tree_push(t, &node, how)) {
        pz_tree_pop(t);
    }
}


void
pz_tree_insert_void(pz_tree_t *t, unsigned atom)
{
    insert_and_pop(t, atom, PZ_OPENS_VOID);
}


/* Open and closed again by the same tag, whatever follows. */
void
pz_tree_insert_cut(pz_tree_t *t, unsigned atom)
{
    insert_and_pop(t, atom, PZ_OPENS_VOID | PZ_OPENS_CUT);
}


void
pz_tree_imply(pz_tree_t *t, unsigned atom)
{
    pz_node_t node = { .key = pz_atom_keys[atom], .af = pz_atom_flags[atom],
                       .atom = (uint8_t) atom };

    pz_tree_push(t, &node, PZ_OPENS_IMPLIED | (t->by_text ? PZ_OPENS_BY_TEXT : 0));
}


void
pz_tree_insert_raw(pz_tree_t *t, unsigned atom, pz_text_mode_t text)
{
    pz_tree_insert(t, atom);
    t->text = (uint8_t) text;
    t->raw = 1;
}


void
pz_tree_merge(pz_tree_t *t, unsigned atom)
{
    unsigned node = atom == PZ_ATOM_HTML ? 1 : 2;

    if (t->tag->names && t->ntemplates == 0 && t->n > node && t->nodes[node].atom == atom) {
        t->ops->on_open(t->data, node, PZ_OPENS_MERGE);
    }
}


/* Only its own end tag clears the list up to the marker of such an element; a table's do not. */
static int
leaves_marker(const pz_tree_t *t, unsigned atom)
{
    return (atom == PZ_ATOM_OBJECT || atom == PZ_ATOM_MARQUEE || atom == PZ_ATOM_APPLET)
           && t->own != t->n - 1 && t->tag != NULL;
}


void
pz_tree_pop(pz_tree_t *t)
{
    unsigned   n = t->n - 1;
    pz_node_t *node = &t->nodes[n];

    if ((node->af & PZ_AF_SCOPE) && leaves_marker(t, node->atom)) {
        t->ops->on_move(t->data, PZ_MOVE_MARKER, n, 0);
    }

    if (node->flags & (PZ_NODE_WATCHED | PZ_NODE_MARKED | PZ_NODE_FORMATTING)) {
        if (node->flags & PZ_NODE_FORMATTING) {
            pz_format_closed(t, n);
        }
        if (node->flags & (PZ_NODE_WATCHED | PZ_NODE_MARKED)) {
            t->ops->on_close(t->data, n, t->own == n, 1);
        }
    }

    t->open_p -= node->atom == PZ_ATOM_P;
    t->n = n;
}


void
pz_tree_pop_to(pz_tree_t *t, unsigned node, int own)
{
    while (t->n > node + 1) {
        pz_tree_pop(t);
    }

    t->own = own ? node : 0;
    pz_tree_pop(t);
    t->own = 0;
}


void
pz_tree_clear_to(pz_tree_t *t, unsigned flags, unsigned atom)
{
    while (t->n > 2) {
        const pz_node_t *top = pz_tree_top(t);

        if ((top->af & flags) || top->atom == atom || top->atom == PZ_ATOM_TEMPLATE
            || top->atom == PZ_ATOM_HTML)
        {
            return;
        }
        pz_tree_pop(t);
    }
}


void
pz_tree_remove(pz_tree_t *t, unsigned node)
{
    t->open_p -= t->nodes[node].atom == PZ_ATOM_P;
    memmove(&t->nodes[node], &t->nodes[node + 1], (t->n - node - 1) * sizeof(pz_node_t));
    t->n--;
    t->work += t->n - node;
    pz_format_shift(t, node, -1);
}


static int
bounds(const pz_node_t *node, pz_scope_t scope)
{
    switch (scope) {
    case PZ_SCOPE_TABLE:
        return node->atom == PZ_ATOM_TABLE || node->atom == PZ_ATOM_TEMPLATE
               || node->atom == PZ_ATOM_HTML;
    case PZ_SCOPE_SELECT:
        return node->atom != PZ_ATOM_OPTION && node->atom != PZ_ATOM_OPTGROUP;
    case PZ_SCOPE_LIST:
        return (node->af & PZ_AF_SCOPE) || node->atom == PZ_ATOM_OL || node->atom == PZ_ATOM_UL;
    case PZ_SCOPE_BUTTON:
        return (node->af & PZ_AF_SCOPE) || node->atom == PZ_ATOM_BUTTON;
    default:
        return node->af & PZ_AF_SCOPE;
    }
}


unsigned
pz_tree_in_scope(pz_tree_t *t, unsigned atom, pz_scope_t scope)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        const pz_node_t *node = &t->nodes[i];

        t->work++;
        if (node->atom == atom) {
            return i;
        }
        if (bounds(node, scope)) {
            return 0;
        }
    }

    return 0;
}


unsigned
pz_tree_flags_in_scope(pz_tree_t *t, uint32_t flags, pz_scope_t scope)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        const pz_node_t *node = &t->nodes[i];

        t->work++;
        if (node->ns == PZ_NS_HTML && (node->af & flags)) {
            return i;
        }
        if (bounds(node, scope)) {
            return 0;
        }
    }

    return 0;
}


unsigned
pz_tree_find(pz_tree_t *t, unsigned atom)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        t->work++;
        if (t->nodes[i].atom == atom) {
            return i;
        }
    }

    return 0;
}


void
pz_tree_imply_ends(pz_tree_t *t, uint32_t flags, unsigned except)
{
    while ((pz_tree_top(t)->af & flags) && pz_tree_top(t)->atom != except) {
        pz_tree_pop(t);
    }
}


void
pz_tree_close_p(pz_tree_t *t)
{
    unsigned p = t->open_p ? pz_tree_in_scope(t, PZ_ATOM_P, PZ_SCOPE_BUTTON) : 0;

    if (p) {
        pz_tree_pop_to(t, p, 0);
    }
}


void
pz_tree_close_own(pz_tree_t *t, unsigned node, unsigned except)
{
    pz_tree_imply_ends(t, PZ_AF_IMPLIED, except);
    pz_tree_pop_to(t, node, 1);
}


void
pz_tree_reset_mode(pz_tree_t *t)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        const pz_node_t *node = &t->nodes[i];

        t->work++;
        if (node->af & PZ_AF_SECTION) {
            t->mode = PZ_MODE_IN_TABLE_BODY;
            return;
        }

        switch (node->atom) {
        case PZ_ATOM_SELECT:
            t->mode = PZ_MODE_IN_SELECT;
            for (unsigned j = i - 1; j > 0 && t->nodes[j].atom != PZ_ATOM_TEMPLATE; j--) {
                if (t->nodes[j].atom == PZ_ATOM_TABLE) {
                    t->mode = PZ_MODE_IN_SELECT_IN_TABLE;
                    break;
                }
            }
            return;
        case PZ_ATOM_TD:
        case PZ_ATOM_TH:
            t->mode = PZ_MODE_IN_CELL;
            return;
        case PZ_ATOM_TR:
            t->mode = PZ_MODE_IN_ROW;
            return;
        case PZ_ATOM_CAPTION:
            t->mode = PZ_MODE_IN_CAPTION;
            return;
        case PZ_ATOM_COLGROUP:
            t->mode = PZ_MODE_IN_COLUMN_GROUP;
            return;
        case PZ_ATOM_TABLE:
            t->mode = PZ_MODE_IN_TABLE;
            return;
        case PZ_ATOM_TEMPLATE:
            t->mode = t->ntemplates ? t->templates[t->ntemplates - 1] : PZ_MODE_IN_BODY;
            return;
        case PZ_ATOM_HEAD:
            t->mode = PZ_MODE_IN_HEAD;
            return;
        case PZ_ATOM_BODY:
            t->mode = PZ_MODE_IN_BODY;
            return;
        case PZ_ATOM_FRAMESET:
            t->mode = PZ_MODE_IN_FRAMESET;
            return;
        case PZ_ATOM_HTML:
            t->mode = PZ_MODE_AFTER_HEAD;   /* head is behind: it is implied with html */
            return;
        default:
            break;
        }
    }

    t->mode = PZ_MODE_IN_BODY;
}
