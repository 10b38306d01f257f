/*
 * What rule files see: an allow-list.  All of it is read-only, so that no rule
 * can leave anything behind for another file or another visitor.
 */
#include <lauxlib.h>

#include "pz_safe_string.h"
#include "pz_safe_table.h"
#include "pz_sandbox.h"
#include "pz_suggest.h"


/* Someone read a name that is not there: the key is a text of the rule file. */
static int
pz_environment_on_unknown(lua_State *L)
{
    const char *where = lua_tostring(L, lua_upvalueindex(1));
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    const char *near;

    near = pz_suggest_key(L, lua_upvalueindex(2), name);
    if (near != NULL) {
        return luaL_error(L, "there is no '%s%s' in rule files; did you mean '%s%s'?",
                          where, name, where, near);
    }
    return luaL_error(L, "there is no '%s%s' in rule files (docs/rules.md lists what there is)",
                      where, name);
}


static int
pz_environment_on_write(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";

    return luaL_error(L, "'%s' is not declared: write 'local %s = ...' (rule files share nothing)",
                      name, name);
}


/* Replace the table on top by a read-only one that names what is missing. */
static void
pz_environment_seal(lua_State *L, const char *prefix)
{
    /* The content answers reads; behind it stands the error for unknown names. */
    lua_createtable(L, 0, 1);
    lua_pushstring(L, prefix);
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, pz_environment_on_unknown, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);

    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, pz_environment_on_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}


static void
pz_environment_copy(lua_State *L, const char *library, const char *const *names)
{
    int to = lua_gettop(L);

    if (library != NULL) {
        lua_getglobal(L, library);
    } else {
        lua_pushvalue(L, LUA_GLOBALSINDEX);
    }
    for (; *names != NULL; names++) {
        lua_getfield(L, -1, *names);
        lua_setfield(L, to, *names);
    }
    lua_pop(L, 1);
}


/* ("text"):upper() finds its methods here, and nobody can put others there. */
static void
pz_environment_set_methods(lua_State *L, int strings)
{
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, strings);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}


static void
pz_environment_add_libraries(lua_State *L)
{
    static const char *const basics[] = {
        "assert", "error", "select", "tonumber", "tostring", NULL
    };
    static const char *const maths[] = {
        "abs", "ceil", "floor", "fmod", "huge", "max", "min", "pi", "sqrt", NULL
    };
    int env = lua_gettop(L);

    pz_environment_copy(L, NULL, basics);
    pz_safe_table_basics(L);
    lua_pushcfunction(L, pz_safe_string_matches);
    lua_setfield(L, env, "matches");

    pz_safe_string_push(L);
    pz_environment_seal(L, "string.");
    pz_environment_set_methods(L, lua_gettop(L));
    lua_setfield(L, env, "string");

    pz_safe_table_push(L);
    pz_environment_seal(L, "table.");
    lua_setfield(L, env, "table");

    lua_newtable(L);
    pz_environment_copy(L, "math", maths);
    pz_environment_seal(L, "math.");
    lua_setfield(L, env, "math");
}


void
pz_sandbox_push_environment(lua_State *L, int extra)
{
    int env;

    luaL_checkstack(L, 12, "environment");
    lua_newtable(L);
    env = lua_gettop(L);
    pz_environment_add_libraries(L);
    if (extra != 0) {
        lua_pushnil(L);
        while (lua_next(L, extra) != 0) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, env);
        }
    }
    pz_environment_seal(L, "");
}
