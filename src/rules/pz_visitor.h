/*
 * `visitor` and `ctx`: what the functions of rules are given.  Both are
 * read-only; a field is read from the profile when the rule asks for it.
 */
#ifndef PZ_VISITOR_H
#define PZ_VISITOR_H

#include "pz_scope.h"

/* Make the two objects of a rule set, once; they show whatever rules->scope says. */
void pz_visitor_create(lua_State *L, pz_ruleset_t *rules);

#endif
