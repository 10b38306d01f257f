/*
 * The rules of the modes in select (HTML 13.2.6.4.16 and .17, as they stood
 * before select became customizable; browsers' and parse5's parsers agree on
 * what these keep).
 */
#include "pz_tree_rules.h"


/* Leave the select; 0 when there is none in select scope. */
static int
close_select(pz_tree_t *t, int own)
{
    unsigned select = pz_tree_in_scope(t, PZ_ATOM_SELECT, PZ_SCOPE_SELECT);

    if (select == 0) {
        return 0;
    }

    pz_tree_pop_to(t, select, own);
    pz_tree_reset_mode(t);

    return 1;
}


static void
close_options(pz_tree_t *t, int groups)
{
    if (pz_tree_is(t, PZ_ATOM_OPTION)) {
        pz_tree_pop(t);
    }

    if (groups && pz_tree_is(t, PZ_ATOM_OPTGROUP)) {
        pz_tree_pop(t);
    }
}


/* Parts of a table that leave a select in a table. */
static int
leaves_table(const pz_tree_t *t, unsigned atom)
{
    return t->mode == PZ_MODE_IN_SELECT_IN_TABLE
           && (atom == PZ_ATOM_TABLE
               || ((pz_atom_flags[atom] & PZ_AF_TABLE) && atom != PZ_ATOM_COL
                   && atom != PZ_ATOM_COLGROUP));
}


static void
force_close(pz_tree_t *t)
{
    unsigned select = pz_tree_find(t, PZ_ATOM_SELECT);

    if (select) {
        pz_tree_pop_to(t, select, 0);
        pz_tree_reset_mode(t);
        pz_tree_again(t);
    }
}


void
pz_rules_select_start(pz_tree_t *t, unsigned atom)
{
    if (leaves_table(t, atom)) {
        force_close(t);
        return;
    }

    switch (atom) {
    case PZ_ATOM_OPTION:
        close_options(t, 0);
        pz_tree_insert(t, atom);
        return;
    case PZ_ATOM_OPTGROUP:
        close_options(t, 1);
        pz_tree_insert(t, atom);
        return;
    case PZ_ATOM_HR:
        close_options(t, 1);
        pz_tree_insert_void(t, atom);
        return;
    case PZ_ATOM_SELECT:
        close_select(t, 1);     /* this tag is the end of it, and nothing else */
        return;
    case PZ_ATOM_INPUT:
    case PZ_ATOM_KEYGEN:
    case PZ_ATOM_TEXTAREA:
        if (close_select(t, 0)) {
            pz_tree_again(t);
        }
        return;
    case PZ_ATOM_SCRIPT:
    case PZ_ATOM_TEMPLATE:
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
pz_rules_select_end(pz_tree_t *t, unsigned atom)
{
    if (leaves_table(t, atom)) {
        if (pz_tree_in_scope(t, atom, PZ_SCOPE_TABLE)) {
            force_close(t);
        }
        return;
    }

    switch (atom) {
    case PZ_ATOM_OPTGROUP:
        if (pz_tree_is(t, PZ_ATOM_OPTION) && t->nodes[t->n - 2].atom == PZ_ATOM_OPTGROUP) {
            pz_tree_pop(t);
        }
        if (pz_tree_is(t, PZ_ATOM_OPTGROUP)) {
            pz_tree_pop_to(t, t->n - 1, 1);
        }
        return;
    case PZ_ATOM_OPTION:
        if (pz_tree_is(t, PZ_ATOM_OPTION)) {
            pz_tree_pop_to(t, t->n - 1, 1);
        }
        return;
    case PZ_ATOM_SELECT:
        close_select(t, 1);
        return;
    case PZ_ATOM_TEMPLATE:
        pz_tree_end_template(t);
        return;
    default:
        return;
    }
}
