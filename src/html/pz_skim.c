#include "pz_skim.h"
#include "pz_find.h"
#include "pz_match_index.h"
#include "pz_scan_impl.h"
#include "pz_skim_body.h"
#include "pz_skim_open.h"
#include "pz_tree_build.h"

/* Where in the document: what a plain tag may be differs. */
typedef enum {
    PLACE_OTHER,
    PLACE_BODY,
    PLACE_ROWS,         /* in tbody, thead or tfoot */
    PLACE_ROW,          /* in tr */
    PLACE_SELECT,
    PLACE_SVG
} place_t;

typedef enum {
    STEP_ON,            /* the tag is behind */
    STEP_LONG,          /* it has to go the long way, and scan.tag has it */
    STEP_ASK            /* the tokenizer has to look at it */
} step_t;


/* The selectors and what is open are such that a tag may be plain. */
static int
may_skim(const pz_rewriter_t *rw)
{
    const pz_tree_t *t = &rw->tree;

    return rw->scan.state == AT_DATA && rw->scan.mode == PZ_TEXT_DATA && !rw->scan.carry.len
           && !t->frameset_ok && !t->closed_formats && !t->ntemplates && !t->failed
           && !rw->drop && !rw->tail.held && !rw->tail.ended
           && rw->outcome == PZ_OUTCOME_EDITING && !rw->matcher.any
           && !(rw->matcher.features & (PZ_SELECTOR_SIBLINGS | PZ_SELECTOR_NTH_TYPE));
}


static inline place_t
place_of(const pz_tree_t *t)
{
    const pz_node_t *top = pz_tree_top(t);

    if (top->ns != PZ_NS_HTML) {
        return top->ns == PZ_NS_SVG && !(top->flags & PZ_NODE_HTML_POINT) ? PLACE_SVG
                                                                         : PLACE_OTHER;
    }

    if (t->mode == PZ_MODE_IN_BODY || t->mode == PZ_MODE_IN_CELL) {
        return top->af & PZ_AF_FOSTERS ? PLACE_OTHER : PLACE_BODY;
    }

    switch (t->mode) {
    case PZ_MODE_IN_TABLE_BODY:
        return top->af & PZ_AF_SECTION ? PLACE_ROWS : PLACE_OTHER;
    case PZ_MODE_IN_ROW:
        return top->atom == PZ_ATOM_TR ? PLACE_ROW : PLACE_OTHER;
    case PZ_MODE_IN_SELECT:
        return PLACE_SELECT;
    default:
        return PLACE_OTHER;
    }
}


/* "In row": 13.2.6.4.14. */
static int
open_cell(pz_rewriter_t *rw, const pz_tag_t *tag)
{
    pz_tree_t *t = &rw->tree;

    if ((tag->atom != PZ_ATOM_TD && tag->atom != PZ_ATOM_TH) || t->nformats == t->formats_room
        || !pz_skim_push_html(rw, tag->key, tag->atom))
    {
        return 0;
    }

    t->formats[t->nformats++] = (pz_format_t) { .atom = PZ_ATOM_NONE };
    t->mode = PZ_MODE_IN_CELL;

    return 1;
}


/* "In table body": 13.2.6.4.13. */
static int
open_row(pz_rewriter_t *rw, const pz_tag_t *tag)
{
    if (tag->atom != PZ_ATOM_TR || !pz_skim_push_html(rw, tag->key, PZ_ATOM_TR)) {
        return 0;
    }

    rw->tree.mode = PZ_MODE_IN_ROW;

    return 1;
}


/* "In select": 13.2.6.4.16. */
static int
open_option(pz_rewriter_t *rw, const pz_tag_t *tag)
{
    return tag->atom == PZ_ATOM_OPTION && !pz_tree_is(&rw->tree, PZ_ATOM_OPTION)
           && pz_skim_push_html(rw, tag->key, PZ_ATOM_OPTION);
}


/* 13.2.6.5: nothing that leads back to HTML. */
static int
open_in_svg(pz_rewriter_t *rw, const pz_tag_t *tag)
{
    switch (tag->atom) {
    case PZ_ATOM_FOREIGNOBJECT:
    case PZ_ATOM_DESC:
    case PZ_ATOM_TITLE:
    case PZ_ATOM_FONT:
        return 0;
    default:
        break;
    }

    if (pz_atom_flags[tag->atom] & PZ_AF_BREAKOUT) {
        return 0;
    }

    if (tag->self_closing) {
        pz_tree_top(&rw->tree)->children++;
        return 1;
    }

    return pz_skim_push(rw, tag->key, PZ_NS_SVG) != NULL;
}


/* What the rules do with a start tag, where that is next to nothing; 0: it may be more. */
static inline int
open_plain(pz_rewriter_t *rw, const pz_tag_t *tag, place_t place)
{
    if (place == PLACE_BODY) {
        pz_skim_tag_t plain = { .key = tag->key, .len = (unsigned) tag->name.len, .atom = tag->atom,
                                .attrs = tag->names != 0 };

        return pz_skim_open_in_body(rw, &plain);
    }

    switch (place) {
    case PLACE_ROWS:
        return open_row(rw, tag);
    case PLACE_ROW:
        return open_cell(rw, tag);
    case PLACE_SELECT:
        return open_option(rw, tag);
    default:
        return open_in_svg(rw, tag);
    }
}


/* The top's end tag: what more there is to do than to pop it; 0: perhaps much. */
static inline int
close_plain(pz_tree_t *t, const pz_node_t *top, place_t place)
{
    if (place == PLACE_ROW) {
        t->mode = PZ_MODE_IN_TABLE_BODY;
        return 1;
    }

    if (top->atom == PZ_ATOM_TD || top->atom == PZ_ATOM_TH) {
        if (t->mode != PZ_MODE_IN_CELL || !t->nformats || t->formats[t->nformats - 1].atom) {
            return 0;
        }
        t->nformats--;
        t->mode = PZ_MODE_IN_ROW;
        return 1;
    }

    if ((top->af & (PZ_AF_SCOPE | PZ_AF_TABLE | PZ_AF_ONCE | PZ_AF_HEAD))
        || top->atom == PZ_ATOM_FORM || top->atom == PZ_ATOM_SELECT)
    {
        return 0;
    }

    if (top->flags & PZ_NODE_FORMATTING) {
        if (t->formats[t->nformats - 1].node != t->n - 1) {
            return 0;
        }
        t->nformats--;
    }

    return 1;
}


/* An end tag "</name>" of the innermost element, where nothing waits for that. */
static inline step_t
skim_end(pz_rewriter_t *rw, const char *lt, place_t place)
{
    pz_tree_t *t = &rw->tree;
    pz_node_t *top = pz_tree_top(t);
    unsigned   len = pz_key_len(top->key);

    if (lt[2 + len] != '>' || pz_key_short(lt + 2, len) != top->key
        || (top->flags & (PZ_NODE_WATCHED | PZ_NODE_MARKED | PZ_NODE_FORM))
        || !close_plain(t, top, place))
    {
        return STEP_ASK;
    }

    t->open_p -= top->atom == PZ_ATOM_P;
    t->n--;
    rw->scan.p = lt + 3 + len;

    return STEP_ON;
}


static inline step_t
skim_start(pz_rewriter_t *rw, const char *lt, place_t place)
{
    pz_scan_t  *scan = &rw->scan;
    pz_tag_t   *tag = &scan->tag;
    unsigned    len = pz_find_name_len(lt + 1);
    const char *p = lt + 1 + len;

    if (len > sizeof(uint64_t) || !pz_is_alpha(lt[1])) {
        return STEP_ASK;
    }

    tag->end = 0;
    tag->name = (pz_str_t) { lt + 1, len };
    tag->key = pz_key_short(lt + 1, len);
    tag->atom = (uint8_t) pz_atom_from(tag->key);

    if (*p == ' ') {
        p = pz_tag_walk(tag, p, scan->end);
    } else if (*p == '>') {
        p = pz_tag_bare(tag, p);
    } else {
        p = pz_is_space(*p) ? pz_tag_walk(tag, p, scan->end) : NULL;
    }
    if (p == NULL || (size_t) (p - lt) > scan->max_tag) {
        return STEP_ASK;
    }

    tag->whole = (pz_str_t) { lt, (size_t) (p - lt) };
    scan->from = lt;
    scan->p = p;

    return !pz_match_asks(&rw->matcher, tag, scan->end) && open_plain(rw, tag, place)
           ? STEP_ON : STEP_LONG;
}


/* The next tag, in front of which there is no text that tables do not take. */
static inline const char *
find_tag(const pz_scan_t *scan, place_t place)
{
    const char *lt = pz_find(scan->p, scan->end, '<');

    if (scan->end - lt <= PZ_FIND_BLOCK + 2) {
        return NULL;        /* the chunk's last bytes: no block can be read */
    }

    if ((place == PLACE_ROW || place == PLACE_ROWS) && pz_find_ink(scan->p, lt) != lt) {
        return NULL;
    }

    return lt;
}


int
pz_skim(pz_rewriter_t *rw)
{
    pz_scan_t  *scan = &rw->scan;
    step_t      step = STEP_ON;
    place_t     place;
    const char *lt;

    if (!may_skim(rw)) {
        return 0;
    }

    for (place = place_of(&rw->tree); place != PLACE_OTHER && step == STEP_ON; ) {
        if (place == PLACE_BODY && !rw->matcher.attrs) {
            pz_skim_body(rw);
            place = place_of(&rw->tree);
            if (place == PLACE_OTHER) {
                break;
            }
        }
        lt = find_tag(scan, place);
        if (lt == NULL) {
            break;
        }

        scan->p = lt;
        if (lt[1] == '/') {
            step = skim_end(rw, lt, place);
            place = place_of(&rw->tree);
        } else {
            step = skim_start(rw, lt, place);
            place = place == PLACE_BODY ? place : place_of(&rw->tree);
        }
        rw->markup |= step == STEP_ON;
    }

    pz_tree_instruct(&rw->tree, scan);

    return step == STEP_LONG;
}
