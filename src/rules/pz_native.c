#include "pz_native.h"

#include <lauxlib.h>
#include <stdio.h>

#include "pz_compile.h"
#include "pz_context_name.h"
#include "pz_suggest.h"
#include "pz_table.h"


static int
pz_native_is_loaded(lua_State *L)
{
    lua_pushboolean(L, pz_loading_of(L) == NULL);
    return 1;
}


/* File (by number) and line of the nearest caller that is a rule file. */
static int
pz_native_where(lua_State *L)
{
    int       level;
    unsigned  file;
    lua_Debug ar;

    for (level = 1; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (sscanf(ar.source, "=rule%9u", &file) == 1) {
            lua_pushinteger(L, (lua_Integer) file);
            lua_pushinteger(L, ar.currentline);
            return 2;
        }
    }
    lua_pushinteger(L, (lua_Integer) pz_loading_of(L)->file);
    lua_pushinteger(L, 0);
    return 2;
}


static int
pz_native_report(lua_State *L)
{
    pz_loading_report(pz_loading_of(L), (unsigned) luaL_checkinteger(L, 1),
                      (unsigned) luaL_checkinteger(L, 2), "%s", luaL_checkstring(L, 3));
    return 0;
}


static int
pz_native_suggest(lua_State *L)
{
    const char *word = luaL_checkstring(L, 1);

    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushstring(L, pz_suggest_key(L, 2, word));
    return 1;
}


static int
pz_native_file_name(lua_State *L)
{
    lua_Integer   n = luaL_checkinteger(L, 1);
    pz_loading_t *loading = pz_loading_of(L);

    lua_pushstring(L, (n >= 0 && (size_t) n < loading->rules->nfiles)
                      ? loading->rules->files[n] : "?");
    return 1;
}


/* field(name, type, safe): nothing, or what is wrong. */
static int
pz_native_field(lua_State *L)
{
    int           rc, type;
    pz_str_t      name;
    pz_ruleset_t *rules = pz_loading_of(L)->rules;

    name.data = luaL_checklstring(L, 1, &name.len);
    type = pz_type_from(pz_str_from(luaL_checkstring(L, 2)));
    rc = pz_schema_declare(rules->schema, name, (pz_type_t) type, lua_toboolean(L, 3));
    if (rc == 0) {
        return 0;
    }
    if (rc == -2) {
        lua_pushfstring(L, "is already a %s: a field has one type",
                        pz_type_name(pz_schema_type(rules->schema, name)));
    } else {
        lua_pushliteral(L, "does not fit: there are too many fields");
    }
    return 1;
}


/* is_url(name), is_code(name): what an attribute's value is to a browser. */
static int
pz_native_is_url(lua_State *L)
{
    unsigned is = pz_context_attribute(pz_str_from(luaL_checkstring(L, 1)));

    lua_pushboolean(L, (is & PZ_ATTRIBUTE_URL) != 0);
    return 1;
}


static int
pz_native_is_code(lua_State *L)
{
    unsigned is = pz_context_attribute(pz_str_from(luaL_checkstring(L, 1)));

    lua_pushboolean(L, (is & PZ_ATTRIBUTE_CLOSED) != 0);
    return 1;
}


/* is_unsafe(op, element): whether values may not come into elements of that name so. */
static int
pz_native_is_unsafe(lua_State *L)
{
    int       op = pz_edit_op_from(pz_str_from(luaL_checkstring(L, 1)));
    pz_edit_t edit = { .op = (pz_edit_op_t) op, .has_values = 1 };

    lua_pushboolean(L, op >= 0
                       && pz_edit_is_unsafe(&edit, pz_str_from(luaL_checkstring(L, 2)), 0));
    return 1;
}


static int
pz_native_segment(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    pz_compile_segment(L, pz_loading_of(L));
    return 0;
}


static int
pz_native_campaign(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    pz_compile_campaign(L, pz_loading_of(L));
    return 0;
}


void
pz_native_push(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "campaign", pz_native_campaign },
        { "field", pz_native_field },
        { "file_name", pz_native_file_name },
        { "is_code", pz_native_is_code },
        { "is_loaded", pz_native_is_loaded },
        { "is_unsafe", pz_native_is_unsafe },
        { "is_url", pz_native_is_url },
        { "report", pz_native_report },
        { "segment", pz_native_segment },
        { "suggest", pz_native_suggest },
        { "where", pz_native_where },
        { NULL, NULL }
    };

    lua_newtable(L);
    luaL_register(L, NULL, functions);
}
