/*
 * From what the prelude hands over (tables, looked at) to the C tables that
 * decide.  Segment and campaign are the table on the stack at index 1.
 */
#ifndef PZ_COMPILE_H
#define PZ_COMPILE_H

#include "pz_loader.h"

void pz_compile_segment(lua_State *L, pz_loader_t *loader);
void pz_compile_campaign(lua_State *L, pz_loader_t *loader);

/* Sort, and hold the functions fast: after the last segment and campaign. */
void pz_compile_finish(lua_State *L, pz_loader_t *loader);

/* Where errors of the thing under way are, and whose health its functions have. */
typedef struct {
    pz_loader_t *loader;
    unsigned     file;
    unsigned     line;
    pz_health_t *health;
    const char  *zone;      /* time zone of the campaign */
} pz_compile_place_t;

/* The function under `key` of the table at `index`, by number; or PZ_NO_FUNCTION. */
int pz_compile_function(lua_State *L, const pz_compile_place_t *place, int index,
    const char *key);

/* Compile the list of actions on top of the stack. */
const pz_actions_t *pz_compile_actions(lua_State *L, pz_compile_place_t *place);

#endif
