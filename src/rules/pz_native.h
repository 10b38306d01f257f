/*
 * What the prelude may ask of C while rule files load.
 */
#ifndef PZ_NATIVE_H
#define PZ_NATIVE_H

#include <lua.h>

/* Push the table `native`. */
void pz_native_push(lua_State *L);

#endif
