/*
 * What an edit may not survive: elements that a browser puts elsewhere.
 */
#include "pz_rewrite_state.h"


/* Whether an element from `from` on has one of the flags. */
static int
flagged(const pz_rewriter_t *rw, unsigned from, unsigned to, unsigned flags)
{
    for (unsigned i = from; i < to; i++) {
        if (rw->tree.nodes[i].flags & flags) {
            return 1;
        }
    }

    return 0;
}


static int
has_formats(const pz_tree_t *t)
{
    unsigned i = 0;

    while (i < t->nformats && t->formats[i].atom == PZ_ATOM_NONE) {
        i++;
    }

    return i < t->nformats;
}


/* What goes to `parent`, in front of a table, leaves a table that was edited, or dropped. */
static int
leaves_edited(const pz_rewriter_t *rw, unsigned parent)
{
    return rw->tree.nodes[parent + 1].atom == PZ_ATOM_TABLE
           && (flagged(rw, parent + 1, parent + 2, PZ_NODE_TOUCHED)
               || (rw->drop && parent < rw->drop_node));
}


/*
 * The tree builder is about to put something elsewhere than its bytes stand.
 * Where no edit can notice, editing goes on; else it ends here, since what the
 * DOM will be is not where the bytes are.
 */
void
pz_rewrite_on_move(void *data, pz_tree_move_t move, unsigned node, int touched)
{
    pz_rewriter_t *rw = data;
    unsigned       n = rw->tree.n;
    int            unknown = pz_matcher_ordered(&rw->matcher) != 0;

    if (rw->outcome != PZ_OUTCOME_EDITING) {
        return;
    }

    switch (move) {
    case PZ_MOVE_CLONE:
        rw->cloned = 1;
        unknown |= touched;
        break;
    case PZ_MOVE_ADOPT:
        unknown |= touched || (rw->drop && rw->drop_node >= node)
                   || flagged(rw, node, n,
                              PZ_NODE_TOUCHED | PZ_NODE_WATCHED | PZ_NODE_MARKED);
        break;
    case PZ_MOVE_FOSTER:
        unknown |= touched || flagged(rw, node + 1, n - 1, PZ_NODE_MARKED)
                   || leaves_edited(rw, node);
        break;
    case PZ_MOVE_FORGET:
        /* an end tag that is dropped closes what began before */
        if (rw->drop && node < rw->drop_formats) {
            pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
        }
        return;
    case PZ_MOVE_FRAMESET:
        /* a tag or text that an edit has put into body would have kept the frameset out */
        unknown = 1;
        break;
    case PZ_MOVE_MARKER:
        /* without the element, or with an end tag of ours, there would be no marker */
        if (rw->drop) {
            rw->drop_marker |= has_formats(&rw->tree);
            return;
        }
        unknown = rw->pending && has_formats(&rw->tree);
        break;
    case PZ_MOVE_NO_FRAMESET:
        /* that is perhaps just what has been removed */
        unknown = rw->removed;
        break;
    case PZ_MOVE_FOSTER_TEXT:
        unknown = leaves_edited(rw, node);
        break;
    default:
        unknown = (rw->drop && rw->drop_node >= node)
                  || flagged(rw, node, node + 1, PZ_NODE_WATCHED)
                  || flagged(rw, node, n, PZ_NODE_MARKED);
    }

    /* inside what is dropped nothing is looked for, but its end must be found */
    if (unknown && !(rw->drop && node > rw->drop_node)) {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
    }
}
