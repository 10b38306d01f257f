/*
 * How editing ends, and how bytes that were held go out.
 */
#include "pz_held.h"


void
pz_rewrite_pass_carry(pz_rewriter_t *rw)
{
    if (rw->scan.carry.len) {
        if (rw->tail.held) {
            pz_sb_add(&rw->tail.bytes, rw->scan.carry);
        } else if (!rw->out.drop || rw->out.spare) {
            pz_out_kept(&rw->out, rw->scan.carry);
        }
        rw->scan.carry.len = 0;
    }
}


void
pz_rewrite_stop(pz_rewriter_t *rw, pz_rewriter_outcome_t outcome)
{
    if (rw->outcome != PZ_OUTCOME_EDITING) {
        return;
    }
    rw->outcome = outcome;
    pz_held_release(rw);
    rw->live = rw->pending = 0;

    if (rw->drop) {
        rw->drop_key = rw->tree.nodes[rw->drop_node].key;
        rw->drop_depth = 0;
        for (uint32_t i = rw->drop_node; i < rw->tree.n; i++) {
            rw->drop_depth += rw->tree.nodes[i].key == rw->drop_key;
        }
    }
}
