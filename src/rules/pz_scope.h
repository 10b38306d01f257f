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

/* A field of the visitor's profile by name; 0, or -1 when it is absent. */
int pz_scope_field(const pz_scope_t *scope, pz_str_t name, pz_str_t *text);

#endif
