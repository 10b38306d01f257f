#include "pz_table.h"

#include <lauxlib.h>

#include "pz_sb.h"


static void
pz_table_no_memory(lua_State *L)
{
    luaL_error(L, "the rules need more memory than rules may have");
}


void *
pz_table_array(lua_State *L, pz_arena_t *arena, size_t n, size_t size)
{
    void *p = pz_arena_array(arena, (n > 0) ? n : 1, size);

    if (p == NULL) {
        pz_table_no_memory(L);
    }
    return p;
}


pz_str_t
pz_table_copy(lua_State *L, pz_arena_t *arena, int index)
{
    pz_sb_t  sb;
    pz_str_t from = PZ_STR_NONE, to = PZ_STR_NONE;

    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        from.data = lua_tolstring(L, index, &from.len);
        break;
    case LUA_TBOOLEAN:
        from = pz_str_from(lua_toboolean(L, index) ? "1" : "0");
        break;
    case LUA_TNUMBER:
        pz_sb_init(&sb, arena, 64);
        pz_sb_number(&sb, lua_tonumber(L, index));
        if (pz_sb_done(&sb, &to) != 0) {
            pz_table_no_memory(L);
        }
        return to;
    default:
        return to;
    }
    if (pz_arena_copy(arena, from, &to) != 0) {
        pz_table_no_memory(L);
    }
    return to;
}


pz_str_t
pz_table_text(lua_State *L, pz_arena_t *arena, int index, const char *key)
{
    pz_str_t text;

    lua_getfield(L, index, key);
    text = pz_table_copy(L, arena, -1);
    lua_pop(L, 1);
    return text;
}


pz_str_t
pz_table_item(lua_State *L, pz_arena_t *arena, int index, int n)
{
    pz_str_t text;

    lua_rawgeti(L, index, n);
    text = pz_table_copy(L, arena, -1);
    lua_pop(L, 1);
    return text;
}


double
pz_table_number(lua_State *L, int index, const char *key, double missing)
{
    double number;

    lua_getfield(L, index, key);
    number = (lua_type(L, -1) == LUA_TNUMBER) ? lua_tonumber(L, -1) : missing;
    lua_pop(L, 1);
    return number;
}


int
pz_table_flag(lua_State *L, int index, const char *key)
{
    int flag;

    lua_getfield(L, index, key);
    flag = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}


int
pz_table_push_list(lua_State *L, int index, const char *key)
{
    luaL_checkstack(L, 8, "table");
    lua_getfield(L, index, key);
    if (lua_istable(L, -1)) {
        return (int) lua_objlen(L, -1);
    }
    lua_pop(L, 1);
    lua_newtable(L);
    return 0;
}


const pz_str_t *
pz_table_texts(lua_State *L, pz_arena_t *arena, int index, const char *key, size_t *n)
{
    int       i, count;
    pz_str_t *list;

    count = pz_table_push_list(L, index, key);
    list = pz_table_array(L, arena, (size_t) count, sizeof(pz_str_t));
    for (i = 0; i < count; i++) {
        list[i] = pz_table_item(L, arena, lua_gettop(L), i + 1);
    }
    lua_pop(L, 1);
    *n = (size_t) count;
    return list;
}
