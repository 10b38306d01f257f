/*
 * The rules of the "in body" insertion mode for start tags (HTML 13.2.6.4.7).
 */
#include "pz_tree_rules.h"


static void
start_li(pz_tree_t *t, unsigned atom)
{
    for (unsigned i = t->n - 1; i > 0; i--) {
        const pz_node_t *node = &t->nodes[i];

        t->work++;
        if (node->atom == atom
            || (atom != PZ_ATOM_LI && (node->atom == PZ_ATOM_DD || node->atom == PZ_ATOM_DT)))
        {
            pz_tree_imply_ends(t, PZ_AF_IMPLIED, node->atom);
            pz_tree_pop_to(t, i, 0);
            break;
        }

        if ((node->af & PZ_AF_SPECIAL) && node->atom != PZ_ATOM_ADDRESS
            && node->atom != PZ_ATOM_DIV && node->atom != PZ_ATOM_P)
        {
            break;
        }
    }

    t->frameset_ok = 0;
    pz_tree_close_p(t);
    pz_tree_insert(t, atom);
}


static void
start_a(pz_tree_t *t)
{
    unsigned index = pz_format_find(t, PZ_ATOM_A);

    if (index) {
        uint32_t node = t->formats[index - 1].node;
        int      in_list;

        pz_format_adopt(t, PZ_ATOM_A);

        /* the agency may have left it where it was: out of scope */
        index = pz_format_find(t, PZ_ATOM_A);
        in_list = index && t->formats[index - 1].node == node;
        if (in_list) {
            pz_format_drop(t, index - 1);
            if (node && node < t->n) {
                t->ops->on_move(t->data, PZ_MOVE_REMOVE, node, 0);
                pz_tree_remove(t, node);
            }
        }
    }

    pz_format_reconstruct(t);
    pz_tree_insert(t, PZ_ATOM_A);
    pz_format_push(t);
}


static void
start_frameset(pz_tree_t *t)
{
    if (t->n < 3 || t->nodes[2].atom != PZ_ATOM_BODY) {
        return;
    }

    if (!t->frameset_ok) {
        t->ops->on_move(t->data, PZ_MOVE_NO_FRAMESET, t->n, 0);
        return;
    }

    t->ops->on_move(t->data, PZ_MOVE_FRAMESET, 2, 0);
    pz_tree_pop_to(t, 2, 0);
    pz_tree_insert(t, PZ_ATOM_FRAMESET);
    t->mode = PZ_MODE_IN_FRAMESET;
}


static void
start_form(pz_tree_t *t)
{
    int in_template = pz_tree_find(t, PZ_ATOM_TEMPLATE) != 0;

    if (t->form && !in_template) {
        return;
    }

    pz_tree_close_p(t);
    pz_tree_insert(t, PZ_ATOM_FORM);
    if (!in_template && !t->failed) {
        t->form = 1;
        pz_tree_top(t)->flags |= PZ_NODE_FORM;
    }
}


static void
start_raw(pz_tree_t *t, unsigned atom)
{
    switch (atom) {
    case PZ_ATOM_TEXTAREA:
        t->frameset_ok = 0;
        t->newline = 1;
        pz_tree_insert_raw(t, atom, PZ_TEXT_RCDATA);
        return;
    case PZ_ATOM_XMP:
        pz_tree_close_p(t);
        pz_format_reconstruct(t);
        t->frameset_ok = 0;
        break;
    case PZ_ATOM_IFRAME:
        t->frameset_ok = 0;
        break;
    case PZ_ATOM_PLAINTEXT:
        pz_tree_close_p(t);
        pz_tree_insert_raw(t, atom, PZ_TEXT_PLAINTEXT);
        return;
    default:
        break;
    }

    pz_tree_insert_raw(t, atom, PZ_TEXT_RAWTEXT);
}


static void
start_void(pz_tree_t *t, unsigned atom)
{
    pz_attr_t type;

    switch (atom) {
    case PZ_ATOM_PARAM:
    case PZ_ATOM_SOURCE:
    case PZ_ATOM_TRACK:
        break;
    case PZ_ATOM_HR:
        pz_tree_close_p(t);
        t->frameset_ok = 0;
        break;
    case PZ_ATOM_INPUT:
        pz_format_reconstruct(t);
        if (!pz_tag_find_attr(t->tag, PZ_STR("type"), &type)
            || !pz_str_ieq(type.value, PZ_STR("hidden")))
        {
            t->frameset_ok = 0;
        }
        break;
    default:
        pz_format_reconstruct(t);
        t->frameset_ok = 0;
    }

    pz_tree_insert_void(t, atom);
}


static void
start_format(pz_tree_t *t, unsigned atom)
{
    if (atom == PZ_ATOM_A) {
        start_a(t);
        return;
    }

    pz_format_reconstruct(t);
    if (atom == PZ_ATOM_NOBR && pz_tree_in_scope(t, atom, PZ_SCOPE_DEFAULT)) {
        pz_format_adopt(t, atom);
        pz_format_reconstruct(t);
    }

    pz_tree_insert(t, atom);
    pz_format_push(t);
}


static void
start_ruby(pz_tree_t *t, unsigned atom)
{
    if (pz_tree_in_scope(t, PZ_ATOM_RUBY, PZ_SCOPE_DEFAULT)) {
        pz_tree_imply_ends(t, PZ_AF_IMPLIED,
                           atom == PZ_ATOM_RP || atom == PZ_ATOM_RT ? PZ_ATOM_RTC : PZ_ATOM_NONE);
    }

    pz_tree_insert(t, atom);
}


static void
start_scoped(pz_tree_t *t, unsigned atom)
{
    unsigned open;

    switch (atom) {

    case PZ_ATOM_BUTTON:
        open = pz_tree_in_scope(t, PZ_ATOM_BUTTON, PZ_SCOPE_DEFAULT);
        if (open) {
            pz_tree_imply_ends(t, PZ_AF_IMPLIED, PZ_ATOM_NONE);
            pz_tree_pop_to(t, open, 0);
        }
        pz_format_reconstruct(t);
        pz_tree_insert(t, atom);
        break;

    case PZ_ATOM_TABLE:
        if (!t->quirks) {
            pz_tree_close_p(t);
        }
        pz_tree_insert(t, atom);
        t->mode = PZ_MODE_IN_TABLE;
        break;

    case PZ_ATOM_SELECT:
        pz_format_reconstruct(t);
        pz_tree_insert(t, atom);
        t->mode = t->mode >= PZ_MODE_IN_TABLE && t->mode <= PZ_MODE_IN_CELL
                  && t->mode != PZ_MODE_IN_COLUMN_GROUP
                  ? PZ_MODE_IN_SELECT_IN_TABLE : PZ_MODE_IN_SELECT;
        break;

    default:    /* applet, marquee, object */
        pz_format_reconstruct(t);
        pz_tree_insert(t, atom);
        pz_format_marker(t);
    }

    t->frameset_ok = 0;
}


void
pz_rules_body_start(pz_tree_t *t, unsigned atom)
{
    uint32_t af = pz_atom_flags[atom];

    if (af & PZ_AF_BLOCK) {
        pz_tree_close_p(t);
        pz_tree_insert(t, atom);
        return;
    }

    if (af & PZ_AF_FORMAT) {
        start_format(t, atom);
        return;
    }

    if (af & PZ_AF_HEAD) {
        pz_tree_insert_head_element(t, atom);
        return;
    }

    if (af & PZ_AF_HEADING) {
        pz_tree_close_p(t);
        if (pz_tree_top(t)->af & PZ_AF_HEADING) {
            pz_tree_pop(t);
        }
        pz_tree_insert(t, atom);
        return;
    }

    if ((af & PZ_AF_TABLE) || atom == PZ_ATOM_FRAME || atom == PZ_ATOM_HEAD) {
        return;
    }

    if (af & PZ_AF_VOID) {
        start_void(t, atom);
        return;
    }

    switch (atom) {
    case PZ_ATOM_BODY:
        t->frameset_ok = 0;
        pz_tree_merge(t, atom);
        return;
    case PZ_ATOM_HTML:
        pz_tree_merge(t, atom);
        return;
    case PZ_ATOM_FRAMESET:
        start_frameset(t);
        return;
    case PZ_ATOM_PRE:
    case PZ_ATOM_LISTING:
        pz_tree_close_p(t);
        t->newline = 1;
        pz_tree_insert(t, atom);
        t->frameset_ok = 0;
        return;
    case PZ_ATOM_FORM:
        start_form(t);
        return;
    case PZ_ATOM_LI:
    case PZ_ATOM_DD:
    case PZ_ATOM_DT:
        start_li(t, atom);
        return;
    case PZ_ATOM_BUTTON:
    case PZ_ATOM_TABLE:
    case PZ_ATOM_SELECT:
    case PZ_ATOM_APPLET:
    case PZ_ATOM_MARQUEE:
    case PZ_ATOM_OBJECT:
        start_scoped(t, atom);
        return;
    case PZ_ATOM_IMAGE:
        start_void(t, PZ_ATOM_IMG);
        return;
    case PZ_ATOM_TEXTAREA:
    case PZ_ATOM_XMP:
    case PZ_ATOM_IFRAME:
    case PZ_ATOM_NOEMBED:
    case PZ_ATOM_NOSCRIPT:
    case PZ_ATOM_PLAINTEXT:
        start_raw(t, atom);
        return;
    case PZ_ATOM_OPTGROUP:
    case PZ_ATOM_OPTION:
        if (pz_tree_is(t, PZ_ATOM_OPTION)) {
            pz_tree_pop(t);
        }
        break;
    case PZ_ATOM_RB:
    case PZ_ATOM_RTC:
    case PZ_ATOM_RP:
    case PZ_ATOM_RT:
        start_ruby(t, atom);
        return;
    case PZ_ATOM_MATH:
    case PZ_ATOM_SVG:
        pz_format_reconstruct(t);
        pz_tree_insert_foreign(t, atom == PZ_ATOM_SVG ? PZ_NS_SVG : PZ_NS_MATH);
        return;
    default:
        break;
    }

    pz_format_reconstruct(t);
    pz_tree_insert(t, atom);
}
