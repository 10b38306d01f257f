#include "pz_visitor.h"

#include <lauxlib.h>

#define PZ_VISITOR_ITEMS  256    /* of a list: the rest is not shown */


/* The scope of the call under way.  An object outlives its call only in a loader's hands. */
static const pz_scope_t *
pz_visitor_scope(lua_State *L)
{
    pz_ruleset_t *rules = pz_sandbox_data(pz_sandbox_of(L));

    if (rules->scope == NULL) {
        luaL_error(L, "there is no visitor here");
    }
    return rules->scope;
}


/*
 * A list with commas as a table: the items in order, and each item as a key,
 * so that a rule can ask visitor.segments.vip.
 */
static void
pz_visitor_push_list(lua_State *L, pz_str_t list)
{
    int      n = 0;
    pz_str_t item;

    lua_newtable(L);
    while (n < PZ_VISITOR_ITEMS && pz_str_next_item(&list, ',', &item)) {
        lua_pushlstring(L, item.data, item.len);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, ++n);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
}


static void
pz_visitor_push_text(lua_State *L, pz_str_t text)
{
    lua_pushlstring(L, (text.data != NULL) ? text.data : "", text.len);
}


/* visitor.FIELD: typed; what is absent is the type's default. */
static int
pz_visitor_on_index(lua_State *L)
{
    pz_str_t          name;
    pz_value_t        value;
    const pz_scope_t *scope = pz_visitor_scope(L);

    name.data = luaL_checklstring(L, 2, &name.len);
    if (pz_str_eq(name, PZ_STR("segments"))) {
        pz_visitor_push_list(L, pz_scope_segments(scope));
        return 1;
    }
    value = pz_profile_get(scope->profile, scope->rules->schema, name, scope->in->facts->now);
    switch (value.type) {
    case PZ_TYPE_NUMBER:
    case PZ_TYPE_TIME:
        lua_pushnumber(L, value.number);
        break;
    case PZ_TYPE_FLAG:
        lua_pushboolean(L, value.number != 0);
        break;
    case PZ_TYPE_LIST:
        pz_visitor_push_list(L, value.text);
        break;
    default:
        pz_visitor_push_text(L, value.text);
    }
    return 1;
}


/* ctx.NAME: a text; an absent one is empty.  now, consent and returning have their types. */
static int
pz_visitor_on_fact(lua_State *L)
{
    pz_str_t          name, value = PZ_STR_NONE;
    const pz_facts_t *facts = pz_visitor_scope(L)->in->facts;

    name.data = luaL_checklstring(L, 2, &name.len);
    if (pz_str_eq(name, PZ_STR("now"))) {
        lua_pushnumber(L, (lua_Number) facts->now);
    } else if (pz_str_eq(name, PZ_STR("consent"))) {
        lua_pushboolean(L, facts->consent);
    } else if (pz_str_eq(name, PZ_STR("returning"))) {
        lua_pushboolean(L, facts->returning);
    } else {
        (void) pz_facts_get(facts, name, &value);
        pz_visitor_push_text(L, value);
    }
    return 1;
}


static int
pz_visitor_on_write(lua_State *L)
{
    return luaL_error(L, "a rule cannot change the %s", lua_tostring(L, lua_upvalueindex(1)));
}


static int
pz_visitor_create_object(lua_State *L, const char *name, lua_CFunction on_index)
{
    lua_newuserdata(L, 1);
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, on_index);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, pz_visitor_on_write, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}


void
pz_visitor_create(lua_State *L, pz_ruleset_t *rules)
{
    rules->visitor = pz_visitor_create_object(L, "visitor", pz_visitor_on_index);
    rules->context = pz_visitor_create_object(L, "context", pz_visitor_on_fact);
}
