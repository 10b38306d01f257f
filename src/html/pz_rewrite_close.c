/*
 * What the edits do to an element when it ends.
 */
#include "pz_place.h"


static int
waits_for(const pz_rewriter_t *rw, const pz_node_t *node, pz_edit_op_t op)
{
    uint32_t a = node->actions;

    while (a && rw->edits[rw->actions[a].edit].op != op) {
        a = rw->actions[a].next;
    }

    return a != 0;
}


/* Append to the element; its end tag, if it is its own; then what comes after it. */
static void
run_actions(pz_rewriter_t *rw, unsigned n, int own, pz_drop_t drop)
{
    pz_node_t *node = &rw->tree.nodes[n];
    int        last = (node->af & PZ_AF_ONCE) && node->atom != PZ_ATOM_HEAD;
    int        appends = drop != PZ_DROP_WHOLE && waits_for(rw, node, PZ_EDIT_APPEND);
    int        after = waits_for(rw, node, PZ_EDIT_AFTER);
    uint32_t   a, next;

    if (appends && drop == PZ_DROP_NONE) {
        pz_place_append(rw, n, last);
    }
    for (a = node->actions; a && appends; a = rw->actions[a].next) {
        if (rw->edits[rw->actions[a].edit].op == PZ_EDIT_APPEND) {
            pz_place_insert(rw, rw->actions[a].edit);
        }
    }

    if (own && drop != PZ_DROP_WHOLE) {
        pz_rewrite_pass_tag(rw);
    } else if (!own && after && drop != PZ_DROP_WHOLE) {
        pz_place_after(rw, n, last);
    }

    for (a = node->actions; a; a = next) {
        if (rw->edits[rw->actions[a].edit].op == PZ_EDIT_AFTER) {
            pz_place_insert(rw, rw->actions[a].edit);
        }
        next = rw->actions[a].next;
        rw->actions[a].next = rw->free_action;
        rw->free_action = a;
    }

    node->actions = 0;
}


void
pz_rewrite_on_close(void *data, unsigned n, int own, int popped)
{
    pz_rewriter_t *rw = data;
    pz_node_t     *node = &rw->tree.nodes[n];
    pz_drop_t      drop = PZ_DROP_NONE;

    if (popped && (node->flags & PZ_NODE_MARKED)) {
        pz_matcher_close(&rw->matcher, node);
    }

    if (rw->outcome != PZ_OUTCOME_EDITING || !(node->flags & PZ_NODE_WATCHED)) {
        return;
    }

    if (rw->drop && rw->drop_node == n) {
        drop = rw->drop;
        rw->drop = PZ_DROP_NONE;
        pz_out_to(&rw->out, rw->at);
        rw->open_top = drop == PZ_DROP_WHOLE ? n : n + 1;
        if (drop == PZ_DROP_WHOLE && own) {
            pz_rewrite_lose_tag(rw);
        }
        pz_out_resume(&rw->out);
    }

    run_actions(rw, n, own, drop);
    node->flags &= (uint8_t) ~PZ_NODE_WATCHED;
    rw->pending--;
}
