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


static int
has_op(const pz_rewriter_t *rw, pz_edit_op_t op)
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

    pz_out_to(&rw->out, rw->at);
    if (rw->edits[e].op == PZ_EDIT_REPLACE) {
        pz_place_insert(rw, e);
        slot = rw->edits[e].slot;
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


static void
edit_element(pz_rewriter_t *rw, unsigned n, const pz_tag_t *tag, unsigned how)
{
    const pz_marks_t *hits = &rw->matcher.hits;
    pz_node_t        *node = &rw->tree.nodes[n];

    if (has_op(rw, PZ_EDIT_BEFORE) || has_op(rw, PZ_EDIT_REPLACE)
        || has_op(rw, PZ_EDIT_REMOVE))
    {
        pz_place_before(rw, n);
        if (rw->outcome != PZ_OUTCOME_EDITING) {
            return;
        }
    }

    insert_all(rw, PZ_EDIT_BEFORE);
    if (has_op(rw, PZ_EDIT_REPLACE) || has_op(rw, PZ_EDIT_REMOVE)) {
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
            begin_drop(rw, n, PZ_DROP_INNER, rw->edits[hits->items[i]].slot);
            break;
        }
    }
}


/* Whether the operation does something to an element without content. */
static int
concerns(pz_edit_op_t op, unsigned how)
{
    return !(how & PZ_OPENS_VOID)
           || (op != PZ_EDIT_PREPEND && op != PZ_EDIT_APPEND && op != PZ_EDIT_INNER);
}


/* Inside a script or a style: elements may stand there in SVG, and are not what runs. */
static int
in_code(const pz_rewriter_t *rw, unsigned node)
{
    for (unsigned i = 0; i < node; i++) {
        uint64_t key = rw->tree.nodes[i].key;

        if (key == pz_atom_keys[PZ_ATOM_SCRIPT] || key == pz_atom_keys[PZ_ATOM_STYLE]) {
            return 1;
        }
    }

    return 0;
}


/* Keep those of the hits that act, and count them. */
static void
count_hits(pz_rewriter_t *rw, unsigned node, const pz_tag_t *tag, unsigned how)
{
    pz_marks_t *hits = &rw->matcher.hits;
    uint32_t    n = 0;

    for (uint32_t i = 0; i < hits->n; i++) {
        uint32_t         e = hits->items[i];
        pz_edit_state_t *state = &rw->states[e];

        if (state->done || !concerns(rw->edits[e].op, how)) {
            continue;
        }
        if (rw->edits[e].has_values
            && pz_edit_is_unsafe(&rw->edits[e], tag->name, in_code(rw, node)))
        {
            state->refused++;
            continue;
        }

        hits->items[n++] = e;
        state->matches++;
        if (rw->edits[e].limit && state->matches == rw->edits[e].limit) {
            state->done = 1;
            rw->live--;
        }
    }

    hits->n = n;
}


/* Insertions beside an element that the tree builder moves would not move with it. */
static int
stays_behind(const pz_rewriter_t *rw)
{
    return has_op(rw, PZ_EDIT_BEFORE) || has_op(rw, PZ_EDIT_AFTER)
           || has_op(rw, PZ_EDIT_REPLACE);
}


/* Content for an element that its own start tag closes: a form between a table's rows. */
static int
fills(const pz_rewriter_t *rw)
{
    return has_op(rw, PZ_EDIT_PREPEND) || has_op(rw, PZ_EDIT_APPEND) || has_op(rw, PZ_EDIT_INNER);
}


static void
matched(pz_rewriter_t *rw, unsigned node, const pz_tag_t *tag, unsigned how)
{
    /* a page that begins with text may be no page: nothing is made up for it */
    if ((how & PZ_OPENS_IMPLIED)
        && (rw->explicit_only || ((how & PZ_OPENS_BY_TEXT) && !rw->markup)))
    {
        return;
    }

    if ((rw->tree.displaced && stays_behind(rw))
        || ((how & PZ_OPENS_CUT) && fills(rw))
        || (rw->tag && rw->tag->end && !(how & PZ_OPENS_IMPLIED)))
    {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
        return;
    }

    count_hits(rw, node, tag, how);
    if (rw->matcher.hits.n) {
        edit_element(rw, node, tag, how);
    }
}


static void
open_implied(pz_rewriter_t *rw, unsigned node, unsigned how)
{
    char        text[16];
    const char *name = pz_atom_name(rw->tree.nodes[node].atom);
    size_t      len = strlen(name);
    pz_tag_t    tag = { .key = rw->tree.nodes[node].key, .atom = rw->tree.nodes[node].atom };

    text[0] = '<';
    memcpy(text + 1, name, len);
    text[len + 1] = '>';
    tag.whole = (pz_str_t) { text, len + 2 };
    tag.name = (pz_str_t) { text + 1, len };

    if (tag.atom == PZ_ATOM_HEAD) {
        rw->implied_head = 1;
    } else if (!rw->implied) {
        rw->implied = node;
    }

    pz_matcher_open(&rw->matcher, &rw->tree, node, &tag, 0);
    if (rw->matcher.hits.n) {
        matched(rw, node, &tag, how);
    }
}


static void
on_open(void *data, unsigned n, unsigned how)
{
    pz_rewriter_t *rw = data;
    pz_node_t     *node = &rw->tree.nodes[n];

    if (rw->outcome != PZ_OUTCOME_EDITING) {
        return;
    }

    if (how & PZ_OPENS_MERGE) {
        pz_rewrite_merge(rw, n);
        return;
    }

    if (how & (PZ_OPENS_IMPLIED | PZ_OPENS_CLONE)) {
        if (how & PZ_OPENS_CLONE || rw->drop || rw->tree.ntemplates) {
            node->marks = rw->matcher.marks.n;
            node->types = rw->matcher.ntypes;
        } else {
            open_implied(rw, n, how);
        }

    } else if (!rw->drop && !rw->tree.ntemplates && pz_matcher_wants(&rw->matcher, node, rw->tag)) {
        pz_matcher_open(&rw->matcher, &rw->tree, n, rw->tag, (how & PZ_OPENS_VOID) != 0);
        if (rw->matcher.hits.n) {
            matched(rw, n, rw->tag, how);
        }
    } else {
        node->marks = rw->matcher.marks.n;
        node->types = rw->matcher.ntypes;
        node->flags |= rw->drop ? PZ_NODE_TOUCHED : 0;
    }

    if ((node->af & PZ_AF_ONCE) && !(how & PZ_OPENS_IMPLIED) && rw->tag->names) {
        pz_rewrite_keep(rw, n);
    }
    if (node->atom == PZ_ATOM_BODY) {
        pz_rewrite_settle(rw, (how & PZ_OPENS_IMPLIED) != 0);
    }

    if (rw->matcher.failed) {
        pz_rewrite_stop(rw, PZ_OUTCOME_MEMORY);
    }
}


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


static void
on_close(void *data, unsigned n, int own, int popped)
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


void
pz_rewrite_settle(pz_rewriter_t *rw, int implied)
{
    unsigned feature = implied ? PZ_SELECTOR_BARE : PZ_SELECTOR_ONCE;

    for (size_t e = 0; e < rw->nedits; e++) {
        if ((rw->edits[e].selector->features & feature) && !rw->states[e].done) {
            rw->states[e].done = 1;
            rw->live--;
        }
    }
}


const pz_tree_ops_t pz_rewrite_ops = { on_open, on_close, pz_rewrite_on_move };
