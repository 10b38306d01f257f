/*
 * When an element opens: which edits act on it, if a stream may do that here.
 */
#include "pz_rewrite_state.h"


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
    return pz_rewrite_has(rw, PZ_EDIT_BEFORE) || pz_rewrite_has(rw, PZ_EDIT_AFTER)
           || pz_rewrite_has(rw, PZ_EDIT_REPLACE);
}


/*
 * An element that its own start tag closes, a form between a table's rows: content
 * is not for it, and without it another form would come to be one.
 */
static int
keeps(const pz_rewriter_t *rw)
{
    const pz_marks_t *hits = &rw->matcher.hits;

    for (uint32_t i = 0; i < hits->n; i++) {
        pz_edit_op_t op = rw->edits[hits->items[i]].op;

        if (op != PZ_EDIT_BEFORE && op != PZ_EDIT_AFTER && op < PZ_EDIT_SET_ATTR) {
            return 0;
        }
    }

    return 1;
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
        || ((how & PZ_OPENS_CUT) && !keeps(rw))
        || (rw->tag && rw->tag->end && !(how & PZ_OPENS_IMPLIED)))
    {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
        return;
    }

    count_hits(rw, node, tag, how);
    if (rw->matcher.hits.n) {
        pz_rewrite_element(rw, node, tag, how);
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


const pz_tree_ops_t pz_rewrite_ops = { on_open, pz_rewrite_on_close, pz_rewrite_on_move };
