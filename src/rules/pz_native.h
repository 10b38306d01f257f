/*
 * What the prelude may ask of C while rule files load.
 */
#ifndef PZ_NATIVE_H
#define PZ_NATIVE_H

#include "pz_loader.h"

/* Push the table `native`. */
void pz_native_push(lua_State *L);

/* The loader under way; NULL once the rules are loaded. */
pz_loader_t *pz_native_loader(lua_State *L);

#endif
