/*
 * The rules of templates, framesets and what comes behind the body
 * (HTML 13.2.6.4.18 to .23).
 */
#include "pz_tree_rules.h"


static void
template_start(pz_tree_t *t, unsigned atom)
{
    unsigned mode;

    if (pz_atom_flags[atom] & PZ_AF_HEAD) {
        pz_tree_insert_head_element(t, atom);
        return;
    }

    switch (atom) {
    case PZ_ATOM_COL:
        mode = PZ_MODE_IN_COLUMN_GROUP;
        break;
    case PZ_ATOM_TR:
        mode = PZ_MODE_IN_TABLE_BODY;
        break;
    case PZ_ATOM_TD:
    case PZ_ATOM_TH:
        mode = PZ_MODE_IN_ROW;
        break;
    default:
        mode = pz_atom_flags[atom] & PZ_AF_TABLE ? PZ_MODE_IN_TABLE : PZ_MODE_IN_BODY;
    }

    if (t->ntemplates) {
        t->templates[t->ntemplates - 1] = (uint8_t) mode;
    }
    t->mode = (uint8_t) mode;
    pz_tree_again(t);
}


static void
frameset_start(pz_tree_t *t, unsigned atom)
{
    switch (atom) {
    case PZ_ATOM_FRAMESET:
        if (t->mode == PZ_MODE_IN_FRAMESET) {
            pz_tree_insert(t, atom);
        }
        return;
    case PZ_ATOM_FRAME:
        if (t->mode == PZ_MODE_IN_FRAMESET) {
            pz_tree_insert_void(t, atom);
        }
        return;
    case PZ_ATOM_NOFRAMES:
        pz_tree_insert_head_element(t, atom);
        return;
    case PZ_ATOM_HTML:
        pz_tree_merge(t, atom);
        return;
    default:
        return;
    }
}


void
pz_rules_late_start(pz_tree_t *t, unsigned atom)
{
    switch (t->mode) {

    case PZ_MODE_IN_TEMPLATE:
        template_start(t, atom);
        return;

    case PZ_MODE_AFTER_BODY:
    case PZ_MODE_AFTER_AFTER_BODY:
        if (atom == PZ_ATOM_HTML) {
            pz_tree_merge(t, atom);
        } else {
            t->mode = PZ_MODE_IN_BODY;
            pz_tree_again(t);
        }
        return;

    default:
        frameset_start(t, atom);
    }
}


void
pz_rules_late_end(pz_tree_t *t, unsigned atom)
{
    switch (t->mode) {

    case PZ_MODE_IN_TEMPLATE:
        if (atom == PZ_ATOM_TEMPLATE) {
            pz_tree_end_template(t);
        }
        return;

    case PZ_MODE_AFTER_BODY:
        if (atom == PZ_ATOM_HTML) {
            t->mode = PZ_MODE_AFTER_AFTER_BODY;
            if (t->nodes[1].flags & PZ_NODE_WATCHED) {
                t->ops->on_close(t->data, 1, 1, 0);
            }
            return;
        }
        /* fall through */

    case PZ_MODE_AFTER_AFTER_BODY:
        t->mode = PZ_MODE_IN_BODY;
        pz_tree_again(t);
        return;

    case PZ_MODE_IN_FRAMESET:
        if (atom == PZ_ATOM_FRAMESET && pz_tree_top(t)->atom == PZ_ATOM_FRAMESET) {
            pz_tree_pop_to(t, t->n - 1, 1);
            if (!pz_tree_is(t, PZ_ATOM_FRAMESET)) {
                t->mode = PZ_MODE_AFTER_FRAMESET;
            }
        }
        return;

    case PZ_MODE_AFTER_FRAMESET:
        if (atom == PZ_ATOM_HTML) {
            t->mode = PZ_MODE_AFTER_AFTER_FRAMESET;
            if (t->nodes[1].flags & PZ_NODE_WATCHED) {
                t->ops->on_close(t->data, 1, 1, 0);
            }
        }
        return;

    default:
        return;
    }
}
