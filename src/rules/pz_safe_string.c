#include "pz_safe_string.h"

#include <lauxlib.h>
#include <string.h>

#include "pz_page.h"
#include "pz_sandbox.h"

#define PZ_SAFE_PATTERNS      256      /* compiled patterns kept; then all are dropped */
#define PZ_SAFE_PATTERN_SIZE  1024

/* Keys of the registry: their addresses. */
static const char pz_safe_patterns = 'p';
static const char pz_safe_format = 'f';

typedef struct {
    pz_arena_t *arena;
    pz_page_t  *page;
} pz_safe_pattern_t;


static pz_str_t
pz_safe_text(lua_State *L, int index)
{
    pz_str_t s;

    pz_sandbox_tick(L);
    s.data = luaL_checklstring(L, index, &s.len);
    if (s.len > PZ_SANDBOX_MAX_TEXT) {
        luaL_error(L, "a text of %d bytes is too long here; %d is the most", (int) s.len,
                   PZ_SANDBOX_MAX_TEXT);
    }
    return s;
}


static int
pz_safe_len(lua_State *L)
{
    size_t len;

    luaL_checklstring(L, 1, &len);
    lua_pushinteger(L, (lua_Integer) len);
    return 1;
}


/* Lua's positions: from 1, negative from the end. */
static lua_Integer
pz_safe_position(lua_Integer at, size_t len)
{
    return (at >= 0) ? at : (lua_Integer) len + at + 1;
}


static int
pz_safe_sub(lua_State *L)
{
    pz_str_t    s = pz_safe_text(L, 1);
    lua_Integer from = pz_safe_position(luaL_checkinteger(L, 2), s.len);
    lua_Integer to = pz_safe_position(luaL_optinteger(L, 3, -1), s.len);

    if (from < 1) {
        from = 1;
    }
    if (to > (lua_Integer) s.len) {
        to = (lua_Integer) s.len;
    }
    if (from > to) {
        lua_pushliteral(L, "");
    } else {
        lua_pushlstring(L, s.data + from - 1, (size_t) (to - from + 1));
    }
    return 1;
}


static int
pz_safe_map(lua_State *L, int upper)
{
    char        c;
    size_t      i;
    pz_str_t    s = pz_safe_text(L, 1);
    luaL_Buffer b;

    luaL_buffinit(L, &b);
    for (i = 0; i < s.len; i++) {
        c = s.data[i];
        if (!upper) {
            c = pz_lower(c);
        } else if (c >= 'a' && c <= 'z') {
            c = (char) (c - 0x20);
        }
        luaL_addchar(&b, c);
    }
    luaL_pushresult(&b);
    return 1;
}


static int
pz_safe_upper(lua_State *L)
{
    return pz_safe_map(L, 1);
}


static int
pz_safe_lower(lua_State *L)
{
    return pz_safe_map(L, 0);
}


static int
pz_safe_rep(lua_State *L)
{
    lua_Integer i;
    pz_str_t    s = pz_safe_text(L, 1);
    lua_Integer n = luaL_checkinteger(L, 2);
    luaL_Buffer b;

    if (n > 0 && s.len > 0 && (size_t) n > PZ_SANDBOX_MAX_TEXT / s.len) {
        return luaL_error(L, "string.rep would build more than %d bytes", PZ_SANDBOX_MAX_TEXT);
    }
    luaL_buffinit(L, &b);
    for (i = 0; i < n && s.len > 0; i++) {
        luaL_addlstring(&b, s.data, s.len);
    }
    luaL_pushresult(&b);
    return 1;
}


/*
 * Plain text only.  Someone who writes a Lua pattern gets told, instead of a
 * search that quietly finds something else.
 */
static int
pz_safe_find(lua_State *L)
{
    size_t      i;
    ptrdiff_t   at;
    pz_str_t    s = pz_safe_text(L, 1);
    pz_str_t    needle = pz_safe_text(L, 2);
    lua_Integer from = pz_safe_position(luaL_optinteger(L, 3, 1), s.len);

    for (i = 0; !lua_toboolean(L, 4) && i < needle.len; i++) {
        if (memchr("^$*+?.([%-", needle.data[i], 10) != NULL) {
            return luaL_error(L, "string.find looks for plain text in rules: write "
                              "find(text, part, 1, true), or matches(text, \"pattern\")");
        }
    }
    if (from < 1) {
        from = 1;
    }
    at = (from > (lua_Integer) s.len + 1) ? -1
         : pz_str_find(pz_str_skip(s, (size_t) from - 1), needle);
    if (at < 0) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, from + at);
    lua_pushinteger(L, from + at + (lua_Integer) needle.len - 1);
    return 2;
}


/* Lua's own, whose result is bounded by what goes in: widths and precisions have two digits. */
static int
pz_safe_do_format(lua_State *L)
{
    int i, n = lua_gettop(L);

    if (n > 32) {
        return luaL_error(L, "string.format takes 31 values at the most");
    }
    for (i = 1; i <= n; i++) {
        if (lua_type(L, i) == LUA_TSTRING) {
            (void) pz_safe_text(L, i);
        } else if (lua_type(L, i) != LUA_TNUMBER) {
            return luaL_argerror(L, i, "string.format takes texts and numbers");
        }
    }
    lua_pushlightuserdata(L, (void *) &pz_safe_format);
    lua_rawget(L, LUA_REGISTRYINDEX);
    lua_insert(L, 1);
    lua_call(L, n, 1);
    return 1;
}


static int
pz_safe_byte(lua_State *L)
{
    pz_str_t    s = pz_safe_text(L, 1);
    lua_Integer at = pz_safe_position(luaL_optinteger(L, 2, 1), s.len);

    if (at < 1 || at > (lua_Integer) s.len) {
        return 0;
    }
    lua_pushinteger(L, (unsigned char) s.data[at - 1]);
    return 1;
}


static int
pz_safe_free_pattern(lua_State *L)
{
    pz_safe_pattern_t *p = lua_touserdata(L, 1);

    if (p->page != NULL) {
        pz_page_free(p->page);
        p->page = NULL;
    }
    if (p->arena != NULL) {
        pz_arena_destroy(p->arena);
        p->arena = NULL;
    }
    return 0;
}


/* Push a new userdata with the compiled pattern; it frees itself. */
static pz_safe_pattern_t *
pz_safe_compile(lua_State *L, pz_str_t pattern)
{
    char               text[PZ_SAFE_PATTERN_SIZE + 1];
    pz_str_t           tilde;
    pz_error_t         error;
    pz_safe_pattern_t *p;

    p = lua_newuserdata(L, sizeof(pz_safe_pattern_t));
    memset(p, 0, sizeof(pz_safe_pattern_t));
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, pz_safe_free_pattern);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);

    text[0] = '~';
    memcpy(text + 1, pattern.data, pattern.len);
    text[pattern.len + 1] = '\0';
    tilde.data = text;
    tilde.len = pattern.len + 1;
    memset(&error, 0, sizeof(error));
    p->arena = pz_arena_create(16 * 1024, 2048);
    if (p->arena != NULL) {
        p->page = pz_page_compile(p->arena, tilde, &error);
    }
    if (p->page == NULL) {
        luaL_error(L, "matches: \"%s\": %s", text + 1, error.text);
    }
    return p;
}


/* Push the table of compiled patterns: emptied when it is full. */
static void
pz_safe_push_patterns(lua_State *L)
{
    lua_pushlightuserdata(L, (void *) &pz_safe_patterns);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (lua_istable(L, -1)) {
        lua_rawgeti(L, -1, 1);
        if (lua_tointeger(L, -1) < PZ_SAFE_PATTERNS) {
            lua_pop(L, 1);
            return;
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushlightuserdata(L, (void *) &pz_safe_patterns);
    lua_pushvalue(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}


int
pz_safe_string_matches(lua_State *L)
{
    pz_str_t           text = pz_safe_text(L, 1);
    pz_str_t           pattern = pz_safe_text(L, 2);
    pz_safe_pattern_t *p;

    if (pattern.len == 0 || pattern.len >= PZ_SAFE_PATTERN_SIZE
        || memchr(pattern.data, '\0', pattern.len) != NULL)
    {
        return luaL_argerror(L, 2, "a pattern has 1 to 1023 bytes");
    }
    pz_safe_push_patterns(L);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    p = lua_touserdata(L, -1);
    if (p == NULL) {
        lua_pop(L, 1);
        p = pz_safe_compile(L, pattern);
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
        lua_rawgeti(L, -2, 1);
        lua_pushinteger(L, lua_tointeger(L, -1) + 1);
        lua_rawseti(L, -4, 1);
    }
    lua_pushboolean(L, pz_page_matches(p->page, text) == 1);
    return 1;
}


void
pz_safe_string_push(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "byte", pz_safe_byte },
        { "find", pz_safe_find },
        { "format", pz_safe_do_format },
        { "len", pz_safe_len },
        { "lower", pz_safe_lower },
        { "rep", pz_safe_rep },
        { "sub", pz_safe_sub },
        { "upper", pz_safe_upper },
        { NULL, NULL }
    };

    lua_pushlightuserdata(L, (void *) &pz_safe_format);
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "format");
    lua_remove(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);

    lua_newtable(L);
    luaL_register(L, NULL, functions);
}
