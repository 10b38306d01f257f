#include "pz_find.h"
#include "pz_match_compound.h"
#include "pz_match_index.h"


int
pz_matcher_init(pz_matcher_t *m, pz_arena_t *arena, const pz_edit_t *edits, size_t n)
{
    uint32_t ntests = 0, nstates = 0, nslots = 4, i = 0;

    *m = (pz_matcher_t) { .arena = arena };
    pz_sb_init(&m->plain, arena, SIZE_MAX);

    for (size_t e = 0; e < n; e++) {
        ntests += edits[e].selector->ntests;
        nstates += edits[e].selector->nstates;
        m->features |= edits[e].selector->features & ~(PZ_SELECTOR_ONCE | PZ_SELECTOR_BARE);
    }

    while (nslots < ntests * 2) {
        nslots *= 2;
    }

    m->mask = nslots - 1;
    m->ntests = ntests;
    m->tests = pz_arena_array(arena, ntests + 1, sizeof(pz_test_t));
    m->slots = pz_arena_array(arena, nslots, sizeof(uint32_t));
    m->open = pz_arena_array(arena, nstates + 1, sizeof(uint32_t));
    if (m->tests == NULL || m->slots == NULL || m->open == NULL) {
        return -1;
    }

    for (size_t e = 0; e < n; e++) {
        for (const pz_compound_t *c = edits[e].selector->tests; c; c = c->next_test) {
            m->tests[++i] = (pz_test_t) { .compound = c, .edit = (uint32_t) e,
                                          .base = m->nstates, .left = PZ_NO_STATE };
            if (c->left) {
                m->tests[i].left = m->nstates + c->left->state;
            }
            pz_match_file(m, i);
        }
        m->nstates += edits[e].selector->nstates;
    }

    return 0;
}


static int
add(pz_matcher_t *m, pz_marks_t *list, uint32_t item)
{
    if (list->n == list->room) {
        uint32_t  room = list->room ? list->room * 2 : 8;
        uint32_t *items = pz_arena_alloc(m->arena, room * sizeof(uint32_t));

        if (items == NULL) {
            m->failed = 1;
            return -1;
        }
        if (list->n) {
            memcpy(items, list->items, list->n * sizeof(uint32_t));
        }
        list->items = items;
        list->room = room;
    }

    list->items[list->n++] = item;

    return 0;
}


/* Once, and in order: the first test filed is not the first edit. */
static void
add_once(pz_matcher_t *m, pz_marks_t *list, uint32_t item)
{
    uint32_t i = list->n;

    while (i > 0 && list->items[i - 1] > item) {
        i--;
    }

    if ((i > 0 && list->items[i - 1] == item) || add(m, list, item)) {
        return;
    }

    memmove(&list->items[i + 1], &list->items[i], (list->n - 1 - i) * sizeof(uint32_t));
    list->items[i] = item;
}


static void
run_chain(pz_matcher_t *m, const pz_match_t *match, pz_node_t *node, uint32_t i)
{
    for ( ; i; i = m->tests[i].next) {
        const pz_test_t     *test = &m->tests[i];
        const pz_compound_t *c = test->compound;
        int                  idle = test->left != PZ_NO_STATE && m->open[test->left] == 0;

        /* what cannot match here is looked at only to know whether it has to do with it */
        if (idle && (node->flags & PZ_NODE_TOUCHED)) {
            continue;
        }

        if (!pz_match_compound(match, c, test->base)) {
            continue;
        }

        node->flags |= PZ_NODE_TOUCHED;
        if (idle || !pz_match_left(match, c, test->base)) {
            continue;
        }

        if (c->state == PZ_NO_STATE) {
            add_once(m, &m->hits, test->edit);
        } else {
            add_once(m, &m->fresh, (test->base + c->state) << 2 | (c->use - PZ_COMBINE_DESCENDANT));
        }
    }
}


static void
run_classes(pz_matcher_t *m, const pz_match_t *match, pz_node_t *node)
{
    const char *p = match->tag->class_.data, *end = p + match->tag->class_.len, *from;
    const char *readable = match->tag->whole.data + match->tag->whole.len;

    while (p < end) {
        while (p < end && pz_is_space(*p)) {
            p++;
        }
        from = p;
        p = pz_find_space(p, readable, ' ', ' ');
        p = p < end ? p : end;
        if (p > from) {
            uint64_t key = pz_key(from, (size_t) (p - from), readable);

            if (m->classes & pz_match_bit(key)) {
                run_chain(m, match, node, m->slots[pz_match_slot(m, PZ_KEY_CLASS, key)]);
            }
        }
    }
}


static void
run_attrs(pz_matcher_t *m, const pz_match_t *match, pz_node_t *node)
{
    const char *at = NULL;
    pz_attr_t   attr;

    while (pz_tag_next_attr(match->tag, &at, &attr)) {
        if (m->attrs & pz_attr_bit(attr.name.data, attr.name.len)) {
            uint32_t slot = pz_match_slot(m, PZ_KEY_ATTR, pz_key_of(attr.name));

            run_chain(m, match, node, m->slots[slot]);
        }
    }
}


static void
run_tests(pz_matcher_t *m, const pz_match_t *match, pz_node_t *node)
{
    const pz_tag_t *tag = match->tag;
    unsigned        atom = pz_atom_from(node->key);
    uint64_t        key;

    if (m->atoms[atom / 64] >> (atom & 63) & 1) {
        run_chain(m, match, node, m->slots[pz_match_slot(m, PZ_KEY_TYPE, node->key)]);
    }

    if (m->ids && tag->id.len) {
        key = pz_key(tag->id.data, tag->id.len, tag->whole.data + tag->whole.len);
        if (m->ids & pz_match_bit(key)) {
            run_chain(m, match, node, m->slots[pz_match_slot(m, PZ_KEY_ID, key)]);
        }
    }

    if (m->classes && tag->class_.len) {
        run_classes(m, match, node);
    }

    if (m->attrs & tag->names) {
        run_attrs(m, match, node);
    }

    run_chain(m, match, node, m->any);
    m->failed |= m->plain.failed;
}


/* The element's place among its siblings of the same name, counted on the parent. */
static unsigned
count_type(pz_matcher_t *m, pz_tree_t *tree, pz_node_t *node, unsigned parent)
{
    pz_node_t *p = &tree->nodes[parent];

    for (uint32_t i = p->types; i < m->ntypes; i++) {
        tree->work++;
        if (m->types[i].key == node->key && m->types[i].ns == node->ns) {
            return ++m->types[i].count;
        }
    }

    if (m->ntypes == m->types_room) {
        uint32_t         room = m->types_room ? m->types_room * 2 : 16;
        pz_type_count_t *types = pz_arena_alloc(m->arena, room * sizeof(pz_type_count_t));

        if (types == NULL) {
            m->failed = 1;
            return 1;
        }
        if (m->ntypes) {
            memcpy(types, m->types, m->ntypes * sizeof(pz_type_count_t));
        }
        m->types = types;
        m->types_room = room;
    }

    m->types[m->ntypes++] = (pz_type_count_t) { node->key, node->ns, 1 };
    p->flags |= PZ_NODE_MARKED;

    return 1;
}


/* Only the last sibling's marks count for '+'. */
static void
forget_adjacent(pz_matcher_t *m, uint32_t from)
{
    uint32_t n = from;

    for (uint32_t i = from; i < m->marks.n; i++) {
        if ((m->marks.items[i] & 3) != PZ_MARK_ADJACENT) {
            m->marks.items[n++] = m->marks.items[i];
        } else {
            m->open[m->marks.items[i] >> 2]--;
        }
    }

    m->marks.n = n;
}


static int
has_mark(const pz_matcher_t *m, uint32_t from, uint32_t mark)
{
    while (from < m->marks.n && m->marks.items[from] != mark) {
        from++;
    }

    return from < m->marks.n;
}


/* Marks for siblings go to the parent, marks for descendants to the element. */
static void
keep_marks(pz_matcher_t *m, pz_node_t *parent, pz_node_t *node, int is_void)
{
    if (m->features & PZ_SELECTOR_SIBLINGS) {
        forget_adjacent(m, parent->marks);
        for (uint32_t i = 0; i < m->fresh.n; i++) {
            uint32_t mark = m->fresh.items[i];

            if ((mark & 3) >= PZ_MARK_ADJACENT && !has_mark(m, parent->marks, mark)) {
                if (add(m, &m->marks, mark) == 0) {
                    m->open[mark >> 2]++;
                    parent->flags |= PZ_NODE_MARKED;
                }
            }
        }
    }

    node->marks = m->marks.n;
    for (uint32_t i = 0; i < m->fresh.n && !is_void; i++) {
        uint32_t mark = m->fresh.items[i];

        if ((mark & 3) < PZ_MARK_ADJACENT && add(m, &m->marks, mark) == 0) {
            m->open[mark >> 2]++;
            node->flags |= PZ_NODE_MARKED;
        }
    }
}


void
pz_matcher_open(pz_matcher_t *m, pz_tree_t *tree, unsigned n, const pz_tag_t *tag, int is_void)
{
    pz_node_t *node = &tree->nodes[n];
    unsigned   parent = pz_tree_parent(tree, n);
    pz_match_t match = { .matcher = m, .tree = tree, .node = node, .tag = tag, .plain = &m->plain,
                         .parent = parent };

    m->hits.n = m->fresh.n = 0;
    if (m->features & PZ_SELECTOR_NTH_TYPE) {
        match.type_index = count_type(m, tree, node, parent);
    }
    node->types = m->ntypes;

    run_tests(m, &match, node);

    if (m->nstates) {
        keep_marks(m, &tree->nodes[parent], node, is_void);
    }
}


/* Marks that are the element's own, not left in it by its children for each other. */
static int
is_own(uint32_t mark)
{
    return (mark & 3) < PZ_MARK_ADJACENT;
}


/* Whether the node's own marks, which stand before `end`, are the fresh ones. */
static int
same_marks(const pz_matcher_t *m, const pz_node_t *node, uint32_t end)
{
    uint32_t i = node->marks, f = 0;

    for ( ;; ) {
        while (i < end && !is_own(m->marks.items[i])) {
            i++;
        }
        while (f < m->fresh.n && !is_own(m->fresh.items[f])) {
            f++;
        }
        if (i == end || f == m->fresh.n) {
            return i == end && f == m->fresh.n;
        }
        if (m->marks.items[i++] != m->fresh.items[f++]) {
            return 0;
        }
    }
}


/* The fresh marks instead of the node's own; it is on top. */
static void
replace_marks(pz_matcher_t *m, pz_node_t *node)
{
    uint32_t n = node->marks;

    for (uint32_t i = n; i < m->marks.n; i++) {
        if (is_own(m->marks.items[i])) {
            m->open[m->marks.items[i] >> 2]--;
        } else {
            m->marks.items[n++] = m->marks.items[i];
        }
    }

    m->marks.n = n;
    for (uint32_t f = 0; f < m->fresh.n; f++) {
        if (is_own(m->fresh.items[f]) && add(m, &m->marks, m->fresh.items[f]) == 0) {
            m->open[m->fresh.items[f] >> 2]++;
            node->flags |= PZ_NODE_MARKED;
        }
    }
}


int
pz_matcher_ask(pz_matcher_t *m, pz_tree_t *tree, unsigned n, const pz_tag_t *tag, int replace)
{
    pz_node_t *node = &tree->nodes[n];
    uint32_t   all = m->marks.n, end = n + 1 < tree->n ? node[1].marks : all;
    uint8_t    touched = node->flags & PZ_NODE_TOUCHED;
    pz_match_t match = { .matcher = m, .tree = tree, .node = node, .tag = tag, .plain = &m->plain,
                         .parent = n - 1, .type_index = 1 };

    m->hits.n = m->fresh.n = 0;

    /* asked as when it opened: what stands in it counts for nothing */
    for (uint32_t i = node->marks; i < all; i++) {
        m->open[m->marks.items[i] >> 2]--;
    }
    m->marks.n = node->marks;
    node->flags &= (uint8_t) ~PZ_NODE_TOUCHED;
    run_tests(m, &match, node);
    node->flags |= touched;

    for (uint32_t i = node->marks; i < all; i++) {
        m->open[m->marks.items[i] >> 2]++;
    }
    m->marks.n = all;

    if (same_marks(m, node, end)) {
        return 0;
    }
    if (!replace || n + 1 < tree->n) {
        return -1;
    }
    replace_marks(m, node);

    return 0;
}


void
pz_matcher_close(pz_matcher_t *m, const pz_node_t *node)
{
    for (uint32_t i = node->marks; i < m->marks.n; i++) {
        m->open[m->marks.items[i] >> 2]--;
    }

    if (m->nstates) {
        m->marks.n = node->marks;
    }
    m->ntypes = node->types;
}
