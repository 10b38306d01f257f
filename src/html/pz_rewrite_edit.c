/*
 * What the edits do to an element when its start tag has come.
 */
#include "pz_newline.h"
#include "pz_place.h"


static void
insert_all(pz_rewriter_t *rw, pz_edit_op_t op)
{
    const pz_marks_t *hits = &rw->matcher.hits;

    for (uint32_t i = 0; i < hits->n; i++) {
        if (rw->edits[hits->items[i]].op == op) {
            pz_place_insert(rw, hits->items[i]);
        }
    }
}


int
pz_rewrite_has(const pz_rewriter_t *rw, pz_edit_op_t op)
{
    const pz_marks_t *hits = &rw->matcher.hits;

    for (uint32_t i = 0; i < hits->n; i++) {
        if (rw->edits[hits->items[i]].op == op) {
            return 1;
        }
    }

    return 0;
}


/* Remember an edit for the element's end. */
static void
wait_for_end(pz_rewriter_t *rw, pz_node_t *node, uint32_t e)
{
    uint32_t a = rw->free_action, *last = &node->actions;

    if (a) {
        rw->free_action = rw->actions[a].next;

    } else {
        if (rw->nactions + 1 >= rw->actions_room) {
            uint32_t     room = rw->actions_room ? rw->actions_room * 2 : 8;
            pz_action_t *actions = pz_arena_alloc(rw->tree.arena, room * sizeof(pz_action_t));

            if (actions == NULL) {
                pz_rewrite_stop(rw, PZ_OUTCOME_MEMORY);
                return;
            }
            if (rw->nactions) {
                memcpy(actions, rw->actions, (rw->nactions + 1) * sizeof(pz_action_t));
            }
            rw->actions = actions;
            rw->actions_room = room;
        }
        a = ++rw->nactions;
    }

    while (*last) {
        last = &rw->actions[*last].next;
    }
    *last = a;
    rw->actions[a] = (pz_action_t) { e, 0 };

    if (!(node->flags & PZ_NODE_WATCHED)) {
        node->flags |= PZ_NODE_WATCHED;
        rw->pending++;
    }
}


/* From here on the input is not passed on, until the element's end. */
static void
begin_drop(pz_rewriter_t *rw, unsigned node, pz_drop_t drop, int slot)
{
    pz_out_to(&rw->out, rw->at);
    rw->drop = (uint8_t) drop;
    rw->drop_node = node;
    rw->drop_formats = rw->tree.nformats;
    rw->drop_marker = 0;
    rw->drop_form = rw->tree.form
                    || (drop == PZ_DROP_INNER && rw->tree.nodes[node].atom == PZ_ATOM_FORM);
    rw->out.drop = 1;
    rw->out.spare = slot == PZ_EDIT_NO_SLOT ? 0 : (unsigned) slot + 1;
    if (!(rw->tree.nodes[node].flags & PZ_NODE_WATCHED)) {
        rw->tree.nodes[node].flags |= PZ_NODE_WATCHED;
        rw->pending++;
    }
}


/* What goes in front of an implied element needs no tag of it. */
static int
only_before(const pz_rewriter_t *rw)
{
    const pz_marks_t *hits = &rw->matcher.hits;

    for (uint32_t i = 0; i < hits->n; i++) {
        if (rw->edits[hits->items[i]].op != PZ_EDIT_BEFORE) {
            return 0;
        }
    }

    return 1;
}


/* The first edit that takes the element away decides. */
static uint32_t
decisive_edit(const pz_rewriter_t *rw)
{
    const pz_marks_t *hits = &rw->matcher.hits;
    uint32_t          i = 0;

    while (rw->edits[hits->items[i]].op != PZ_EDIT_REPLACE
           && rw->edits[hits->items[i]].op != PZ_EDIT_REMOVE)
    {
        i++;
    }

    return hits->items[i];
}


/* The element itself goes; what stands around it stays. */
static void
replace_element(pz_rewriter_t *rw, unsigned node, unsigned how)
{
    const pz_marks_t *hits = &rw->matcher.hits;
    uint32_t          e = decisive_edit(rw);
    int               slot = PZ_EDIT_NO_SLOT;

    rw->removed = 1;
    pz_out_to(&rw->out, rw->at);
    if (rw->edits[e].op == PZ_EDIT_REPLACE) {
        pz_place_insert(rw, e);
        slot = rw->edits[e].slot;
    }
    if (slot == PZ_EDIT_NO_SLOT) {
        pz_newline_remove(rw);
    }

    rw->out.spare = slot == PZ_EDIT_NO_SLOT ? 0 : (unsigned) slot + 1;
    if (!(how & PZ_OPENS_IMPLIED)) {
        pz_rewrite_lose_tag(rw);
    }

    if (how & PZ_OPENS_VOID) {
        rw->out.spare = 0;
        insert_all(rw, PZ_EDIT_AFTER);
        return;
    }

    for (uint32_t i = 0; i < hits->n; i++) {
        if (rw->edits[hits->items[i]].op == PZ_EDIT_AFTER) {
            wait_for_end(rw, &rw->tree.nodes[node], hits->items[i]);
        }
    }
    begin_drop(rw, node, PZ_DROP_WHOLE, slot);
}


void
pz_rewrite_element(pz_rewriter_t *rw, unsigned n, const pz_tag_t *tag, unsigned how)
{
    const pz_marks_t *hits = &rw->matcher.hits;
    pz_node_t        *node = &rw->tree.nodes[n];

    if (pz_rewrite_has(rw, PZ_EDIT_BEFORE) || pz_rewrite_has(rw, PZ_EDIT_REPLACE)
        || pz_rewrite_has(rw, PZ_EDIT_REMOVE))
    {
        pz_place_before(rw, n);
        if (rw->outcome != PZ_OUTCOME_EDITING) {
            return;
        }
    }

    insert_all(rw, PZ_EDIT_BEFORE);
    if (pz_rewrite_has(rw, PZ_EDIT_REPLACE) || pz_rewrite_has(rw, PZ_EDIT_REMOVE)) {
        replace_element(rw, n, how);
        return;
    }

    if (!(how & PZ_OPENS_IMPLIED)) {
        pz_rewrite_emit_start(rw, tag);
    } else if (only_before(rw)) {
        rw->implied = n;
        return;
    } else {
        pz_rewrite_emit_implied(rw, tag, n);
    }
    if (how & PZ_OPENS_VOID) {
        insert_all(rw, PZ_EDIT_AFTER);
        return;
    }

    if (rw->tree.newline && !(how & PZ_OPENS_IMPLIED)) {
        pz_newline_begin(rw);
        if (pz_rewrite_has(rw, PZ_EDIT_PREPEND)) {
            pz_newline_prepend(rw);
        }
    }
    insert_all(rw, PZ_EDIT_PREPEND);
    for (uint32_t i = 0; i < hits->n; i++) {
        pz_edit_op_t op = rw->edits[hits->items[i]].op;

        if (op == PZ_EDIT_APPEND || op == PZ_EDIT_AFTER) {
            wait_for_end(rw, node, hits->items[i]);
        }
    }

    for (uint32_t i = 0; i < hits->n; i++) {
        if (rw->edits[hits->items[i]].op == PZ_EDIT_INNER) {
            pz_place_insert(rw, hits->items[i]);
            rw->removed = 1;
            begin_drop(rw, n, PZ_DROP_INNER, rw->edits[hits->items[i]].slot);
            break;
        }
    }
}
