/*
 * The rules of the "in body" insertion mode for end tags (HTML 13.2.6.4.7).
 */
#include "pz_tree_rules.h"


/* body stays on the stack behind its end tag, with all that is open: tell if one is watched. */
static void
tell_end(pz_tree_t *t, unsigned body, int own)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        if (t->nodes[i].flags & PZ_NODE_WATCHED) {
            t->ops->on_close(t->data, body, own, 0);
            return;
        }
    }
}


static void
end_body(pz_tree_t *t, unsigned atom)
{
    unsigned body = pz_tree_in_scope(t, PZ_ATOM_BODY, PZ_SCOPE_DEFAULT);

    if (body == 0) {
        return;
    }

    t->mode = PZ_MODE_AFTER_BODY;
    tell_end(t, body, atom == PZ_ATOM_BODY);
    if (atom == PZ_ATOM_HTML) {
        pz_tree_again(t);
    }
}


static void
end_form(pz_tree_t *t)
{
    unsigned form;

    if (pz_tree_find(t, PZ_ATOM_TEMPLATE)) {
        form = pz_tree_in_scope(t, PZ_ATOM_FORM, PZ_SCOPE_DEFAULT);
        if (form) {
            pz_tree_close_own(t, form, PZ_ATOM_NONE);
        }
        return;
    }

    t->form = 0;
    for (form = t->n - 1; form > 0 && !(t->nodes[form].flags & PZ_NODE_FORM); form--) {
        t->work++;
        if (t->nodes[form].af & PZ_AF_SCOPE) {
            break;
        }
    }

    if (form == 0 || !(t->nodes[form].flags & PZ_NODE_FORM)) {
        for ( ; form > 0; form--) {
            t->nodes[form].flags &= (uint8_t) ~PZ_NODE_FORM;
        }
        return;
    }

    pz_tree_imply_ends(t, PZ_AF_IMPLIED, PZ_ATOM_NONE);
    if (form == t->n - 1) {
        pz_tree_pop_to(t, form, 1);
        return;
    }

    t->ops->on_move(t->data, PZ_MOVE_REMOVE, form, 0);
    pz_tree_remove(t, form);
}


static void
end_p(pz_tree_t *t)
{
    unsigned p = t->open_p ? pz_tree_in_scope(t, PZ_ATOM_P, PZ_SCOPE_BUTTON) : 0;

    if (p == 0) {
        pz_tree_imply(t, PZ_ATOM_P);
        p = t->n - 1;
        if (t->failed) {
            return;
        }
    }

    pz_tree_close_own(t, p, PZ_ATOM_P);
}


void
pz_rules_body_end(pz_tree_t *t, unsigned atom)
{
    uint32_t af = pz_atom_flags[atom];
    unsigned open = 0;

    if (af & PZ_AF_FORMAT) {
        pz_format_adopt(t, atom);
        return;
    }

    if (af & PZ_AF_BLOCK_END) {
        open = pz_tree_in_scope(t, atom, PZ_SCOPE_DEFAULT);

    } else if (af & PZ_AF_HEADING) {
        open = pz_tree_flags_in_scope(t, PZ_AF_HEADING, PZ_SCOPE_DEFAULT);

    } else {
        switch (atom) {
        case PZ_ATOM_BODY:
        case PZ_ATOM_HTML:
            end_body(t, atom);
            return;
        case PZ_ATOM_P:
            end_p(t);
            return;
        case PZ_ATOM_LI:
            open = pz_tree_in_scope(t, atom, PZ_SCOPE_LIST);
            break;
        case PZ_ATOM_DD:
        case PZ_ATOM_DT:
            open = pz_tree_in_scope(t, atom, PZ_SCOPE_DEFAULT);
            break;
        case PZ_ATOM_FORM:
            end_form(t);
            return;
        case PZ_ATOM_TEMPLATE:
            pz_tree_end_template(t);
            return;
        case PZ_ATOM_BR:
            pz_format_reconstruct(t);
            t->ops->on_move(t->data, PZ_MOVE_CLONE, 0, 0);
            pz_tree_insert_void(t, PZ_ATOM_BR);
            t->frameset_ok = 0;
            return;
        case PZ_ATOM_APPLET:
        case PZ_ATOM_MARQUEE:
        case PZ_ATOM_OBJECT:
            open = pz_tree_in_scope(t, atom, PZ_SCOPE_DEFAULT);
            if (open) {
                pz_tree_close_own(t, open, PZ_ATOM_NONE);
                pz_format_clear(t);
            }
            return;
        default:
            pz_rules_other_end(t, t->tag->key, 1);
            return;
        }
    }

    if (open) {
        pz_tree_close_own(t, open, af & PZ_AF_IMPLIED ? atom : PZ_ATOM_NONE);
    }
}
