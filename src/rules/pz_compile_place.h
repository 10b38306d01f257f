/*
 * What compiling needs to know of the segment or campaign under way.
 */
#ifndef PZ_COMPILE_PLACE_H
#define PZ_COMPILE_PLACE_H

#include "pz_loading.h"

/* Where errors of the thing under way are, and whose health its functions have. */
typedef struct {
    pz_loading_t    *loading;
    unsigned         file;
    unsigned         line;
    pz_health_t     *health;
    const pz_zone_t *zone;    /* of a campaign */
} pz_compile_place_t;

/* Name, place and health of the table at index 1; returns the name. */
pz_str_t pz_compile_open(lua_State *L, pz_loading_t *loading, pz_compile_place_t *place);

/* pz_rules_add, or a Lua error. */
void *pz_compile_add(lua_State *L, const pz_compile_place_t *place, pz_grow_t *list, size_t size);

/* The function under `key` of the table at `index`, by number; or PZ_NO_FUNCTION. */
int pz_compile_function(lua_State *L, const pz_compile_place_t *place, int index,
    const char *key);

#endif
