#include "pz_loader.h"

#include <lauxlib.h>
#include <string.h>
#include <time.h>

#include "pz_compile.h"
#include "pz_native.h"
#include "pz_prelude.h"
#include "pz_rule_files.h"
#include "pz_visitor.h"

#define PZ_LOADER_FILE_MEMORY  (PZ_RULE_FILE_MAX + 4096)


/* An error of Lua's own, with its position in the text. */
static void
pz_loader_report_message(pz_loading_t *loading, pz_sandbox_result_t result, const char *message)
{
    unsigned    file = loading->file, line = 0;
    const char *text = message;

    (void) pz_sandbox_position(message, &file, &line, &text);
    switch (result) {
    case PZ_SANDBOX_TIME:
        pz_loading_report(loading, file, line, "it ran longer than the %u ms that all rule files "
                          "have to load", loading->rules->limits.load_time);
        loading->stop = 1;
        break;
    case PZ_SANDBOX_MEMORY:
        pz_loading_report(loading, loading->file, 0, "the rule files up to this one need more than "
                          "%zu bytes of Lua memory", loading->rules->limits.memory);
        loading->stop = 1;
        break;
    default:
        pz_loading_report(loading, file, line, "%s", text);
    }
}


/* use "name": the value of another chunk of the prelude, run once. */
static int
pz_loader_use(lua_State *L)
{
    const char               *name = luaL_checkstring(L, 1);
    pz_loading_t             *loading = pz_loading_of(L);
    const pz_prelude_chunk_t *chunk;

    lua_rawgeti(L, LUA_REGISTRYINDEX, loading->modules);
    lua_getfield(L, -1, name);
    if (!lua_isnil(L, -1)) {
        return 1;
    }
    for (chunk = pz_prelude_chunks; chunk->name != NULL; chunk++) {
        if (strcmp(chunk->name, name) != 0) {
            continue;
        }
        if (luaL_loadbufferx(L, chunk->text, chunk->len, lua_pushfstring(L, "=%s", name), "t")
            != 0)
        {
            return lua_error(L);
        }
        lua_call(L, 0, 1);
        lua_pushvalue(L, -1);
        lua_setfield(L, 2, name);
        return 1;
    }
    return luaL_error(L, "the prelude has no '%s'", name);
}


/* Run the prelude and build the environment of rule files from its words. */
static int
pz_loader_enter_prelude(lua_State *L)
{
    pz_loading_t *loading = lua_touserdata(L, 1);

    lua_newtable(L);
    loading->modules = luaL_ref(L, LUA_REGISTRYINDEX);
    pz_native_push(L);
    lua_setglobal(L, "native");
    lua_pushcfunction(L, pz_loader_use);
    lua_setglobal(L, "use");

    lua_getglobal(L, "use");
    lua_pushliteral(L, "dsl");
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    loading->prelude = luaL_ref(L, LUA_REGISTRYINDEX);

    lua_getfield(L, -1, "words");
    pz_sandbox_push_environment(L, lua_gettop(L));
    loading->rules->environment = luaL_ref(L, LUA_REGISTRYINDEX);
    pz_visitor_create(L, loading->rules);
    return 0;
}


static int
pz_loader_enter_file(lua_State *L)
{
    const char   *name;
    pz_loading_t *loading = lua_touserdata(L, 1);

    name = lua_pushfstring(L, "=rule%d", (int) loading->file);
    if (luaL_loadbufferx(L, loading->text.data, loading->text.len, name, "t") != 0) {
        return lua_error(L);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, loading->rules->environment);
    lua_setfenv(L, -2);
    lua_call(L, 0, 0);
    return 0;
}


static int
pz_loader_enter_finish(lua_State *L)
{
    pz_loading_t *loading = lua_touserdata(L, 1);

    lua_rawgeti(L, LUA_REGISTRYINDEX, loading->prelude);
    lua_getfield(L, -1, "finish");
    lua_call(L, 0, 0);
    pz_compile_finish(L, loading);
    luaL_unref(L, LUA_REGISTRYINDEX, loading->prelude);
    luaL_unref(L, LUA_REGISTRYINDEX, loading->modules);
    lua_settop(L, 0);
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}


static uint64_t
pz_loader_clock(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


/* One entry into Lua, of the time that all of them have together. */
static void
pz_loader_step(pz_loading_t *loading, lua_CFunction entry)
{
    char                message[512];
    uint64_t            start = pz_loader_clock(), spent;
    pz_sandbox_result_t result;

    result = pz_sandbox_run(loading->rules->sandbox, entry, loading, loading->time + 1, message,
                            sizeof(message));
    spent = pz_loader_clock() - start;
    loading->time -= (spent < loading->time) ? spent : loading->time;
    if (result != PZ_SANDBOX_OK) {
        pz_loader_report_message(loading, result, message);
    }
}


static int
pz_loader_read(pz_loading_t *loading, pz_arena_t *scratch)
{
    pz_error_t  error;
    const char *file = loading->rules->files[loading->file];

    memset(&error, 0, sizeof(error));
    if (pz_rule_files_read(scratch, file, &loading->text, &error) != 0) {
        pz_loading_report(loading, loading->file, 0, "%s", error.text);
        return -1;
    }
    if (pz_str_starts(loading->text, PZ_STR("\033LJ"))
        || pz_str_starts(loading->text, PZ_STR("\033Lua")))
    {
        pz_loading_report(loading, loading->file, 0, "is compiled Lua; rule files are text");
        return -1;
    }
    return 0;
}


void
pz_loader_run(pz_loading_t *loading)
{
    unsigned    n = (unsigned) loading->rules->nfiles;
    pz_arena_t *scratch;

    loading->file = n;
    loading->time = (uint64_t) loading->rules->limits.load_time * 1000;
    pz_loader_step(loading, pz_loader_enter_prelude);
    if (loading->found > 0) {
        return;
    }
    scratch = pz_arena_create(PZ_LOADER_FILE_MEMORY, 64 * 1024);
    if (scratch == NULL) {
        pz_loading_report(loading, loading->file, 0, "no memory to read the rule files");
        return;
    }
    for (loading->file = 0; loading->file < n && !loading->stop; loading->file++) {
        pz_arena_reset(scratch);
        if (pz_loader_read(loading, scratch) == 0) {
            pz_loader_step(loading, pz_loader_enter_file);
        }
    }
    pz_arena_destroy(scratch);
    if (!loading->stop) {
        pz_loader_step(loading, pz_loader_enter_finish);
    }
}
