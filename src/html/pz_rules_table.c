/*
 * The rules of tables: in table, caption, column group, table body, row, cell
 * (HTML 13.2.6.4.9 to .15).
 */
#include "pz_tree_rules.h"


static void
fostered_start(pz_tree_t *t, unsigned atom)
{
    t->foster = 1;
    pz_rules_body_start(t, atom);
    t->foster = 0;
}


static int
is_cell(unsigned atom)
{
    return atom == PZ_ATOM_TD || atom == PZ_ATOM_TH;
}


static void
clear_to_table(pz_tree_t *t)
{
    pz_tree_clear_to(t, 0, PZ_ATOM_TABLE);
}


/* Close the table in table scope; 0 when there is none. */
static int
close_table(pz_tree_t *t, int own)
{
    unsigned table = pz_tree_in_scope(t, PZ_ATOM_TABLE, PZ_SCOPE_TABLE);

    if (table == 0) {
        return 0;
    }

    pz_tree_pop_to(t, table, own);
    pz_tree_reset_mode(t);

    return 1;
}


static void
table_part(pz_tree_t *t, unsigned atom)
{
    clear_to_table(t);

    switch (atom) {
    case PZ_ATOM_CAPTION:
        pz_format_marker(t);
        pz_tree_insert(t, atom);
        t->mode = PZ_MODE_IN_CAPTION;
        return;
    case PZ_ATOM_COLGROUP:
        pz_tree_insert(t, atom);
        t->mode = PZ_MODE_IN_COLUMN_GROUP;
        return;
    case PZ_ATOM_COL:
        pz_tree_imply(t, PZ_ATOM_COLGROUP);
        t->mode = PZ_MODE_IN_COLUMN_GROUP;
        break;
    case PZ_ATOM_TD:
    case PZ_ATOM_TH:
    case PZ_ATOM_TR:
        pz_tree_imply(t, PZ_ATOM_TBODY);
        t->mode = PZ_MODE_IN_TABLE_BODY;
        break;
    default:
        pz_tree_insert(t, atom);
        t->mode = PZ_MODE_IN_TABLE_BODY;
        return;
    }

    pz_tree_again(t);
}


static void
in_table_start(pz_tree_t *t, unsigned atom)
{
    pz_attr_t type;

    if (pz_atom_flags[atom] & PZ_AF_TABLE) {
        table_part(t, atom);
        return;
    }

    switch (atom) {
    case PZ_ATOM_TABLE:
        if (close_table(t, 0)) {
            pz_tree_again(t);
        }
        return;
    case PZ_ATOM_STYLE:
    case PZ_ATOM_SCRIPT:
    case PZ_ATOM_TEMPLATE:
        pz_tree_insert_head_element(t, atom);
        return;
    case PZ_ATOM_INPUT:
        if (pz_tag_find_attr(t->tag, PZ_STR("type"), &type)
            && pz_str_ieq(type.value, PZ_STR("hidden")))
        {
            pz_tree_insert_void(t, atom);
            return;
        }
        break;
    case PZ_ATOM_FORM:
        if (!t->form && !pz_tree_find(t, PZ_ATOM_TEMPLATE)) {
            pz_tree_insert_cut(t, atom);
            t->form = 1;
        }
        return;
    default:
        break;
    }

    fostered_start(t, atom);
}


static void
in_body_of_table_start(pz_tree_t *t, unsigned atom)
{
    if (atom == PZ_ATOM_TR || is_cell(atom)) {
        pz_tree_clear_to(t, PZ_AF_SECTION, PZ_ATOM_COUNT);
        if (atom == PZ_ATOM_TR) {
            pz_tree_insert(t, atom);
        } else {
            pz_tree_imply(t, PZ_ATOM_TR);
        }
        t->mode = PZ_MODE_IN_ROW;
        if (atom != PZ_ATOM_TR) {
            pz_tree_again(t);
        }
        return;
    }

    if (pz_atom_flags[atom] & PZ_AF_TABLE) {
        if (pz_tree_flags_in_scope(t, PZ_AF_SECTION, PZ_SCOPE_TABLE)) {
            pz_tree_clear_to(t, PZ_AF_SECTION, PZ_ATOM_COUNT);
            pz_tree_pop(t);
            t->mode = PZ_MODE_IN_TABLE;
            pz_tree_again(t);
        }
        return;
    }

    in_table_start(t, atom);
}


/* Close the row; 0 when none is in scope. */
static int
close_row(pz_tree_t *t, int own)
{
    if (!pz_tree_in_scope(t, PZ_ATOM_TR, PZ_SCOPE_TABLE)) {
        return 0;
    }

    pz_tree_clear_to(t, 0, PZ_ATOM_TR);
    pz_tree_pop_to(t, t->n - 1, own);
    t->mode = PZ_MODE_IN_TABLE_BODY;

    return 1;
}


static void
in_row_start(pz_tree_t *t, unsigned atom)
{
    if (is_cell(atom)) {
        pz_tree_clear_to(t, 0, PZ_ATOM_TR);
        pz_tree_insert(t, atom);
        t->mode = PZ_MODE_IN_CELL;
        pz_format_marker(t);

    } else if (pz_atom_flags[atom] & PZ_AF_TABLE) {
        if (close_row(t, 0)) {
            pz_tree_again(t);
        }

    } else {
        in_table_start(t, atom);
    }
}


static int
close_cell(pz_tree_t *t)
{
    unsigned td = pz_tree_in_scope(t, PZ_ATOM_TD, PZ_SCOPE_TABLE);
    unsigned th = pz_tree_in_scope(t, PZ_ATOM_TH, PZ_SCOPE_TABLE);

    if (td == 0 && th == 0) {
        return 0;
    }

    pz_tree_imply_ends(t, PZ_AF_IMPLIED, PZ_ATOM_NONE);
    pz_tree_pop_to(t, td > th ? td : th, 0);
    pz_format_clear(t);
    t->mode = PZ_MODE_IN_ROW;

    return 1;
}


static int
close_caption(pz_tree_t *t, int own)
{
    unsigned caption = pz_tree_in_scope(t, PZ_ATOM_CAPTION, PZ_SCOPE_TABLE);

    if (caption == 0) {
        return 0;
    }

    pz_tree_imply_ends(t, PZ_AF_IMPLIED, PZ_ATOM_NONE);
    pz_tree_pop_to(t, caption, own);
    pz_format_clear(t);
    t->mode = PZ_MODE_IN_TABLE;

    return 1;
}


static void
in_column_group_start(pz_tree_t *t, unsigned atom)
{
    switch (atom) {
    case PZ_ATOM_HTML:
        pz_tree_merge(t, atom);
        return;
    case PZ_ATOM_COL:
        pz_tree_insert_void(t, atom);
        return;
    case PZ_ATOM_TEMPLATE:
        pz_tree_insert_head_element(t, atom);
        return;
    default:
        if (pz_tree_is(t, PZ_ATOM_COLGROUP)) {
            pz_tree_pop(t);
            t->mode = PZ_MODE_IN_TABLE;
            pz_tree_again(t);
        }
    }
}


void
pz_rules_table_start(pz_tree_t *t, unsigned atom)
{
    switch (t->mode) {

    case PZ_MODE_IN_TABLE:
        in_table_start(t, atom);
        return;

    case PZ_MODE_IN_COLUMN_GROUP:
        in_column_group_start(t, atom);
        return;

    case PZ_MODE_IN_TABLE_BODY:
        in_body_of_table_start(t, atom);
        return;

    case PZ_MODE_IN_ROW:
        in_row_start(t, atom);
        return;

    default:    /* in caption, in cell */
        if (!(pz_atom_flags[atom] & PZ_AF_TABLE)) {
            pz_rules_body_start(t, atom);
        } else if (t->mode == PZ_MODE_IN_CAPTION ? close_caption(t, 0) : close_cell(t)) {
            pz_tree_again(t);
        }
    }
}


/* End tags that no table mode knows: as in body, with foster parenting. */
static void
in_table_end(pz_tree_t *t, unsigned atom)
{
    switch (atom) {
    case PZ_ATOM_TABLE:
        close_table(t, 1);
        return;
    case PZ_ATOM_TEMPLATE:
        pz_tree_end_template(t);
        return;
    case PZ_ATOM_BODY:
    case PZ_ATOM_HTML:
        return;
    default:
        if (!(pz_atom_flags[atom] & PZ_AF_TABLE)) {
            t->foster = 1;
            pz_rules_body_end(t, atom);
            t->foster = 0;
        }
    }
}


static void
in_cell_end(pz_tree_t *t, unsigned atom)
{
    unsigned open;

    if (is_cell(atom)) {
        open = pz_tree_in_scope(t, atom, PZ_SCOPE_TABLE);
        if (open) {
            pz_tree_close_own(t, open, PZ_ATOM_NONE);
            pz_format_clear(t);
            t->mode = PZ_MODE_IN_ROW;
        }

    } else if (atom == PZ_ATOM_TABLE || atom == PZ_ATOM_TR
               || (pz_atom_flags[atom] & PZ_AF_SECTION))
    {
        if (pz_tree_in_scope(t, atom, PZ_SCOPE_TABLE) && close_cell(t)) {
            pz_tree_again(t);
        }

    } else if (atom != PZ_ATOM_BODY && atom != PZ_ATOM_HTML
               && !(pz_atom_flags[atom] & PZ_AF_TABLE))
    {
        pz_rules_body_end(t, atom);
    }
}


static void
in_row_end(pz_tree_t *t, unsigned atom)
{
    if (atom == PZ_ATOM_TR) {
        close_row(t, 1);

    } else if (atom == PZ_ATOM_TABLE || ((pz_atom_flags[atom] & PZ_AF_SECTION)
               && pz_tree_in_scope(t, atom, PZ_SCOPE_TABLE)))
    {
        if (close_row(t, 0)) {
            pz_tree_again(t);
        }

    } else if (!(pz_atom_flags[atom] & PZ_AF_SECTION)) {
        in_table_end(t, atom);
    }
}


static void
in_body_of_table_end(pz_tree_t *t, unsigned atom)
{
    if (pz_atom_flags[atom] & PZ_AF_SECTION) {
        if (pz_tree_in_scope(t, atom, PZ_SCOPE_TABLE)) {
            pz_tree_clear_to(t, PZ_AF_SECTION, PZ_ATOM_COUNT);
            pz_tree_pop_to(t, t->n - 1, 1);
            t->mode = PZ_MODE_IN_TABLE;
        }

    } else if (atom == PZ_ATOM_TABLE) {
        if (pz_tree_flags_in_scope(t, PZ_AF_SECTION, PZ_SCOPE_TABLE)) {
            pz_tree_clear_to(t, PZ_AF_SECTION, PZ_ATOM_COUNT);
            pz_tree_pop(t);
            t->mode = PZ_MODE_IN_TABLE;
            pz_tree_again(t);
        }

    } else {
        in_table_end(t, atom);
    }
}


void
pz_rules_table_end(pz_tree_t *t, unsigned atom)
{
    switch (t->mode) {

    case PZ_MODE_IN_CELL:
        in_cell_end(t, atom);
        return;

    case PZ_MODE_IN_ROW:
        in_row_end(t, atom);
        return;

    case PZ_MODE_IN_TABLE_BODY:
        in_body_of_table_end(t, atom);
        return;

    case PZ_MODE_IN_CAPTION:
        if (atom == PZ_ATOM_CAPTION || atom == PZ_ATOM_TABLE) {
            if (close_caption(t, atom == PZ_ATOM_CAPTION) && atom == PZ_ATOM_TABLE) {
                pz_tree_again(t);
            }
        } else if (atom != PZ_ATOM_BODY && atom != PZ_ATOM_HTML
                   && !(pz_atom_flags[atom] & PZ_AF_TABLE))
        {
            pz_rules_body_end(t, atom);
        }
        return;

    case PZ_MODE_IN_COLUMN_GROUP:
        if (atom == PZ_ATOM_TEMPLATE) {
            pz_tree_end_template(t);
        } else if (atom != PZ_ATOM_COL && pz_tree_is(t, PZ_ATOM_COLGROUP)) {
            pz_tree_pop_to(t, t->n - 1, atom == PZ_ATOM_COLGROUP);
            t->mode = PZ_MODE_IN_TABLE;
            if (atom != PZ_ATOM_COLGROUP) {
                pz_tree_again(t);
            }
        }
        return;

    default:
        in_table_end(t, atom);
    }
}
