/*
 * The string library of rule files: what can be built is bounded, nothing
 * back-tracks, nothing calls back.
 */
#ifndef PZ_SAFE_STRING_H
#define PZ_SAFE_STRING_H

#include <lua.h>

/* Push a table with the functions of `string` that rule files have. */
void pz_safe_string_push(lua_State *L);

/* matches(text, pattern): whether the PCRE2 pattern is found in the text. */
int pz_safe_string_matches(lua_State *L);

#endif
