/*
 * What the files of the tree share: the stack, the modes and their rules.
 */
#ifndef PZ_TREE_RULES_H
#define PZ_TREE_RULES_H

#include "pz_tree.h"

enum {
    PZ_MODE_INITIAL,
    PZ_MODE_BEFORE_HTML,
    PZ_MODE_BEFORE_HEAD,
    PZ_MODE_IN_HEAD,
    PZ_MODE_AFTER_HEAD,
    PZ_MODE_IN_BODY,
    PZ_MODE_IN_TABLE,
    PZ_MODE_IN_CAPTION,
    PZ_MODE_IN_COLUMN_GROUP,
    PZ_MODE_IN_TABLE_BODY,
    PZ_MODE_IN_ROW,
    PZ_MODE_IN_CELL,
    PZ_MODE_IN_SELECT,
    PZ_MODE_IN_SELECT_IN_TABLE,
    PZ_MODE_IN_TEMPLATE,
    PZ_MODE_AFTER_BODY,
    PZ_MODE_IN_FRAMESET,
    PZ_MODE_AFTER_FRAMESET,
    PZ_MODE_AFTER_AFTER_BODY,
    PZ_MODE_AFTER_AFTER_FRAMESET,
    PZ_MODE_COUNT
};

/*
 * The present tag is for the rules of the mode that is set now: the last thing
 * that rules do, since the dispatcher above them asks when they return.
 */
static inline void
pz_tree_again(pz_tree_t *t)
{
    t->again = 1;
}

/* --- rules: a start or an end tag of that atom, one pair a mode ------------- */

void pz_rules_head_start(pz_tree_t *t, unsigned atom);
void pz_rules_head_end(pz_tree_t *t, unsigned atom);
void pz_rules_head_text(pz_tree_t *t);
void pz_rules_body_start(pz_tree_t *t, unsigned atom);
void pz_rules_body_end(pz_tree_t *t, unsigned atom);
void pz_rules_table_start(pz_tree_t *t, unsigned atom);
void pz_rules_table_end(pz_tree_t *t, unsigned atom);
void pz_rules_select_start(pz_tree_t *t, unsigned atom);
void pz_rules_select_end(pz_tree_t *t, unsigned atom);
void pz_rules_late_start(pz_tree_t *t, unsigned atom);
void pz_rules_late_end(pz_tree_t *t, unsigned atom);

/* Foreign content; 0: the tag is for the present mode's rules. */
int pz_rules_foreign_start(pz_tree_t *t);
int pz_rules_foreign_end(pz_tree_t *t);
void pz_tree_insert_foreign(pz_tree_t *t, unsigned ns);

/* In head, wherever it stands: base, link, meta, script, style, template, title ... */
void pz_tree_insert_head_element(pz_tree_t *t, unsigned atom);
void pz_tree_end_template(pz_tree_t *t);

/* --- the stack ---------------------------------------------------------------- */

static inline pz_node_t *
pz_tree_top(const pz_tree_t *t)
{
    return &t->nodes[t->n - 1];
}

static inline int
pz_tree_is(const pz_tree_t *t, unsigned atom)
{
    return t->nodes[t->n - 1].atom == atom;
}

/* An HTML element; tags give their key, implied elements have only an atom. */
void pz_tree_insert(pz_tree_t *t, unsigned atom);
void pz_tree_insert_void(pz_tree_t *t, unsigned atom);
void pz_tree_insert_cut(pz_tree_t *t, unsigned atom);
void pz_tree_imply(pz_tree_t *t, unsigned atom);
void pz_tree_insert_raw(pz_tree_t *t, unsigned atom, pz_text_mode_t text);
unsigned pz_tree_push(pz_tree_t *t, const pz_node_t *node, unsigned how);

/* A html or body tag where the element is there already. */
void pz_tree_merge(pz_tree_t *t, unsigned atom);

void pz_tree_pop(pz_tree_t *t);

/* Pop down to and with node `node`; with `own` the present end tag closes it. */
void pz_tree_pop_to(pz_tree_t *t, unsigned node, int own);

/* Pop until the top is html, template or has one of the flags, or that atom. */
void pz_tree_clear_to(pz_tree_t *t, unsigned flags, unsigned atom);

/* Take a node out of the middle. */
void pz_tree_remove(pz_tree_t *t, unsigned node);

typedef enum {
    PZ_SCOPE_DEFAULT,
    PZ_SCOPE_LIST,
    PZ_SCOPE_BUTTON,
    PZ_SCOPE_TABLE,
    PZ_SCOPE_SELECT
} pz_scope_t;

/* The topmost node of that atom, or with one of the flags, in scope; 0: none. */
unsigned pz_tree_in_scope(pz_tree_t *t, unsigned atom, pz_scope_t scope);
unsigned pz_tree_flags_in_scope(pz_tree_t *t, uint32_t flags, pz_scope_t scope);

/* The topmost node of that atom anywhere; 0: none. */
unsigned pz_tree_find(pz_tree_t *t, unsigned atom);

/* "Generate implied end tags", except for one atom. */
void pz_tree_imply_ends(pz_tree_t *t, uint32_t flags, unsigned except);

/* Close a p in button scope. */
void pz_tree_close_p(pz_tree_t *t);

/* Imply end tags, then pop to `node`, which the present end tag closes. */
void pz_tree_close_own(pz_tree_t *t, unsigned node, unsigned except);

/* "Reset the insertion mode appropriately". */
void pz_tree_reset_mode(pz_tree_t *t);

/* --- active formatting elements ----------------------------------------------- */

void pz_format_push(pz_tree_t *t);
void pz_format_marker(pz_tree_t *t);
void pz_format_clear(pz_tree_t *t);
void pz_format_reconstruct(pz_tree_t *t);
unsigned pz_format_find(const pz_tree_t *t, unsigned atom);
void pz_format_drop(pz_tree_t *t, unsigned index);
void pz_format_closed(pz_tree_t *t, unsigned node);
void pz_format_shift(pz_tree_t *t, unsigned from, int by);

/* The adoption agency for the end tag `atom`, by a start or an end tag. */
void pz_format_adopt(pz_tree_t *t, unsigned atom);
void pz_rules_other_end(pz_tree_t *t, uint64_t key, int own);

#endif
