#include "pz_skim_body.h"
#include "pz_find.h"
#include "pz_match_index.h"
#include "pz_skim_open.h"
#include "pz_window.h"

#ifdef PZ_WINDOW

/* So many bytes are read where a tag, or the space in front of an attribute, begins; and before. */
#define AHEAD   PZ_WINDOW
#define BEFORE  8

/* `class="` and `id="` in the last of eight bytes, as pz_key_load reads them. */
#define CLASS_QUOTE  0x223d7373616c63u
#define ID_QUOTE     0x223d6469u
#define SMALL        0x2020202020202020u    /* small letters, whatever they were */

#define MASK(n)  (~0ull >> (64 - 8 * (n)))

/* The bytes of a name in its first eight. */
static const uint64_t name_mask[] = {
    0, MASK(1), MASK(2), MASK(3), MASK(4), MASK(5), MASK(6), MASK(7), MASK(8),
};


/*
 * Does a test ask for the attribute whose value begins at `value`, behind a '"',
 * and ends at `to`?  Of one whose name but ends in "id" or "class", too: that
 * it is no such thing others may find out.
 */
static inline int
asks_attr(const pz_matcher_t *m, const char *value, const char *to, const char *end)
{
    uint64_t head = pz_key_load(value - 8) | SMALL;

    if (head >> 8 == CLASS_QUOTE && m->classes) {
        return pz_match_asks_classes(m, (pz_str_t) { value, (size_t) (to - value) }, end);
    }

    return head >> 32 == ID_QUOTE && m->ids
           && pz_match_asks_id(m, (pz_str_t) { value, (size_t) (to - value) }, end);
}


/*
 * The attribute whose value's first quote is `open`, a bit of the window at `p`:
 * the place of its last quote, or NULL.  In front of it stand names, without a
 * value but for the last one; and then the window goes on behind it.
 */
static inline const char *
skip_value(const pz_matcher_t *m, pz_window_t *w, uint64_t open, const char *p, const char *end)
{
    const char *value = p + __builtin_ctzll(open) + 1, *to;
    uint64_t    behind;

    if ((w->signs & (open - 1)) != open >> 1 || value[-2] != '=' || value[-3] <= '/') {
        return NULL;
    }

    w->quotes ^= open;
    to = w->quotes ? p + __builtin_ctzll(w->quotes) : pz_find(p + PZ_WINDOW, end, '"');
    if (to == end || asks_attr(m, value, to, end)) {
        return NULL;
    }

    behind = ~(w->quotes ^ (w->quotes - 1));    /* nothing, if the last quote is outside */
    w->quotes &= behind;
    w->ends &= behind;
    w->signs &= behind;

    return to;
}


/*
 * Attributes from `p` on, those with a value written name="value", of which no
 * test asks for one.  Returns the place behind the tag's '>', or NULL: there
 * is more to it, or it is too near to `end`.
 */
static inline const char *
skip_attrs(const pz_matcher_t *m, const char *p, const char *end)
{
    const char *from = p;

    do {
        pz_window_t w = pz_window(p = from);

        for ( ;; ) {
            uint64_t open = w.quotes & (0 - w.quotes);
            const char *to;

            if (w.ends & (open - 1)) {      /* a '>' in front of the next quote, if there is one */
                uint64_t gt = w.ends & (0 - w.ends);

                return w.signs & (gt - 1) ? NULL : p + __builtin_ctzll(gt) + 1;
            }
            if (open == 0) {
                break;
            }

            to = skip_value(m, &w, open, p, end);
            if (to == NULL) {
                return NULL;
            }
            from = to + 1;
        }
    } while (from > p && end - from >= AHEAD);

    return NULL;
}


/* The start tag at `lt`; the place behind it, or NULL: it is for others. */
static inline const char *
skim_start(pz_rewriter_t *rw, const char *lt, const char *end)
{
    const pz_matcher_t *m = &rw->matcher;
    pz_skim_tag_t       tag = { .len = pz_find_name_len(lt + 1) };
    const char         *p = lt + 1 + tag.len;

    if (tag.len > sizeof(uint64_t) || !pz_is_alpha(lt[1])) {
        return NULL;
    }

    tag.key = pz_key_load(lt + 1) & name_mask[tag.len];
    tag.atom = pz_atom_from(tag.key);
    if (tag.atom == PZ_ATOM_NONE) {
        tag.key = pz_key_fold(tag.key);
        tag.atom = pz_atom_from(tag.key);
    }
    if (m->atoms[tag.atom / 64] >> (tag.atom & 63) & 1) {
        return NULL;
    }

    tag.attrs = *p != '>';
    if (!tag.attrs) {
        p++;
    } else if (!pz_is_space(*p) || end - p < AHEAD || (p = skip_attrs(m, p, end)) == NULL) {
        return NULL;
    }

    return (size_t) (p - lt) <= rw->scan.max_tag && pz_skim_open_in_body(rw, &tag) ? p : NULL;
}


/* The end tag at `lt` of the element on top, where nobody waits for that. */
static inline const char *
skim_end(pz_tree_t *t, const char *lt)
{
    pz_node_t *top = pz_tree_top(t);
    unsigned   len = top->close_len;

    if (len == 0 || (pz_key_load(lt + 2) & name_mask[len]) != top->key || lt[2 + len] != '>'
        || (top->flags & (PZ_NODE_WATCHED | PZ_NODE_MARKED)))
    {
        return NULL;
    }

    if (top->flags & PZ_NODE_FORMATTING) {
        if (t->formats[t->nformats - 1].node != t->n - 1) {
            return NULL;
        }
        t->nformats--;
    }

    t->open_p -= top->atom == PZ_ATOM_P;
    t->n--;

    return lt + 3 + len;
}


/* What was in body before its top closed: is it still? */
static inline int
is_body(const pz_tree_t *t)
{
    const pz_node_t *top = pz_tree_top(t);

    return top->ns == PZ_NS_HTML && !(top->af & PZ_AF_FOSTERS);
}


void
pz_skim_body(pz_rewriter_t *rw)
{
    pz_tree_t  *t = &rw->tree;
    const char *p = rw->scan.p, *end = rw->scan.end, *lt, *next;

    if (p - rw->scan.start < BEFORE) {
        return;
    }

    for ( ;; ) {
        lt = pz_find(p, end, '<');
        if (end - lt < AHEAD) {
            break;
        }

        next = lt[1] == '/' ? skim_end(t, lt) : skim_start(rw, lt, end);
        if (next == NULL) {
            break;
        }

        p = next;
        rw->markup = 1;
        if (lt[1] == '/' && !is_body(t)) {
            break;
        }
    }

    rw->scan.p = p;
}

#else

void
pz_skim_body(pz_rewriter_t *rw)
{
    (void) rw;
}

#endif
