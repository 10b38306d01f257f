/*
 * Reading the tables that the prelude hands over: already looked at there, so
 * a missing key is a default and never an error.  Texts are copied into the
 * arena.  All may raise a Lua error (no memory): call them protected.
 */
#ifndef PZ_TABLE_H
#define PZ_TABLE_H

#include <lua.h>

#include "pz_arena.h"

/* The text under `key` of the table at `index`; empty when it is no text. */
pz_str_t pz_table_text(lua_State *L, pz_arena_t *arena, int index, const char *key);

/* The n-th item of the list at `index` as text. */
pz_str_t pz_table_item(lua_State *L, pz_arena_t *arena, int index, int n);

double pz_table_number(lua_State *L, int index, const char *key, double missing);
int pz_table_flag(lua_State *L, int index, const char *key);

/* Push the list under `key` (an empty one when there is none); returns its length. */
int pz_table_push_list(lua_State *L, int index, const char *key);

/* The list under `key` as texts. */
const pz_str_t *pz_table_texts(lua_State *L, pz_arena_t *arena, int index, const char *key,
    size_t *n);

/* Memory of the rule set's arena, or a Lua error. */
void *pz_table_array(lua_State *L, pz_arena_t *arena, size_t n, size_t size);

/* A Lua number, text or boolean as pz_str_t in the arena: what people would write. */
pz_str_t pz_table_copy(lua_State *L, pz_arena_t *arena, int index);

#endif
