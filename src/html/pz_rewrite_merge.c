/*
 * A html or body tag that comes when its element is there: a browser gives the
 * element the attributes that it has not (HTML 13.2.6.4.7).
 *
 * The start tag of the element has gone out.  What the new attributes change for
 * the elements that are still to come is followed; if they change what the
 * edits did to the element itself, or to one that is open in it, editing ends.
 */
#include "pz_rewrite_state.h"
#include "pz_tag_edit.h"

#define MERGED_MAX  4096


static pz_str_t *
kept(pz_rewriter_t *rw, unsigned n)
{
    return &rw->merged[n - 1];
}


/* The tag's attributes, each so that another one may follow; -1: no room. */
static int
write_attrs(pz_sb_t *sb, const pz_tag_t *tag)
{
    const char *at = NULL;
    pz_attr_t   attr;

    while (pz_tag_next_attr(tag, &at, &attr)) {
        pz_sb_byte(sb, ' ');
        if (attr.value.data && attr.value.len == 0) {
            pz_sb_add(sb, attr.name);
            pz_sb_add(sb, PZ_STR("=\"\""));
        } else {
            pz_sb_add(sb, attr.whole);
        }
    }

    return sb->failed ? -1 : 0;
}


void
pz_rewrite_keep(pz_rewriter_t *rw, unsigned n)
{
    pz_sb_t sb;

    /* head has none that count: a second head tag is ignored */
    if (n > 2 || rw->tree.nodes[n].atom == PZ_ATOM_HEAD) {
        return;
    }

    pz_sb_init(&sb, rw->tree.arena, MERGED_MAX);
    if (write_attrs(&sb, rw->tag) || pz_sb_done(&sb, kept(rw, n))) {
        *kept(rw, n) = (pz_str_t) { NULL, MERGED_MAX };     /* unknown */
    }
}


/* A tag of these attributes: the first of a name counts, as where tags are merged. */
static int
make_tag(pz_rewriter_t *rw, unsigned n, pz_str_t attrs, pz_tag_t *tag)
{
    pz_sb_t     sb;
    const char *name = pz_atom_name(rw->tree.nodes[n].atom);
    size_t      len = strlen(name);

    *tag = (pz_tag_t) { .key = rw->tree.nodes[n].key, .atom = rw->tree.nodes[n].atom };
    pz_sb_init(&sb, rw->tree.arena, 2 * MERGED_MAX);
    pz_sb_byte(&sb, '<');
    pz_sb_add(&sb, (pz_str_t) { name, len });
    pz_sb_add(&sb, attrs);
    pz_sb_add(&sb, PZ_STR(" >"));
    if (pz_sb_done(&sb, &tag->whole)) {
        return -1;
    }

    tag->name = (pz_str_t) { tag->whole.data + 1, len };

    return pz_tag_walk(tag, tag->name.data + len, tag->whole.data + tag->whole.len) ? 0 : -1;
}


/* Whether an edit made the element's tag such that the late tag does not add to it as it should. */
static int
collides(const pz_rewriter_t *rw)
{
    const pz_marks_t *hits = &rw->matcher.hits;
    pz_attr_t         attr;

    for (uint32_t i = 0; i < hits->n; i++) {
        const pz_edit_t *edit = &rw->edits[hits->items[i]];

        if (edit->op == PZ_EDIT_ADD_CLASS || edit->op == PZ_EDIT_REMOVE_CLASS) {
            if (rw->tag->class_.data) {
                return 1;
            }
        } else if (edit->op == PZ_EDIT_REMOVE_ATTR
                   && pz_tag_find_attr(rw->tag, edit->name, &attr))
        {
            return 1;
        }
    }

    return 0;
}


/* The hits as one number: they are the same before and after, or editing ends. */
static uint64_t
sum_hits(const pz_rewriter_t *rw)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < rw->matcher.hits.n; i++) {
        sum = (sum ^ (rw->matcher.hits.items[i] + 1)) * PZ_KEY_MIX;
    }

    return sum;
}


void
pz_rewrite_merge(pz_rewriter_t *rw, unsigned n)
{
    pz_str_t attrs = *kept(rw, n);
    pz_tag_t before, after;
    pz_sb_t  sb;
    uint64_t hits;
    int      known = attrs.len < MERGED_MAX && !rw->drop;

    if (known) {
        pz_sb_init(&sb, rw->tree.arena, MERGED_MAX);
        pz_sb_add(&sb, attrs);
        known = write_attrs(&sb, rw->tag) == 0 && pz_sb_done(&sb, kept(rw, n)) == 0
                && make_tag(rw, n, attrs, &before) == 0
                && make_tag(rw, n, *kept(rw, n), &after) == 0
                && pz_matcher_ask(&rw->matcher, &rw->tree, n, &before, 0) == 0;
    }

    if (known) {
        hits = sum_hits(rw);
        known = !collides(rw) && pz_matcher_ask(&rw->matcher, &rw->tree, n, &after, 1) == 0
                && sum_hits(rw) == hits;
    }

    if (!known) {
        pz_rewrite_stop(rw, PZ_OUTCOME_AMBIGUOUS);
    }
}
