/*
 * What the rules may look at for one request: for functions and for templates.
 */
#ifndef PZ_SCOPE_H
#define PZ_SCOPE_H

#include "pz_rules.h"

typedef struct pz_scope_s {
    pz_ruleset_t             *rules;
    const pz_ruleset_input_t *in;
    const pz_profile_t       *profile;    /* the visitor's; empty without consent */
    const pz_decision_t      *decision;   /* its segments; filled while deciding */
    const pz_action_t        *action;     /* being rendered; or NULL */
    const pz_fact_t          *locals;     /* names that the place brings along */
    size_t                    nlocals;
    pz_str_t                 *asked;      /* what its values came to that are known; or NULL */
    unsigned                  failed:1;   /* a function failed while rendering */
} pz_scope_t;

/* 0, or -1 when the arena has no room. */
int pz_scope_init(pz_scope_t *scope, pz_ruleset_t *rules, const pz_ruleset_input_t *in,
    const pz_decision_t *decision);

/* The visitor's segments as a list with commas. */
pz_str_t pz_scope_segments(const pz_scope_t *scope);

/* The pz_template_lookup_pt of all templates; `data` is the scope. */
int pz_scope_lookup(void *data, pz_str_t name, pz_str_t *value);

/* Render into the arena; 0, or -1 when a value may not stand there or a function failed. */
int pz_scope_render(pz_scope_t *scope, const pz_content_t *content, size_t max, pz_str_t *text);
int pz_scope_append(pz_scope_t *scope, const pz_content_t *content, pz_sb_t *sb);

/*
 * Call a function of the rules: 1 or 0 for what it says, -1 when it failed
 * (told to on_fault).  The text: 0, -1 when it returned nothing, -2 failed.
 */
int pz_call_truth(pz_scope_t *scope, int function);
int pz_call_text(pz_scope_t *scope, int function, pz_str_t *text);

#endif
