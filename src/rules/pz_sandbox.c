#include "pz_sandbox.h"

#include <lauxlib.h>
#include <luajit.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Instructions between two looks at the clock.  One instruction can copy at
 * most max_block bytes, so this bounds how late the end of time is noticed.
 */
#define PZ_SANDBOX_HOOK_COUNT   250
#define PZ_SANDBOX_CLOCK_BLOCK  (16 * 1024)   /* larger allocations look at the clock too */

/*
 * Entering Lua leaves a little garbage and never asks the collector: without a
 * step of it now and then, functions that allocate nothing would fill memory.
 */
#define PZ_SANDBOX_STEP_RUNS  64
#define PZ_SANDBOX_STEP_SIZE  8    /* KiB */

struct pz_sandbox_s {
    lua_State *lua;
    void      *data;
    size_t     used;
    size_t     budget;
    size_t     max_block;
    unsigned   runs;
    uint64_t   deadline;       /* monotonic, ns; 0: no run under way */
    uint64_t   cpu_deadline;   /* of the thread's CPU time, ns; 0: not needed yet */
    uint64_t   half;           /* of the run's time, ns */
    unsigned   unbounded:1;    /* what runs now must not fail for want of memory */
    unsigned   out_of_memory:1;
    unsigned   out_of_time:1;
};

typedef struct {
    lua_CFunction entry;
    void         *data;
} pz_sandbox_call_t;


static uint64_t
pz_sandbox_clock(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (uint64_t) ts.tv_sec * 1000000000u + (uint64_t) ts.tv_nsec;
}


/*
 * The first half of the time is measured by the monotonic clock, which costs no
 * system call.  The second half is CPU time of this thread, so that a machine
 * that is busy with others does not make a rule look slow.
 */
static int
pz_sandbox_is_over(pz_sandbox_t *sb)
{
    uint64_t now, cpu;

    if (sb->deadline == 0) {
        return 0;
    }
    if (sb->out_of_time) {
        return 1;
    }
    now = pz_sandbox_clock(CLOCK_MONOTONIC);
    if (now < sb->deadline) {
        return 0;
    }
    cpu = pz_sandbox_clock(CLOCK_THREAD_CPUTIME_ID);
    if (sb->cpu_deadline == 0) {
        sb->cpu_deadline = cpu + sb->half;
    }
    if (cpu < sb->cpu_deadline) {
        sb->deadline = now + (sb->cpu_deadline - cpu);
        return 0;
    }
    sb->out_of_time = 1;
    return 1;
}


static void *
pz_sandbox_alloc(void *ud, void *old, size_t from, size_t to)
{
    void         *p;
    pz_sandbox_t *sb = ud;

    if (to == 0) {
        free(old);
        sb->used -= from;
        return NULL;
    }
    if (to > from && !sb->unbounded) {
        if (to - from > sb->budget - sb->used || sb->used > sb->budget || to > sb->max_block) {
            sb->out_of_memory = 1;
            return NULL;
        }
        if (to > PZ_SANDBOX_CLOCK_BLOCK && pz_sandbox_is_over(sb)) {
            return NULL;
        }
    }
    p = realloc(old, to);
    if (p == NULL) {
        sb->out_of_memory = 1;
        return NULL;
    }
    sb->used += to - from;
    return p;
}


/* An error with the line of the rule file that is running, or that called what is. */
static void
pz_sandbox_on_count(lua_State *L, lua_Debug *ar)
{
    int level;

    if (!pz_sandbox_is_over(pz_sandbox_of(L))) {
        return;
    }
    for (level = 0; lua_getstack(L, level, ar); level++) {
        lua_getinfo(L, "Sl", ar);
        if (strncmp(ar->source, "=rule", 5) == 0) {
            lua_pushfstring(L, "%s:%d: it ran too long", ar->source + 1, ar->currentline);
            lua_error(L);
        }
    }
    luaL_error(L, "it ran too long");
}


void
pz_sandbox_tick(lua_State *L)
{
    if (pz_sandbox_is_over(pz_sandbox_of(L))) {
        luaL_error(L, "it ran too long");
    }
}


static int
pz_sandbox_open(lua_State *L)
{
    size_t              i;
    static const struct {
        const char    *name;
        lua_CFunction  open;
    } libraries[] = {
        { "", luaopen_base },
        { LUA_STRLIBNAME, luaopen_string },
        { LUA_TABLIBNAME, luaopen_table },
        { LUA_MATHLIBNAME, luaopen_math },
    };

    luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    for (i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
        lua_pushcfunction(L, libraries[i].open);
        lua_pushstring(L, libraries[i].name);
        lua_call(L, 1, 0);
    }
    lua_sethook(L, pz_sandbox_on_count, LUA_MASKCOUNT, PZ_SANDBOX_HOOK_COUNT);
    return 0;
}


pz_sandbox_t *
pz_sandbox_create(size_t memory)
{
    char          text[64];
    pz_sandbox_t *sb;

    sb = calloc(1, sizeof(pz_sandbox_t));
    if (sb == NULL) {
        return NULL;
    }
    sb->budget = memory;
    sb->max_block = memory;
    /* LuaJIT 2.1 beta crashes when memory ends in the middle of lua_newstate. */
    sb->unbounded = 1;
    sb->lua = lua_newstate(pz_sandbox_alloc, sb);
    sb->unbounded = 0;
    if (sb->lua == NULL) {
        free(sb);
        return NULL;
    }
    if (pz_sandbox_run(sb, pz_sandbox_open, NULL, 10000000, text, sizeof(text))
        != PZ_SANDBOX_OK)
    {
        pz_sandbox_destroy(sb);
        return NULL;
    }
    return sb;
}


void
pz_sandbox_destroy(pz_sandbox_t *sb)
{
    if (sb != NULL) {
        sb->unbounded = 1;
        lua_close(sb->lua);
        free(sb);
    }
}


lua_State *
pz_sandbox_lua(pz_sandbox_t *sb)
{
    return sb->lua;
}


/* The allocator's argument is the one pointer that a state always has. */
pz_sandbox_t *
pz_sandbox_of(lua_State *L)
{
    void *ud;

    (void) lua_getallocf(L, &ud);
    return ud;
}


void
pz_sandbox_set_data(pz_sandbox_t *sb, void *data)
{
    sb->data = data;
}


void *
pz_sandbox_data(pz_sandbox_t *sb)
{
    return sb->data;
}


size_t
pz_sandbox_memory(const pz_sandbox_t *sb)
{
    return sb->used;
}


void
pz_sandbox_set_max_block(pz_sandbox_t *sb, size_t bytes)
{
    sb->max_block = bytes;
}


static int
pz_sandbox_enter(lua_State *L)
{
    pz_sandbox_call_t *call = lua_touserdata(L, 1);

    lua_settop(L, 0);
    lua_pushlightuserdata(L, call->data);
    return call->entry(L);
}


/*
 * What a rule throws may be anything.  Only strings are read: asking Lua to
 * turn another value into text would run or allocate outside the protection.
 */
static void
pz_sandbox_message(lua_State *L, char *text, size_t size)
{
    int type = lua_type(L, -1);

    if (type == LUA_TSTRING) {
        snprintf(text, size, "%s", lua_tostring(L, -1));
    } else {
        snprintf(text, size, "it threw a %s instead of a text", lua_typename(L, type));
    }
}


/*
 * After running dry the state is full of garbage that nothing will ask to be
 * collected; and collecting may need a little to free a lot.
 */
static void
pz_sandbox_collect(pz_sandbox_t *sb, int what, int size)
{
    sb->unbounded = 1;
    lua_gc(sb->lua, what, size);
    sb->unbounded = 0;
}


pz_sandbox_result_t
pz_sandbox_run(pz_sandbox_t *sb, lua_CFunction entry, void *data,
    uint64_t microseconds, char *text, size_t size)
{
    int                  rc;
    pz_sandbox_call_t    call;
    pz_sandbox_result_t  result;

    call.entry = entry;
    call.data = data;
    sb->half = microseconds * 500;
    sb->out_of_memory = 0;
    sb->out_of_time = 0;
    sb->deadline = pz_sandbox_clock(CLOCK_MONOTONIC) + sb->half;
    sb->cpu_deadline = 0;

    rc = lua_cpcall(sb->lua, pz_sandbox_enter, &call);

    sb->deadline = 0;
    if (rc == 0) {
        if (++sb->runs % PZ_SANDBOX_STEP_RUNS == 0) {
            pz_sandbox_collect(sb, LUA_GCSTEP, PZ_SANDBOX_STEP_SIZE);
        }
        return PZ_SANDBOX_OK;
    }
    if (sb->out_of_time) {
        result = PZ_SANDBOX_TIME;
        pz_sandbox_message(sb->lua, text, size);
        if (rc == LUA_ERRMEM) {
            snprintf(text, size, "it ran too long");
        }
    } else if (rc == LUA_ERRMEM) {
        result = PZ_SANDBOX_MEMORY;
        snprintf(text, size, "it needs more memory than rules may have");
    } else {
        result = PZ_SANDBOX_ERROR;
        pz_sandbox_message(sb->lua, text, size);
    }
    lua_settop(sb->lua, 0);
    if (sb->out_of_memory || result != PZ_SANDBOX_ERROR) {
        pz_sandbox_collect(sb, LUA_GCCOLLECT, 0);
    }
    return result;
}


int
pz_sandbox_run_free(pz_sandbox_t *sb, lua_CFunction entry, void *data)
{
    int               rc;
    pz_sandbox_call_t call;

    call.entry = entry;
    call.data = data;
    sb->unbounded = 1;
    rc = lua_cpcall(sb->lua, pz_sandbox_enter, &call);
    sb->unbounded = 0;
    lua_settop(sb->lua, 0);
    return (rc == 0) ? 0 : -1;
}


int
pz_sandbox_position(const char *message, unsigned *file, unsigned *line,
    const char **text)
{
    int n = 0;

    if (sscanf(message, "rule%9u:%9u: %n", file, line, &n) != 2 || n == 0) {
        return -1;
    }
    *text = message + n;
    return 0;
}
