#include "pz_safe_table.h"

#include <lauxlib.h>

#include "pz_freeze.h"
#include "pz_sandbox.h"

#define PZ_SAFE_ITEMS  10000    /* what one call may move, join or sort */


/* The argument 1 must be a table or a frozen one: then the table itself takes its place. */
static void
pz_safe_open(lua_State *L)
{
    pz_sandbox_tick(L);
    if (pz_freeze_peek(L, 1)) {
        lua_replace(L, 1);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
}


/* The number of items of the table in argument 1; it must not be frozen when it is `written`. */
static int
pz_safe_count(lua_State *L, int written)
{
    size_t n;

    pz_sandbox_tick(L);
    if (written && pz_freeze_peek(L, 1)) {
        return luaL_error(L, "a function of a rule cannot change a table that is declared "
                          "outside it");
    }
    pz_safe_open(L);
    n = lua_objlen(L, 1);
    if (n > PZ_SAFE_ITEMS) {
        return luaL_error(L, "a list of %d items is too long here; %d is the most", (int) n,
                          PZ_SAFE_ITEMS);
    }
    return (int) n;
}


static int
pz_safe_insert(lua_State *L)
{
    int n = pz_safe_count(L, 1);
    int i, at;

    if (lua_gettop(L) == 2) {
        lua_rawseti(L, 1, n + 1);
        return 0;
    }
    at = (int) luaL_checkinteger(L, 2);
    luaL_argcheck(L, lua_gettop(L) == 3, 3, "table.insert(list, [position,] value)");
    luaL_argcheck(L, at >= 1 && at <= n + 1, 2, "the position is outside the list");
    for (i = n; i >= at; i--) {
        lua_rawgeti(L, 1, i);
        lua_rawseti(L, 1, i + 1);
    }
    lua_rawseti(L, 1, at);
    return 0;
}


static int
pz_safe_remove(lua_State *L)
{
    int n = pz_safe_count(L, 1);
    int i, at;

    at = (int) luaL_optinteger(L, 2, n);
    if (at < 1 || at > n) {
        return 0;
    }
    lua_rawgeti(L, 1, at);
    for (i = at; i < n; i++) {
        lua_rawgeti(L, 1, i + 1);
        lua_rawseti(L, 1, i);
    }
    lua_pushnil(L);
    lua_rawseti(L, 1, n);
    return 1;
}


static int
pz_safe_concat(lua_State *L)
{
    int         n = pz_safe_count(L, 0);
    int         i;
    size_t      len, between, total = 0;
    const char *s, *separator;
    luaL_Buffer b;

    separator = luaL_optlstring(L, 2, "", &between);
    lua_settop(L, 2);
    luaL_buffinit(L, &b);
    for (i = 1; i <= n; i++) {
        lua_rawgeti(L, 1, i);
        s = lua_tolstring(L, -1, &len);
        if (s == NULL) {
            return luaL_error(L, "table.concat: item %d is a %s", i, luaL_typename(L, -1));
        }
        total += len + between;
        if (total > PZ_SANDBOX_MAX_TEXT) {
            return luaL_error(L, "table.concat would build more than %d bytes",
                              PZ_SANDBOX_MAX_TEXT);
        }
        luaL_addvalue(&b);
        if (i < n) {
            luaL_addlstring(&b, separator, between);
        }
    }
    luaL_pushresult(&b);
    return 1;
}


/* Lua's own, without a function to compare: C that calls Lua that calls C has no bound. */
static int
pz_safe_sort(lua_State *L)
{
    int i, kind, n = pz_safe_count(L, 1);

    if (!lua_isnoneornil(L, 2)) {
        return luaL_argerror(L, 2, "table.sort takes no function in rules");
    }
    for (i = 1; i <= n; i++) {
        lua_rawgeti(L, 1, i);
        kind = lua_type(L, -1);
        lua_pop(L, 1);
        if (kind != LUA_TSTRING && kind != LUA_TNUMBER) {
            return luaL_error(L, "table.sort: item %d is a %s; only texts or only numbers sort",
                              i, lua_typename(L, kind));
        }
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    lua_call(L, 1, 0);
    return 0;
}


static int
pz_safe_type(lua_State *L)
{
    luaL_checkany(L, 1);
    if (pz_freeze_peek(L, 1)) {
        lua_pushliteral(L, "table");
    } else {
        lua_pushstring(L, luaL_typename(L, 1));
    }
    return 1;
}


static int
pz_safe_next(lua_State *L)
{
    pz_safe_open(L);
    lua_settop(L, 2);
    if (lua_next(L, 1) == 0) {
        lua_pushnil(L);
        return 1;
    }
    return 2;
}


/* next for frozen tables: what comes out of one is frozen too. */
static int
pz_safe_frozen_next(lua_State *L)
{
    lua_settop(L, 2);
    if (!pz_freeze_peek(L, 1)) {
        return luaL_argerror(L, 1, "a table is expected");
    }
    lua_insert(L, 2);
    if (lua_next(L, 2) == 0) {
        lua_pushnil(L);
        return 1;
    }
    if (lua_istable(L, -1)) {
        pz_freeze_push(L, -1);
        lua_remove(L, -2);
    }
    return 2;
}


static int
pz_safe_pairs(lua_State *L)
{
    if (pz_freeze_peek(L, 1)) {
        lua_pushcfunction(L, pz_safe_frozen_next);
    } else {
        luaL_checktype(L, 1, LUA_TTABLE);
        lua_pushvalue(L, lua_upvalueindex(1));
    }
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}


static int
pz_safe_step(lua_State *L)
{
    int i = (int) luaL_checkinteger(L, 2) + 1;

    pz_safe_open(L);
    lua_pushinteger(L, i);
    lua_rawgeti(L, 1, i);
    if (lua_isnil(L, -1)) {
        return 1;
    }
    if (lua_istable(L, -1) && lua_toboolean(L, lua_upvalueindex(1))) {
        pz_freeze_push(L, -1);
        lua_remove(L, -2);
    }
    return 2;
}


static int
pz_safe_ipairs(lua_State *L)
{
    int frozen = pz_freeze_peek(L, 1);

    if (!frozen) {
        luaL_checktype(L, 1, LUA_TTABLE);
    }
    lua_pushboolean(L, frozen);
    lua_pushcclosure(L, pz_safe_step, 1);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}


static int
pz_safe_unpack(lua_State *L)
{
    int i, n = pz_safe_count(L, 0);

    luaL_checkstack(L, n + 1, "unpack");
    for (i = 1; i <= n; i++) {
        lua_rawgeti(L, 1, i);
    }
    return n;
}


void
pz_safe_table_push(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "concat", pz_safe_concat },
        { "insert", pz_safe_insert },
        { "remove", pz_safe_remove },
        { NULL, NULL }
    };

    lua_newtable(L);
    luaL_register(L, NULL, functions);
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "sort");
    lua_pushcclosure(L, pz_safe_sort, 1);
    lua_setfield(L, -3, "sort");
    lua_pop(L, 1);
}


void
pz_safe_table_basics(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "type", pz_safe_type },
        { "next", pz_safe_next },
        { "ipairs", pz_safe_ipairs },
        { "unpack", pz_safe_unpack },
        { NULL, NULL }
    };

    luaL_register(L, NULL, functions);
    lua_getglobal(L, "next");
    lua_pushcclosure(L, pz_safe_pairs, 1);
    lua_setfield(L, -2, "pairs");
}
