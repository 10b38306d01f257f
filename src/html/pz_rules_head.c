/*
 * The rules of the insertion modes before the body (HTML 13.2.6.4.1 to .6).
 */
#include "pz_tree_rules.h"


static void
push_template_mode(pz_tree_t *t, unsigned mode)
{
    if (t->ntemplates == t->templates_room) {
        uint32_t room = t->templates_room ? t->templates_room * 2 : 8;
        uint8_t *modes = pz_arena_alloc(t->arena, room);

        if (modes == NULL) {
            t->failed = 1;
            return;
        }
        if (t->ntemplates) {
            memcpy(modes, t->templates, t->ntemplates);
        }
        t->templates = modes;
        t->templates_room = room;
    }

    t->templates[t->ntemplates++] = (uint8_t) mode;
}


void
pz_tree_insert_head_element(pz_tree_t *t, unsigned atom)
{
    switch (atom) {
    case PZ_ATOM_TITLE:
        pz_tree_insert_raw(t, atom, PZ_TEXT_RCDATA);
        break;
    case PZ_ATOM_SCRIPT:
        pz_tree_insert_raw(t, atom, PZ_TEXT_SCRIPT);
        break;
    case PZ_ATOM_STYLE:
    case PZ_ATOM_NOFRAMES:
        pz_tree_insert_raw(t, atom, PZ_TEXT_RAWTEXT);
        break;
    case PZ_ATOM_TEMPLATE:
        pz_tree_insert(t, atom);
        pz_format_marker(t);
        t->frameset_ok = 0;
        t->mode = PZ_MODE_IN_TEMPLATE;
        push_template_mode(t, PZ_MODE_IN_TEMPLATE);
        break;
    default:
        pz_tree_insert_void(t, atom);
    }
}


void
pz_tree_end_template(pz_tree_t *t)
{
    unsigned open = pz_tree_find(t, PZ_ATOM_TEMPLATE);

    if (open == 0) {
        return;
    }

    pz_tree_imply_ends(t, PZ_AF_IMPLIED | PZ_AF_THOROUGH, PZ_ATOM_NONE);
    pz_tree_pop_to(t, open, 1);
    pz_format_clear(t);
    t->ntemplates -= t->ntemplates > 0;
    pz_tree_reset_mode(t);
}


/* In front of body: what is missing is implied, up to the mode that can take it. */
static void
imply_next(pz_tree_t *t)
{
    switch (t->mode) {

    case PZ_MODE_INITIAL:
        t->quirks = 1;
        t->mode = PZ_MODE_BEFORE_HTML;
        break;

    case PZ_MODE_BEFORE_HTML:
        pz_tree_imply(t, PZ_ATOM_HTML);
        t->mode = PZ_MODE_BEFORE_HEAD;
        break;

    case PZ_MODE_BEFORE_HEAD:
        pz_tree_imply(t, PZ_ATOM_HEAD);
        t->mode = PZ_MODE_IN_HEAD;
        break;

    case PZ_MODE_IN_HEAD:
        t->head = pz_tree_top(t)->flags & PZ_NODE_TOUCHED;
        pz_tree_pop(t);
        t->mode = PZ_MODE_AFTER_HEAD;
        break;

    default:
        pz_tree_imply(t, PZ_ATOM_BODY);
        t->mode = PZ_MODE_IN_BODY;
    }
}


void
pz_rules_head_text(pz_tree_t *t)
{
    while (t->mode < PZ_MODE_IN_BODY && !t->failed) {
        imply_next(t);
    }
}


/* Behind </head>, and still put into head: the listener has to know. */
static void
insert_behind_head(pz_tree_t *t, unsigned atom)
{
    t->displaced = 1;
    t->ops->on_move(t->data, PZ_MOVE_FOSTER, 0, t->head);
    pz_tree_insert_head_element(t, atom);
}


static int
start_in_head(pz_tree_t *t, unsigned atom)
{
    if (pz_atom_flags[atom] & PZ_AF_HEAD) {
        pz_tree_insert_head_element(t, atom);
        return 1;
    }

    if (atom == PZ_ATOM_NOSCRIPT) {
        pz_tree_insert_raw(t, atom, PZ_TEXT_RAWTEXT);
        return 1;
    }

    return atom == PZ_ATOM_HEAD;
}


static int
start_after_head(pz_tree_t *t, unsigned atom)
{
    if (pz_atom_flags[atom] & PZ_AF_HEAD) {
        insert_behind_head(t, atom);
        return 1;
    }

    switch (atom) {
    case PZ_ATOM_BODY:
        pz_tree_insert(t, atom);
        t->frameset_ok = 0;
        t->mode = PZ_MODE_IN_BODY;
        return 1;
    case PZ_ATOM_FRAMESET:
        pz_tree_insert(t, atom);
        t->mode = PZ_MODE_IN_FRAMESET;
        return 1;
    default:
        return atom == PZ_ATOM_HEAD;
    }
}


void
pz_rules_head_start(pz_tree_t *t, unsigned atom)
{
    int done = 0;

    if (atom == PZ_ATOM_HTML && t->mode >= PZ_MODE_BEFORE_HEAD) {
        pz_tree_merge(t, atom);
        return;
    }

    switch (t->mode) {

    case PZ_MODE_BEFORE_HTML:
        if (atom == PZ_ATOM_HTML) {
            pz_tree_insert(t, atom);
            t->mode = PZ_MODE_BEFORE_HEAD;
            return;
        }
        break;

    case PZ_MODE_BEFORE_HEAD:
        if (atom == PZ_ATOM_HEAD) {
            pz_tree_insert(t, atom);
            t->mode = PZ_MODE_IN_HEAD;
            return;
        }
        break;

    case PZ_MODE_IN_HEAD:
        done = start_in_head(t, atom);
        break;

    case PZ_MODE_AFTER_HEAD:
        done = start_after_head(t, atom);
        break;

    default:
        break;
    }

    if (!done) {
        imply_next(t);
        pz_tree_again(t);
    }
}


void
pz_rules_head_end(pz_tree_t *t, unsigned atom)
{
    if (t->mode == PZ_MODE_IN_HEAD && atom == PZ_ATOM_HEAD) {
        t->head = pz_tree_top(t)->flags & PZ_NODE_TOUCHED;
        pz_tree_pop_to(t, t->n - 1, 1);
        t->mode = PZ_MODE_AFTER_HEAD;
        return;
    }

    if (t->mode >= PZ_MODE_IN_HEAD && atom == PZ_ATOM_TEMPLATE) {
        pz_tree_end_template(t);
        return;
    }

    if (t->mode != PZ_MODE_INITIAL && atom != PZ_ATOM_BODY && atom != PZ_ATOM_HTML
        && atom != PZ_ATOM_BR && !(atom == PZ_ATOM_HEAD && t->mode < PZ_MODE_IN_HEAD))
    {
        return;
    }

    imply_next(t);
    pz_tree_again(t);
}
