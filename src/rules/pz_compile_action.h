/*
 * The actions of a variant, compiled.
 */
#ifndef PZ_COMPILE_ACTION_H
#define PZ_COMPILE_ACTION_H

#include "pz_compile_place.h"

/* Compile the list of actions on top of the stack. */
const pz_actions_t *pz_compile_actions(lua_State *L, pz_compile_place_t *place);

#endif
