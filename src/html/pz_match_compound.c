#include "pz_match_compound.h"
#include "pz_find.h"
#include "pz_reference.h"


static int
equal(pz_str_t a, pz_str_t b, int fold)
{
    return fold ? pz_str_ieq(a, b) : pz_str_eq(a, b);
}


/* One of the words of a value that are separated by white space. */
static int
has_word(pz_str_t value, pz_str_t word, int fold)
{
    const char *p = value.data, *end;

    if (word.len == 0 || value.len == 0) {
        return 0;
    }
    end = p + value.len;

    while (p < end) {
        const char *from;

        while (p < end && pz_is_space(*p)) {
            p++;
        }
        for (from = p; p < end && !pz_is_space(*p); p++) { /* void */ }
        if (equal((pz_str_t) { from, (size_t) (p - from) }, word, fold)) {
            return 1;
        }
    }

    return 0;
}


static int
contains(pz_str_t value, pz_str_t part, int fold)
{
    if (!fold) {
        return pz_str_find(value, part) >= 0;
    }

    for (size_t i = 0; i + part.len <= value.len; i++) {
        if (pz_str_ieq((pz_str_t) { value.data + i, part.len }, part)) {
            return 1;
        }
    }

    return 0;
}


static int
match_attr(const pz_match_t *match, const pz_cond_t *cond)
{
    pz_attr_t attr;
    pz_str_t  v, want = cond->value;

    if (!pz_tag_find_attr(match->tag, cond->name, &attr)) {
        return 0;
    }

    if (cond->op == PZ_ATTR_PRESENT) {
        return 1;
    }
    v = pz_reference_decode(match->plain, attr.value);

    if (cond->op == PZ_ATTR_EQUALS) {
        return equal(v, want, cond->fold);
    }
    if (cond->op == PZ_ATTR_INCLUDES) {
        return has_word(v, want, cond->fold);
    }
    if (v.len < want.len || (want.len == 0 && cond->op != PZ_ATTR_DASH)) {
        return 0;
    }

    switch (cond->op) {
    case PZ_ATTR_DASH:
        return equal(pz_str_head(v, want.len), want, cond->fold)
               && (v.len == want.len || v.data[want.len] == '-');
    case PZ_ATTR_PREFIX:
        return equal(pz_str_head(v, want.len), want, cond->fold);
    case PZ_ATTR_SUFFIX:
        return equal(pz_str_skip(v, v.len - want.len), want, cond->fold);
    default:
        return contains(v, want, cond->fold);
    }
}


static int
match_nth(const pz_cond_t *cond, unsigned index)
{
    long d = (long) index - cond->b;

    return cond->a ? d % cond->a == 0 && d / cond->a >= 0 : d == 0;
}


static int
match_list(const pz_match_t *match, const pz_compound_t *list, uint32_t base)
{
    for ( ; list; list = list->next) {
        if (pz_match_compound(match, list, base) && pz_match_left(match, list, base)) {
            return 1;
        }
    }

    return 0;
}


static int
match_cond(const pz_match_t *match, const pz_cond_t *cond, uint32_t base)
{
    /* in quirks mode ids and classes have no case */
    int fold = match->tree->quirks;

    switch (cond->kind) {
    case PZ_COND_ID:
        return match->tag->id.data
               && equal(pz_reference_decode(match->plain, match->tag->id), cond->name, fold);
    case PZ_COND_CLASS:
        return match->tag->class_.data
               && has_word(pz_reference_decode(match->plain, match->tag->class_), cond->name, fold);
    case PZ_COND_ATTR:
        return match_attr(match, cond);
    case PZ_COND_ROOT:
        return match->parent == 0;
    case PZ_COND_NTH_CHILD:
        return match_nth(cond, match->tree->nodes[match->parent].children);
    case PZ_COND_NTH_OF_TYPE:
        return match_nth(cond, match->type_index);
    case PZ_COND_IS:
        return match_list(match, cond->list, base);
    default:
        return !match_list(match, cond->list, base);
    }
}


int
pz_match_compound(const pz_match_t *match, const pz_compound_t *c, uint32_t base)
{
    if (c->type && c->type != match->node->key) {
        return 0;
    }

    for (const pz_cond_t *cond = c->conds; cond; cond = cond->next) {
        if (!match_cond(match, cond, base)) {
            return 0;
        }
    }

    return 1;
}


/* Whether the parent has a mark: its own, or one that its children left for each other. */
static int
parent_has(const pz_match_t *match, uint32_t mark)
{
    const pz_matcher_t *m = match->matcher;
    const pz_node_t    *parent = &match->tree->nodes[match->parent];
    uint32_t            end = parent + 1 == match->node ? m->marks.n : parent[1].marks;

    for (uint32_t i = parent->marks; i < end; i++) {
        if (m->marks.items[i] == mark) {
            return 1;
        }
    }

    return 0;
}


int
pz_match_left(const pz_match_t *match, const pz_compound_t *c, uint32_t base)
{
    uint32_t state;

    if (c->left == NULL) {
        return 1;
    }
    state = base + c->left->state;

    switch (c->combinator) {
    case PZ_COMBINE_DESCENDANT:
        return match->matcher->open[state] > 0;
    case PZ_COMBINE_CHILD:
        return parent_has(match, state << 2 | PZ_MARK_CHILD);
    case PZ_COMBINE_ADJACENT:
        return parent_has(match, state << 2 | PZ_MARK_ADJACENT);
    default:
        return parent_has(match, state << 2 | PZ_MARK_SIBLING);
    }
}
