#include "pz_call.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "pz_freeze.h"

typedef enum {
    PZ_CALL_NOTHING,    /* nil or false */
    PZ_CALL_TRUE,
    PZ_CALL_TEXT
} pz_call_result_t;

typedef struct {
    pz_scope_t          *scope;
    const pz_function_t *function;
    int                  wants_text;
    pz_call_result_t     result;
    pz_str_t             text;
    char                 changed[64];   /* the local that the function assigned to */
} pz_call_t;


/* Put back what the function changed outside itself, and remember the first of it. */
static void
pz_call_restore(lua_State *L, pz_call_t *call)
{
    const char *name;

    if (call->function->guard == LUA_NOREF) {
        return;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function->guard);
    name = pz_freeze_check(L, lua_gettop(L));
    if (name != NULL) {
        snprintf(call->changed, sizeof(call->changed), "%s", name);
    }
    lua_pop(L, 1);
}


/* The result on top of the stack, as text in the request's arena. */
static void
pz_call_take_text(lua_State *L, pz_call_t *call)
{
    pz_sb_t  sb;
    pz_str_t text;

    pz_sb_init(&sb, call->scope->in->arena, PZ_SANDBOX_MAX_TEXT);
    if (lua_type(L, -1) == LUA_TNUMBER) {
        pz_sb_number(&sb, lua_tonumber(L, -1));
    } else if (lua_type(L, -1) == LUA_TSTRING) {
        text.data = lua_tolstring(L, -1, &text.len);
        pz_sb_add(&sb, text);
    } else {
        luaL_error(L, "it returned a %s; a text, a number or nothing is wanted",
                   luaL_typename(L, -1));
    }
    if (pz_sb_done(&sb, &call->text) != 0) {
        luaL_error(L, "the text that it returned is too long");
    }
    call->result = PZ_CALL_TEXT;
}


static int
pz_call_enter(lua_State *L)
{
    pz_call_t    *call = lua_touserdata(L, 1);
    pz_ruleset_t *rules = call->scope->rules;

    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function->ref);
    lua_rawgeti(L, LUA_REGISTRYINDEX, rules->visitor);
    lua_rawgeti(L, LUA_REGISTRYINDEX, rules->context);
    lua_call(L, 2, 1);
    if (!lua_toboolean(L, -1)) {
        call->result = PZ_CALL_NOTHING;
    } else if (call->wants_text) {
        pz_call_take_text(L, call);
    } else {
        call->result = PZ_CALL_TRUE;
    }
    pz_call_restore(L, call);
    return 0;
}


/* After a failure: the function may have changed a local before it. */
static int
pz_call_enter_restore(lua_State *L)
{
    pz_call_restore(L, lua_touserdata(L, 1));
    return 0;
}


/* Say what went wrong, once switched off, and count it. */
static void
pz_call_fault(pz_call_t *call, const char *message)
{
    int                       off;
    unsigned                  file, line;
    const char               *text = message;
    pz_error_t                error;
    const pz_ruleset_input_t *in = call->scope->in;
    pz_ruleset_t             *rules = call->scope->rules;

    off = pz_health_fail(call->function->health, &rules->limits);
    if (in->on_fault == NULL) {
        return;
    }
    memset(&error, 0, sizeof(error));
    if (pz_sandbox_position(message, &file, &line, &text) == 0 && file < rules->nfiles) {
        pz_error_set(&error, rules->files[file], line, "%s", text);
    } else {
        pz_error_set(&error, call->function->file, call->function->line, "%s", text);
    }
    in->on_fault(in->data, call->function->health->name, &error, off);
}


/* 0, or -1 when it failed. */
static int
pz_call_run(pz_call_t *call)
{
    char                message[512];
    pz_ruleset_t       *rules = call->scope->rules;
    pz_sandbox_result_t result;

    if (call->function->health->off) {
        return -1;
    }
    rules->scope = call->scope;
    result = pz_sandbox_run(rules->sandbox, pz_call_enter, call, rules->limits.call_time,
                            message, sizeof(message));
    if (result != PZ_SANDBOX_OK && call->function->guard != LUA_NOREF
        && pz_sandbox_run_free(rules->sandbox, pz_call_enter_restore, call) != 0)
    {
        call->function->health->off = 1;    /* what it left behind cannot be put back */
    }
    rules->scope = NULL;

    if (result == PZ_SANDBOX_OK && call->changed[0] == '\0') {
        pz_health_pass(call->function->health);
        return 0;
    }
    if (result == PZ_SANDBOX_OK) {
        snprintf(message, sizeof(message), "the function assigns to '%s', which is declared "
                 "outside it: a rule keeps nothing from one visitor to the next; write 'local "
                 "%s = ...' inside the function", call->changed, call->changed);
    }
    pz_call_fault(call, message);
    return -1;
}


static void
pz_call_init(pz_call_t *call, pz_scope_t *scope, int function, int wants_text)
{
    const pz_function_t *functions = scope->rules->functions.items;

    memset(call, 0, sizeof(pz_call_t));
    call->scope = scope;
    call->function = &functions[function];
    call->wants_text = wants_text;
}


int
pz_call_truth(pz_scope_t *scope, int function)
{
    pz_call_t call;

    pz_call_init(&call, scope, function, 0);
    if (pz_call_run(&call) != 0) {
        return -1;
    }
    return call.result != PZ_CALL_NOTHING;
}


int
pz_call_text(pz_scope_t *scope, int function, pz_str_t *text)
{
    pz_call_t call;

    pz_call_init(&call, scope, function, 1);
    if (pz_call_run(&call) != 0) {
        return -2;
    }
    if (call.result == PZ_CALL_NOTHING) {
        return -1;
    }
    *text = call.text;
    return 0;
}
