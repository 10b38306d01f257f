/*
 * What the edits do to an element when it ends.
 */
#include "pz_held.h"
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


/* Its own end tag goes out, or is lost with it. */
static void
pass_end_tag(pz_rewriter_t *rw, int lost)
{
    if (rw->tail.ending) {
        pz_held_pass_tag(rw);
    } else if (lost) {
        pz_rewrite_lose_tag(rw);
    } else {
        pz_rewrite_pass_tag(rw);
    }
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
        pass_end_tag(rw, 0);
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
pz_rewrite_end(pz_rewriter_t *rw, unsigned n, int own)
{
    pz_node_t *node = &rw->tree.nodes[n];
    pz_drop_t  drop = PZ_DROP_NONE;

    if (rw->outcome != PZ_OUTCOME_EDITING || !(node->flags & PZ_NODE_WATCHED)) {
        return;
    }

    if (rw->drop && rw->drop_node == n) {
        drop = rw->drop;
        rw->drop = PZ_DROP_NONE;
        pz_out_to(&rw->out, rw->at);
        rw->open_top = drop == PZ_DROP_WHOLE ? n : n + 1;
        if (drop == PZ_DROP_WHOLE && own) {
            pass_end_tag(rw, 1);
        }
        pz_out_resume(&rw->out);
        if ((rw->tree.form && !rw->drop_form) || rw->drop_marker) {
            /* a form that is gone kept others out, a marker formatting elements */
            pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
            return;
        }
    }

    run_actions(rw, n, own, drop);
    node->flags &= (uint8_t) ~PZ_NODE_WATCHED;
    rw->pending--;
}


int
pz_rewrite_leads_into_foreign(const pz_rewriter_t *rw, const pz_node_t *node)
{
    return pz_tree_in_foreign(&rw->tree) && rw->open_top == rw->tree.n
           && (node->atom == PZ_ATOM_HTML
               || (waits_for(rw, node, PZ_EDIT_AFTER) && !waits_for(rw, node, PZ_EDIT_APPEND)));
}


void
pz_rewrite_end_body(pz_rewriter_t *rw, unsigned body, int own)
{
    for (unsigned i = rw->tree.n - 1; i > body; i--) {
        rw->tail.ended |= (rw->tree.nodes[i].flags & PZ_NODE_WATCHED) != 0;
        pz_rewrite_end(rw, i, 0);
    }

    if (own && pz_rewrite_leads_into_foreign(rw, &rw->tree.nodes[body])) {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
    }
    pz_rewrite_end(rw, body, own);
    rw->tail.ended |= rw->open_top < rw->tree.n && body + 1 < rw->tree.n;
}
