#include "pz_find.h"
#include "pz_newline.h"
#include "pz_place.h"
#include "pz_skim.h"
#include "pz_tail.h"
#include "pz_tree_build.h"

#define MAX_TAG      (64u << 10)
#define MAX_DEPTH    4096
#define SCRATCH_MAX  (16u << 20)
#define WORK         64     /* steps on the stack allowed for each byte of the page */

static const char *const outcome_names[] = {
    "editing", "done", "ambiguous", "tag_limit", "depth_limit", "memory",
};


pz_rewriter_t *
pz_rewriter_create(pz_arena_t *arena, const pz_edit_t *edits, size_t nedits,
    const pz_rewriter_options_t *options, pz_rewriter_on_span_pt on_span, void *data)
{
    pz_rewriter_t *rw = pz_arena_alloc(arena, sizeof(pz_rewriter_t));
    size_t         max_tag = options && options->max_tag ? options->max_tag : MAX_TAG;

    if (rw == NULL) {
        return NULL;
    }

    memset(rw, 0, sizeof(pz_rewriter_t));
    rw->out = (pz_out_t) { .on_span = on_span, .data = data };
    rw->outcome = nedits ? PZ_OUTCOME_EDITING : PZ_OUTCOME_DONE;
    rw->passing = nedits == 0;
    rw->newline = PZ_NEWLINE_NONE;
    if (nedits == 0) {
        return rw;
    }

    rw->edits = edits;
    rw->nedits = rw->live = nedits;
    rw->ascii = options && options->ascii_only;
    rw->explicit_only = options && options->explicit_only;
    rw->states = pz_arena_array(arena, nedits, sizeof(pz_edit_state_t));
    pz_sb_init(&rw->scratch, arena, SCRATCH_MAX);
    pz_sb_init(&rw->tail.bytes, arena, SCRATCH_MAX);
    pz_scan_init(&rw->scan, arena, max_tag);

    if (rw->states == NULL || pz_matcher_init(&rw->matcher, arena, edits, nedits)
        || pz_tree_init(&rw->tree, arena,
                        options && options->max_depth ? options->max_depth : MAX_DEPTH,
                        &pz_rewrite_ops, rw))
    {
        return NULL;
    }

    rw->scan.want_text = 1;

    return rw;
}


/* Editing has ended: only what is being dropped has to find its end. */
static void
follow_drop(pz_rewriter_t *rw, const pz_tag_t *tag)
{
    if (rw->drop == PZ_DROP_NONE) {
        return;
    }

    if (tag->key != rw->drop_key) {
        if (!tag->end) {
            pz_text_mode_t mode = tag->atom == PZ_ATOM_SCRIPT ? PZ_TEXT_SCRIPT
                                  : tag->atom == PZ_ATOM_STYLE ? PZ_TEXT_RAWTEXT
                                  : tag->atom == PZ_ATOM_TEXTAREA || tag->atom == PZ_ATOM_TITLE
                                  ? PZ_TEXT_RCDATA : PZ_TEXT_DATA;

            pz_scan_set_mode(&rw->scan, mode, tag->name);
        }
        return;
    }

    rw->drop_depth += tag->end ? -1u : !(pz_atom_flags[tag->atom] & PZ_AF_VOID);
    if (rw->drop_depth == 0) {
        if (rw->drop == PZ_DROP_WHOLE && rw->out.spare) {
            pz_rewrite_pass_carry(rw);
            pz_out_to(&rw->out, rw->behind);
        } else if (rw->drop == PZ_DROP_WHOLE) {
            rw->out.at = rw->behind;
            rw->scan.carry.len = 0;
        } else {
            pz_out_to(&rw->out, rw->at);
        }
        rw->drop = PZ_DROP_NONE;
        pz_out_resume(&rw->out);
    }
}


/* After each token: has the work or the memory run out, can anything still match? */
static void
take_stock(pz_rewriter_t *rw)
{
    if (rw->outcome == PZ_OUTCOME_EDITING) {
        if (rw->tree.failed) {
            pz_rewrite_stop(rw, rw->tree.deep ? PZ_OUTCOME_DEPTH_LIMIT : PZ_OUTCOME_MEMORY);
        } else if (rw->tree.work > rw->tree.budget) {
            pz_rewrite_stop(rw, PZ_OUTCOME_DEPTH_LIMIT);
        } else if (rw->live == 0 && rw->pending == 0) {
            rw->outcome = PZ_OUTCOME_DONE;
        }
    }

    if (rw->outcome == PZ_OUTCOME_EDITING) {
        pz_tree_instruct(&rw->tree, &rw->scan);
        rw->scan.want_comments = rw->tail.held | rw->tail.ended;
    } else {
        rw->scan.want_text = 0;
        rw->passing = rw->drop == PZ_DROP_NONE;
    }
}


static void
on_tag(pz_rewriter_t *rw)
{
    const pz_tag_t *tag = &rw->scan.tag;

    if (rw->tail.held | rw->tail.ended) {
        pz_tail_on_tag(rw);
    }

    rw->tag = tag;
    rw->tag_out = 0;
    pz_place_begin(rw, rw->scan.from);
    rw->behind = rw->scan.p;

    if (tag->end && rw->scan.mode != PZ_TEXT_DATA) {
        pz_scan_set_mode(&rw->scan, PZ_TEXT_DATA, PZ_STR_NONE);
    }

    if (rw->outcome != PZ_OUTCOME_EDITING) {
        follow_drop(rw, tag);

    } else if (tag->end) {
        pz_tree_end_tag(&rw->tree, tag);

    } else {
        pz_tree_start(&rw->tree, tag);
        if (rw->tree.text != PZ_TEXT_DATA) {
            pz_scan_set_mode(&rw->scan, rw->tree.text, tag->name);
        }
        if (rw->tree.newline) {
            pz_newline_begin(rw);
        }
    }

    rw->markup = 1;
    if (!rw->tag_out) {
        pz_rewrite_pass_carry(rw);
    }
    if (rw->newline_skip) {
        pz_newline_skip(rw, rw->scan.p, rw->scan.end);
    }
}


/* Leading white space is told apart: it opens nothing. */
static void
on_text(pz_rewriter_t *rw)
{
    pz_str_t text = rw->scan.bytes;
    size_t   blank;

    if (rw->tail.held | rw->tail.ended) {
        pz_tail_on_text(rw);
    }
    if (rw->outcome != PZ_OUTCOME_EDITING) {
        return;
    }

    text = pz_newline_strip(rw, text);
    blank = text.len ? (size_t) (pz_find_ink(text.data, text.data + text.len) - text.data) : 0;

    rw->tag = NULL;
    pz_place_begin(rw, rw->scan.carry.len ? rw->scan.from : text.data);

    if (blank) {
        pz_tree_text(&rw->tree, 1);
    }

    if (blank < text.len) {
        pz_place_begin(rw, rw->scan.carry.len ? rw->at : text.data + blank);
        pz_tree_text(&rw->tree, 0);
    }
}


/* A limit: the rest passes, also of what was being dropped. */
static void
give_up(pz_rewriter_t *rw, pz_rewriter_outcome_t outcome)
{
    pz_rewrite_stop(rw, outcome);
    pz_out_to(&rw->out, rw->scan.from);
    rw->drop = PZ_DROP_NONE;
    pz_out_resume(&rw->out);
    pz_rewrite_pass_carry(rw);
    rw->passing = 1;
}


/* Bytes of a byte order mark are no text; they pass. */
static void
skip_bom(pz_rewriter_t *rw, pz_str_t *chunk)
{
    static const char bom[] = "\xef\xbb\xbf";

    while (rw->bom < 3 && chunk->len && chunk->data[0] == bom[rw->bom]) {
        rw->bom++;
        *chunk = pz_str_skip(*chunk, 1);
    }

    if (chunk->len && rw->bom < 4) {
        if (rw->bom == 1 || rw->bom == 2) {
            pz_place_begin(rw, chunk->data);
            pz_tree_text(&rw->tree, 0);
        }
        rw->bom = 4;
    }
}


static void
run(pz_rewriter_t *rw)
{
    while (!rw->passing && !rw->out.dead) {
        switch (pz_skim(rw) ? PZ_SCAN_TAG : pz_scan_next(&rw->scan)) {

        case PZ_SCAN_MORE:
            return;

        case PZ_SCAN_TAG:
            on_tag(rw);
            break;

        case PZ_SCAN_DOCTYPE:
            if (rw->outcome == PZ_OUTCOME_EDITING) {
                pz_tree_doctype(&rw->tree, rw->scan.bytes);
                rw->markup = 1;
            }
            break;

        case PZ_SCAN_TEXT:
            on_text(rw);
            break;

        case PZ_SCAN_COMMENT:
        case PZ_SCAN_COMMENT_END:
        case PZ_SCAN_CDATA:
        case PZ_SCAN_CDATA_END:
            if (rw->tail.held | rw->tail.ended) {
                pz_tail_on_foreign(rw);
            }
            break;

        case PZ_SCAN_LIMIT:
            give_up(rw, PZ_OUTCOME_TAG_LIMIT);
            return;

        case PZ_SCAN_MEMORY:
            give_up(rw, PZ_OUTCOME_MEMORY);
            return;

        default:
            break;
        }

        if (rw->scan.carry.len) {
            pz_rewrite_pass_carry(rw);
        }
        take_stock(rw);
    }
}


int
pz_rewriter_feed(pz_rewriter_t *rw, pz_str_t chunk)
{
    const char *end = chunk.data + chunk.len;
    pz_str_t    rest = chunk;

    if (rw->out.dead || chunk.len == 0) {
        return rw->out.dead ? -1 : 0;
    }

    rw->out.at = rw->out.chunk = chunk.data;

    if (rw->newline_skip) {
        pz_newline_skip(rw, chunk.data, end);
    }

    if (!rw->passing) {
        rw->tree.budget += WORK * chunk.len;
        if (rw->bom < 4) {
            skip_bom(rw, &rest);
        }
        pz_scan_feed(&rw->scan, rest);
        run(rw);
    }

    /* what waits for the next chunk stands at the end, and has been kept */
    if (!rw->passing && rw->scan.held) {
        end = rw->scan.from;
    }
    if (rw->tail.held) {
        pz_tail_keep(rw, end);
    }
    pz_out_to(&rw->out, end);
    rw->out.base += chunk.len;

    return rw->out.dead ? -1 : 0;
}


int
pz_rewriter_end(pz_rewriter_t *rw)
{
    pz_scan_event_t event;
    int             at_data;

    if (rw->out.dead) {
        return -1;
    }

    if (rw->passing) {
        return 0;
    }

    /* inside a comment or raw text there is no place for what waits for an end */
    at_data = rw->scan.held || pz_scan_at_data(&rw->scan);
    event = pz_scan_end(&rw->scan);
    rw->behind = rw->out.at = rw->out.chunk = rw->scan.p;
    rw->tag = NULL;
    pz_place_begin(rw, rw->scan.p);

    if (event == PZ_SCAN_TEXT && rw->scan.mode == PZ_TEXT_DATA) {
        at_data = rw->scan.bytes.len == 1;      /* behind "</" a '<' begins a comment */
        on_text(rw);
        pz_rewrite_pass_carry(rw);
    } else if (event == PZ_SCAN_TEXT || event == PZ_SCAN_COMMENT_END) {
        at_data = 0;
    }

    if (rw->tail.held) {
        pz_tail_end(rw);
    }
    pz_place_begin(rw, rw->scan.p);
    if (rw->out.drop && !rw->out.spare) {
        rw->scan.carry.len = 0;
    }
    if (at_data && rw->outcome == PZ_OUTCOME_EDITING && !rw->tree.failed) {
        pz_tree_eof(&rw->tree);
    }
    pz_rewrite_pass_carry(rw);

    if (rw->outcome == PZ_OUTCOME_EDITING) {
        rw->outcome = rw->pending ? PZ_OUTCOME_AMBIGUOUS : PZ_OUTCOME_DONE;
    }
    rw->passing = 1;

    return rw->out.dead ? -1 : 0;
}


size_t
pz_rewriter_held(const pz_rewriter_t *rw)
{
    return rw->passing ? 0 : rw->scan.held + (rw->tail.held ? rw->tail.bytes.len : 0);
}


int
pz_rewriter_is_passing(const pz_rewriter_t *rw)
{
    return rw->passing;
}


pz_rewriter_outcome_t
pz_rewriter_outcome(const pz_rewriter_t *rw)
{
    return rw->outcome;
}


const char *
pz_rewriter_outcome_name(pz_rewriter_outcome_t outcome)
{
    return outcome_names[outcome];
}


unsigned
pz_rewriter_matches(const pz_rewriter_t *rw, size_t edit)
{
    return edit < rw->nedits ? rw->states[edit].matches : 0;
}


unsigned
pz_rewriter_refused(const pz_rewriter_t *rw, size_t edit)
{
    return edit < rw->nedits ? rw->states[edit].refused : 0;
}
