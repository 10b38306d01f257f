/*
 * From what the prelude hands over (tables, looked at) to the C tables that
 * decide.  Segment and campaign are the table on the stack at index 1.
 */
#ifndef PZ_COMPILE_H
#define PZ_COMPILE_H

#include "pz_loading.h"

void pz_compile_segment(lua_State *L, pz_loading_t *loading);
void pz_compile_campaign(lua_State *L, pz_loading_t *loading);

/* Sort, and hold the functions fast: after the last segment and campaign. */
void pz_compile_finish(lua_State *L, pz_loading_t *loading);

#endif
