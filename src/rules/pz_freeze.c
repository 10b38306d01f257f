#include "pz_freeze.h"

#include <lauxlib.h>
#include <stddef.h>

/* Keys of the registry: their addresses. */
static const char pz_freeze_views = 'v';      /* table -> its view */
static const char pz_freeze_meta = 'm';       /* the metatable of views */

/* In a guard: the value was nil. */
static const char pz_freeze_nil = 'n';


static int
pz_freeze_on_index(lua_State *L)
{
    lua_getfenv(L, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    if (lua_istable(L, -1)) {
        pz_freeze_push(L, -1);
    }
    return 1;
}


static int
pz_freeze_on_newindex(lua_State *L)
{
    return luaL_error(L, "a function of a rule cannot change a table that is declared outside "
                      "it: a rule keeps nothing from one visitor to the next");
}


static int
pz_freeze_on_len(lua_State *L)
{
    lua_getfenv(L, 1);
    lua_pushinteger(L, (lua_Integer) lua_objlen(L, -1));
    return 1;
}


static void
pz_freeze_push_meta(lua_State *L)
{
    lua_pushlightuserdata(L, (void *) &pz_freeze_meta);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (lua_istable(L, -1)) {
        return;
    }
    lua_pop(L, 1);
    lua_createtable(L, 0, 4);
    lua_pushcfunction(L, pz_freeze_on_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, pz_freeze_on_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, pz_freeze_on_len);
    lua_setfield(L, -2, "__len");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushlightuserdata(L, (void *) &pz_freeze_meta);
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}


static void
pz_freeze_push_views(lua_State *L)
{
    lua_pushlightuserdata(L, (void *) &pz_freeze_views);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (lua_istable(L, -1)) {
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushlightuserdata(L, (void *) &pz_freeze_views);
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}


void
pz_freeze_push(lua_State *L, int index)
{
    luaL_checkstack(L, 6, "frozen table");
    lua_pushvalue(L, index);
    pz_freeze_push_views(L);
    lua_pushvalue(L, -2);
    lua_rawget(L, -2);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newuserdata(L, 1);
        pz_freeze_push_meta(L);
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -3);
        lua_setfenv(L, -2);
        lua_pushvalue(L, -3);
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
    }
    lua_remove(L, -2);
    lua_remove(L, -2);
}


int
pz_freeze_peek(lua_State *L, int index)
{
    int is_view;

    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) {
        return 0;
    }
    pz_freeze_push_meta(L);
    is_view = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (is_view) {
        lua_getfenv(L, index);
    }
    return is_view;
}


/* Queue the table or function on top for the walk, unless it has been; pops it. */
static void
pz_freeze_enqueue(lua_State *L, int queue, int seen)
{
    lua_pushvalue(L, -1);
    lua_rawget(L, seen);
    if (lua_isnil(L, -1)) {
        lua_pushvalue(L, -2);
        lua_pushboolean(L, 1);
        lua_rawset(L, seen);
        lua_pushvalue(L, -2);
        lua_rawseti(L, queue, (int) lua_objlen(L, queue) + 1);
    }
    lua_pop(L, 2);
}


/* Append {function, number, value} for the local on top, which stays. */
static void
pz_freeze_add_guard(lua_State *L, int guard, int function, int number)
{
    int n = (int) lua_objlen(L, guard);

    lua_pushvalue(L, function);
    lua_rawseti(L, guard, n + 1);
    lua_pushinteger(L, number);
    lua_rawseti(L, guard, n + 2);
    if (lua_isnil(L, -1)) {
        lua_pushlightuserdata(L, (void *) &pz_freeze_nil);
    } else {
        lua_pushvalue(L, -1);
    }
    lua_rawseti(L, guard, n + 3);
}


static void
pz_freeze_walk_function(lua_State *L, int function, int guard, int queue, int seen)
{
    int i;

    for (i = 1; lua_getupvalue(L, function, i) != NULL; i++) {
        if (lua_istable(L, -1)) {
            pz_freeze_push(L, -1);
            lua_pushvalue(L, -1);
            lua_setupvalue(L, function, i);
            lua_remove(L, -2);
        }
        pz_freeze_add_guard(L, guard, function, i);
        if (pz_freeze_peek(L, -1)) {
            pz_freeze_enqueue(L, queue, seen);
        } else if (lua_isfunction(L, -1)) {
            lua_pushvalue(L, -1);
            pz_freeze_enqueue(L, queue, seen);
        }
        lua_pop(L, 1);
    }
}


static void
pz_freeze_walk_table(lua_State *L, int table, int queue, int seen)
{
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
        if (lua_istable(L, -1) || lua_isfunction(L, -1)) {
            pz_freeze_enqueue(L, queue, seen);
        } else {
            lua_pop(L, 1);
        }
    }
}


static int
pz_freeze_is_rule(lua_State *L, int function, int environment)
{
    int same;

    if (lua_iscfunction(L, function)) {
        return 0;
    }
    lua_getfenv(L, function);
    same = lua_rawequal(L, -1, environment);
    lua_pop(L, 1);
    return same;
}


void
pz_freeze_guard(lua_State *L, int environment)
{
    int i, item, guard, queue, seen;

    luaL_checkstack(L, 20, "guard");
    lua_newtable(L);
    guard = lua_gettop(L);
    lua_newtable(L);
    queue = guard + 1;
    lua_newtable(L);
    seen = guard + 2;

    lua_pushvalue(L, guard - 1);
    pz_freeze_enqueue(L, queue, seen);
    for (i = 1; ; i++) {
        lua_rawgeti(L, queue, i);
        item = lua_gettop(L);
        if (lua_isnil(L, item)) {
            break;
        }
        if (lua_istable(L, item)) {
            pz_freeze_walk_table(L, item, queue, seen);
        } else if (pz_freeze_is_rule(L, item, environment)) {
            pz_freeze_walk_function(L, item, guard, queue, seen);
        }
        lua_settop(L, seen);
    }
    lua_settop(L, guard);
    lua_remove(L, guard - 1);
}


const char *
pz_freeze_check(lua_State *L, int guard)
{
    int         i, n, number, function;
    const char *name, *changed = NULL;

    n = (int) lua_objlen(L, guard);
    for (i = 1; i + 2 <= n; i += 3) {
        lua_rawgeti(L, guard, i);
        function = lua_gettop(L);
        lua_rawgeti(L, guard, i + 1);
        number = (int) lua_tointeger(L, -1);
        lua_rawgeti(L, guard, i + 2);
        if (lua_touserdata(L, -1) == (const void *) &pz_freeze_nil) {
            lua_pop(L, 1);
            lua_pushnil(L);
        }
        name = lua_getupvalue(L, function, number);
        if (!lua_rawequal(L, -1, -2)) {
            lua_pop(L, 1);
            (void) lua_setupvalue(L, function, number);
            changed = (changed == NULL) ? name : changed;
        }
        lua_settop(L, function - 1);
    }
    return changed;
}
