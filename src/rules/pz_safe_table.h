/*
 * The table library of rule files, and the basic functions that must know of
 * frozen tables (pz_freeze.h).
 */
#ifndef PZ_SAFE_TABLE_H
#define PZ_SAFE_TABLE_H

#include <lua.h>

/* Push a table with the functions of `table` that rule files have. */
void pz_safe_table_push(lua_State *L);

/* Add type, next, pairs, ipairs and unpack to the table on top. */
void pz_safe_table_basics(lua_State *L);

#endif
