#include "pz_compile_place.h"

#include <lauxlib.h>

#include "pz_table.h"


pz_str_t
pz_compile_open(lua_State *L, pz_loading_t *loading, pz_compile_place_t *place)
{
    pz_arena_t *arena = loading->rules->arena;

    place->loading = loading;
    place->zone = NULL;
    place->file = (unsigned) pz_table_number(L, 1, "file", 0);
    place->line = (unsigned) pz_table_number(L, 1, "line", 0);
    place->health = pz_table_array(L, arena, 1, sizeof(pz_health_t));
    place->health->name = pz_table_text(L, arena, 1, "name");
    return place->health->name;
}


void *
pz_compile_add(lua_State *L, const pz_compile_place_t *place, pz_grow_t *list, size_t size)
{
    void *item = pz_rules_add(place->loading->rules, list, size);

    if (item == NULL) {
        luaL_error(L, "the rules need more memory than rules may have");
    }
    return item;
}


int
pz_compile_function(lua_State *L, const pz_compile_place_t *place, int index, const char *key)
{
    pz_function_t *function;
    pz_ruleset_t  *rules = place->loading->rules;

    lua_getfield(L, index, key);
    if (!lua_isfunction(L, -1)) {
        lua_pop(L, 1);
        return PZ_NO_FUNCTION;
    }
    function = pz_compile_add(L, place, &rules->functions, sizeof(pz_function_t));
    function->health = place->health;
    function->file = rules->files[place->file];
    function->line = place->line;
    function->ref = luaL_ref(L, LUA_REGISTRYINDEX);
    return (int) rules->functions.n - 1;
}
