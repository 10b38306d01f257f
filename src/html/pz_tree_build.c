#include "pz_tree_build.h"
#include "pz_doctype.h"
#include "pz_find.h"
#include "pz_tree_rules.h"

#define NODES_FIRST  24

typedef void (*rule_pt)(pz_tree_t *t, unsigned atom);

typedef struct {
    rule_pt start;
    rule_pt end;
} rules_t;

static const rules_t rules[PZ_MODE_COUNT] = {
    [PZ_MODE_INITIAL] = { pz_rules_head_start, pz_rules_head_end },
    [PZ_MODE_BEFORE_HTML] = { pz_rules_head_start, pz_rules_head_end },
    [PZ_MODE_BEFORE_HEAD] = { pz_rules_head_start, pz_rules_head_end },
    [PZ_MODE_IN_HEAD] = { pz_rules_head_start, pz_rules_head_end },
    [PZ_MODE_AFTER_HEAD] = { pz_rules_head_start, pz_rules_head_end },
    [PZ_MODE_IN_BODY] = { pz_rules_body_start, pz_rules_body_end },
    [PZ_MODE_IN_TABLE] = { pz_rules_table_start, pz_rules_table_end },
    [PZ_MODE_IN_CAPTION] = { pz_rules_table_start, pz_rules_table_end },
    [PZ_MODE_IN_COLUMN_GROUP] = { pz_rules_table_start, pz_rules_table_end },
    [PZ_MODE_IN_TABLE_BODY] = { pz_rules_table_start, pz_rules_table_end },
    [PZ_MODE_IN_ROW] = { pz_rules_table_start, pz_rules_table_end },
    [PZ_MODE_IN_CELL] = { pz_rules_table_start, pz_rules_table_end },
    [PZ_MODE_IN_SELECT] = { pz_rules_select_start, pz_rules_select_end },
    [PZ_MODE_IN_SELECT_IN_TABLE] = { pz_rules_select_start, pz_rules_select_end },
    [PZ_MODE_IN_TEMPLATE] = { pz_rules_late_start, pz_rules_late_end },
    [PZ_MODE_AFTER_BODY] = { pz_rules_late_start, pz_rules_late_end },
    [PZ_MODE_IN_FRAMESET] = { pz_rules_late_start, pz_rules_late_end },
    [PZ_MODE_AFTER_FRAMESET] = { pz_rules_late_start, pz_rules_late_end },
    [PZ_MODE_AFTER_AFTER_BODY] = { pz_rules_late_start, pz_rules_late_end },
    [PZ_MODE_AFTER_AFTER_FRAMESET] = { pz_rules_late_start, pz_rules_late_end },
};

/* Modes in which text opens, closes or changes something. */
const uint32_t pz_tree_text_modes =
    1u << PZ_MODE_INITIAL | 1u << PZ_MODE_BEFORE_HTML
    | 1u << PZ_MODE_BEFORE_HEAD | 1u << PZ_MODE_IN_HEAD
    | 1u << PZ_MODE_AFTER_HEAD | 1u << PZ_MODE_IN_COLUMN_GROUP
    | 1u << PZ_MODE_AFTER_BODY | 1u << PZ_MODE_AFTER_AFTER_BODY;


int
pz_tree_init(pz_tree_t *tree, pz_arena_t *arena, unsigned max_depth,
    const pz_tree_ops_t *ops, void *data)
{
    *tree = (pz_tree_t) { .ops = ops, .data = data, .arena = arena, .max = max_depth };

    tree->nodes = pz_arena_alloc(arena, NODES_FIRST * sizeof(pz_node_t));
    if (tree->nodes == NULL) {
        return -1;
    }

    tree->nodes[0] = (pz_node_t) { .af = PZ_AF_SCOPE };
    tree->n = 1;
    tree->room = NODES_FIRST;
    tree->frameset_ok = 1;
    tree->budget = 1u << 20;

    return 0;
}


/* The present tag by the present mode's rules, as often as they hand it on. */
static inline void
apply(pz_tree_t *t)
{
    unsigned atom = t->tag->atom;

    do {
        t->again = 0;
        if (t->tag->end) {
            rules[t->mode].end(t, atom);
        } else {
            rules[t->mode].start(t, atom);
        }
    } while (t->again && !t->failed);
}


/* Foreign content reads the tag first, and may hand it on. */
static inline void
dispatch(pz_tree_t *t)
{
    if (pz_tree_in_foreign(t)) {
        t->again = 0;
        if ((t->tag->end ? pz_rules_foreign_end(t) : pz_rules_foreign_start(t))
            && (!t->again || t->failed))
        {
            return;
        }
    }

    apply(t);
}


void
pz_tree_doctype(pz_tree_t *tree, pz_str_t doctype)
{
    if (tree->mode == PZ_MODE_INITIAL) {
        tree->quirks = (uint8_t) pz_doctype_is_quirky(doctype);
        tree->mode = PZ_MODE_BEFORE_HTML;
    }
}


void
pz_tree_start(pz_tree_t *tree, const pz_tag_t *tag)
{
    tree->tag = tag;
    tree->own = 0;
    tree->text = PZ_TEXT_DATA;
    tree->newline = 0;

    dispatch(tree);
    tree->tag = NULL;
}


/*
 * The usual end tag: of the innermost element, where the rules of "in body" say
 * no more than to close it.
 */
static inline int
closes_top(const pz_tree_t *tree, const pz_tag_t *tag)
{
    const pz_node_t *top = pz_tree_top(tree);

    return top->key == tag->key && top->ns == PZ_NS_HTML
           && (tree->mode == PZ_MODE_IN_BODY || tree->mode == PZ_MODE_IN_CELL)
           && !(top->af & (PZ_AF_FORMAT | PZ_AF_SCOPE | PZ_AF_TABLE | PZ_AF_ONCE | PZ_AF_HEAD))
           && top->atom != PZ_ATOM_FORM;
}


void
pz_tree_end_tag(pz_tree_t *tree, const pz_tag_t *tag)
{
    tree->tag = tag;
    tree->own = 0;
    tree->text = PZ_TEXT_DATA;

    if (closes_top(tree, tag)) {
        pz_tree_pop_to(tree, tree->n - 1, 1);
        tree->raw = 0;

    } else if (tree->raw) {
        tree->raw = 0;
        pz_tree_pop_to(tree, tree->n - 1, 1);

    } else {
        dispatch(tree);
    }

    tree->tag = NULL;
}


void
pz_tree_text(pz_tree_t *tree, int blank)
{
    if (tree->raw) {
        return;
    }

    if (pz_tree_in_foreign(tree)) {
        tree->frameset_ok &= (uint8_t) blank;
        return;
    }

    tree->tag = NULL;
    tree->by_text = 1;

    if (!blank && (pz_tree_text_modes >> tree->mode & 1)) {
        if (tree->mode == PZ_MODE_IN_COLUMN_GROUP) {
            if (pz_tree_is(tree, PZ_ATOM_COLGROUP)) {
                pz_tree_pop(tree);
                tree->mode = PZ_MODE_IN_TABLE;
            }
        } else if (tree->mode >= PZ_MODE_AFTER_BODY) {
            tree->mode = PZ_MODE_IN_BODY;
        } else {
            pz_rules_head_text(tree);
        }
    }

    if (!blank && (pz_tree_top(tree)->af & PZ_AF_FOSTERS)) {
        tree->ops->on_move(tree->data, PZ_MOVE_FOSTER_TEXT,
                           pz_tree_foster_parent(tree, tree->n), 0);
    }

    /* white space in a table stays there; other text is fostered, as body text */
    if (tree->closed_formats && tree->mode != PZ_MODE_IN_COLUMN_GROUP
        && tree->mode != PZ_MODE_IN_FRAMESET && tree->mode != PZ_MODE_AFTER_FRAMESET
        && tree->mode != PZ_MODE_AFTER_AFTER_FRAMESET && tree->mode >= PZ_MODE_IN_BODY
        && tree->mode != PZ_MODE_IN_SELECT && tree->mode != PZ_MODE_IN_SELECT_IN_TABLE
        && !(blank && (pz_tree_top(tree)->af & PZ_AF_FOSTERS)))
    {
        tree->foster = (pz_tree_top(tree)->af & PZ_AF_FOSTERS) != 0;
        pz_format_reconstruct(tree);
        tree->foster = 0;
    }

    tree->frameset_ok &= (uint8_t) blank;
    tree->by_text = 0;
}


void
pz_tree_eof(pz_tree_t *tree)
{
    tree->tag = NULL;
    tree->own = 0;

    while (tree->n > 1 && !tree->failed) {
        pz_tree_pop(tree);
    }
}
