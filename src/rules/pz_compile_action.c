#include "pz_compile_action.h"

#include <lauxlib.h>
#include <string.h>

#include "pz_table.h"

typedef struct {
    pz_compile_place_t *place;
    unsigned            line;
    pz_str_t            what;     /* "welcome_bar" */
    int                 index;    /* of the action's table on the stack */
} pz_compile_action_t;


static pz_arena_t *
pz_compile_action_arena(const pz_compile_action_t *in)
{
    return in->place->loading->rules->arena;
}


static int
pz_compile_is_safe(void *data, pz_str_t name)
{
    const pz_ruleset_t *rules = data;

    return pz_schema_is_safe(rules->schema, name);
}


/*
 * A template; text without values is rendered now and never again.  The text
 * under `key` of the table at `table`; an absent one is the empty constant.
 */
static void
pz_compile_content(lua_State *L, const pz_compile_action_t *in, int table, const char *key,
    pz_template_kind_t kind, pz_content_t *content)
{
    pz_sb_t              sb;
    pz_str_t             source;
    pz_error_t           error;
    pz_ruleset_t        *rules = in->place->loading->rules;
    const pz_template_t *t;

    source = pz_table_text(L, rules->arena, table, key);
    if (source.data == NULL) {
        return;
    }
    memset(&error, 0, sizeof(error));
    t = pz_template_parse(rules->arena, source, kind, pz_compile_is_safe, rules,
                          rules->files[in->place->file], in->line, &error);
    if (t == NULL) {
        pz_loading_report(in->place->loading, in->place->file,
                          error.line != 0 ? error.line : in->line, "%s: %s", in->what.data,
                          error.text);
        return;
    }
    content->pattern = t;
    if (pz_template_is_constant(t)) {
        pz_sb_init(&sb, rules->arena, source.len + 64);
        if (pz_template_render(t, &sb, NULL, NULL) != 0
            || pz_sb_done(&sb, &content->constant) != 0)
        {
            pz_loading_report(in->place->loading, in->place->file, in->line,
                              "%s: it has bytes that cannot stand there", in->what.data);
        }
        content->pattern = NULL;
    }
}


static void
pz_compile_values(lua_State *L, const pz_compile_action_t *in, pz_action_t *action)
{
    int                i, n, list, item;
    pz_arena_t        *arena = pz_compile_action_arena(in);
    pz_action_value_t *values;
    pz_compile_place_t place = *in->place;

    place.line = in->line;
    n = pz_table_push_list(L, in->index, "values");
    list = lua_gettop(L);
    values = pz_table_array(L, arena, (size_t) n, sizeof(pz_action_value_t));
    for (i = 0; i < n; i++) {
        lua_rawgeti(L, list, i + 1);
        item = lua_gettop(L);
        values[i].name = pz_table_text(L, arena, item, "name");
        values[i].text = pz_table_text(L, arena, item, "text");
        values[i].function = pz_compile_function(L, &place, item, "fn");
        values[i].needed = (unsigned) pz_table_flag(L, item, "needed") & 1;
        lua_settop(L, list);
    }
    lua_settop(L, list - 1);
    action->values = values;
    action->nvalues = (size_t) n;
}


static void
pz_compile_place(lua_State *L, const pz_compile_action_t *in, pz_action_t *action)
{
    int        op;
    pz_str_t   at;
    pz_error_t error;

    at = pz_table_text(L, pz_compile_action_arena(in), in->index, "at");
    op = pz_edit_op_from(pz_table_text(L, pz_compile_action_arena(in), in->index, "op"));
    if (at.data == NULL || op < 0) {
        return;    /* the prelude has said what is wrong */
    }
    memset(&error, 0, sizeof(error));
    action->edit.op = (pz_edit_op_t) op;
    action->edit.limit = (unsigned) pz_table_number(L, in->index, "limit", 0);
    action->edit.slot = PZ_EDIT_NO_SLOT;
    action->edit.selector = pz_selector_parse(pz_compile_action_arena(in), at, &error);
    if (action->edit.selector == NULL) {
        pz_loading_report(in->place->loading, in->place->file, in->line, "%s: selector \"%s\": %s",
                          in->what.data, at.data, error.text);
    }
}


static pz_template_kind_t
pz_compile_kind(lua_State *L, const pz_compile_action_t *in)
{
    pz_str_t kind = pz_table_text(L, pz_compile_action_arena(in), in->index, "content_kind");

    if (pz_str_eq(kind, PZ_STR("html"))) {
        return PZ_TEMPLATE_HTML;
    }
    if (pz_str_eq(kind, PZ_STR("header"))) {
        return PZ_TEMPLATE_HEADER;
    }
    return pz_str_eq(kind, PZ_STR("url")) ? PZ_TEMPLATE_URL : PZ_TEMPLATE_PLAIN;
}


static void
pz_compile_layout(lua_State *L, const pz_compile_action_t *in, pz_action_t *action)
{
    int table;

    lua_getfield(L, in->index, "layout");
    table = lua_gettop(L);
    if (lua_istable(L, table)) {
        pz_compile_content(L, in, table, "open", PZ_TEMPLATE_HTML, &action->layout.open);
        pz_compile_content(L, in, table, "item", PZ_TEMPLATE_HTML, &action->layout.item);
        pz_compile_content(L, in, table, "plain", PZ_TEMPLATE_HTML, &action->layout.plain);
        pz_compile_content(L, in, table, "close", PZ_TEMPLATE_HTML, &action->layout.close);
    }
    lua_settop(L, table - 1);
}


static int
pz_compile_strategy_name(pz_str_t name)
{
    size_t i;

    for (i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] == 0x7f || strchr("{}:*?", name.data[i])) {
            return -1;
        }
    }
    return (name.len > 0 && name.len <= 64) ? 0 : -1;
}


/* The strategy on top of the stack: one of four words, or "NAME:KEY". */
static void
pz_compile_strategy(lua_State *L, const pz_compile_action_t *in, pz_strategy_t *strategy)
{
    size_t    i;
    int       table;
    pz_str_t  text;
    ptrdiff_t colon;
    static const pz_str_t words[] = {
        { "visitor", 7 }, { "segment", 7 }, { "popular", 7 }, { "bought_with", 11 }
    };

    text = pz_table_copy(L, pz_compile_action_arena(in), -1);
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (pz_str_eq(text, words[i])) {
            strategy->kind = (pz_strategy_kind_t) i;
            return;
        }
    }
    colon = pz_str_find_byte(text, ':');
    strategy->kind = PZ_STRATEGY_LIST;
    strategy->name = pz_str_head(text, colon > 0 ? (size_t) colon : 0);
    if (colon < 0 || text.len == (size_t) colon + 1 || pz_compile_strategy_name(strategy->name)) {
        pz_loading_report(in->place->loading, in->place->file, in->line,
                          "recommendations: there is no strategy '%s'; there are visitor, segment, "
                          "popular, bought_with, and lists of your own as \"NAME:KEY\"",
                          text.data != NULL ? text.data : "");
        return;
    }
    lua_newtable(L);
    table = lua_gettop(L);
    lua_pushlstring(L, text.data + colon + 1, text.len - (size_t) colon - 1);
    lua_setfield(L, table, "key");
    pz_compile_content(L, in, table, "key", PZ_TEMPLATE_PLAIN, &strategy->key);
    lua_settop(L, table - 1);
}


static void
pz_compile_strategies(lua_State *L, const pz_compile_action_t *in, pz_action_t *action)
{
    int            i, n, list;
    pz_strategy_t *strategies;

    n = pz_table_push_list(L, in->index, "strategies");
    list = lua_gettop(L);
    strategies = pz_table_array(L, pz_compile_action_arena(in), (size_t) n,
                                sizeof(pz_strategy_t));
    for (i = 0; i < n; i++) {
        lua_rawgeti(L, list, i + 1);
        pz_compile_strategy(L, in, &strategies[i]);
        lua_settop(L, list);
    }
    lua_settop(L, list - 1);
    action->strategies = strategies;
    action->nstrategies = (size_t) n;
    action->count = (unsigned) pz_table_number(L, in->index, "count", 4);
}


/* The action on top of the stack. */
static void
pz_compile_action(lua_State *L, pz_compile_place_t *place, pz_action_t *action)
{
    pz_str_t            kind;
    pz_compile_action_t in;
    pz_arena_t         *arena = place->loading->rules->arena;

    in.place = place;
    in.index = lua_gettop(L);
    in.line = (unsigned) pz_table_number(L, in.index, "line", place->line);
    in.what = pz_table_text(L, arena, in.index, "what");

    kind = pz_table_text(L, arena, in.index, "kind");
    action->line = in.line;
    action->edit.slot = PZ_EDIT_NO_SLOT;
    action->name = pz_table_text(L, arena, in.index, "name");
    pz_compile_values(L, &in, action);
    pz_compile_content(L, &in, in.index, "class", PZ_TEMPLATE_PLAIN, &action->class_name);
    pz_compile_content(L, &in, in.index, "content", pz_compile_kind(L, &in), &action->content);
    if (pz_str_eq(kind, PZ_STR("header"))) {
        action->kind = PZ_ACTION_HEADER;
        return;
    }
    action->kind = PZ_ACTION_EDIT;
    pz_compile_place(L, &in, action);
    if (pz_str_eq(kind, PZ_STR("edit"))) {
        action->edit.has_values = (action->content.pattern != NULL);
        return;
    }
    action->edit.has_values = 1;
    pz_compile_layout(L, &in, action);
    if (pz_str_eq(kind, PZ_STR("recommendations"))) {
        action->kind = PZ_ACTION_RECOMMENDATIONS;
        pz_compile_strategies(L, &in, action);
    } else {
        action->kind = PZ_ACTION_COUPON;
        action->pool = pz_table_text(L, arena, in.index, "pool");
        action->ttl = (int64_t) pz_table_number(L, in.index, "ttl", 0);
        action->zone = place->zone;
    }
}


const pz_actions_t *
pz_compile_actions(lua_State *L, pz_compile_place_t *place)
{
    int           i, n, list = lua_gettop(L);
    pz_arena_t   *arena = place->loading->rules->arena;
    pz_action_t  *items;
    pz_actions_t *actions;

    n = (int) lua_objlen(L, list);
    luaL_checkstack(L, 16, "actions");
    actions = pz_table_array(L, arena, 1, sizeof(pz_actions_t));
    items = pz_table_array(L, arena, (size_t) n, sizeof(pz_action_t));
    for (i = 0; i < n; i++) {
        lua_rawgeti(L, list, i + 1);
        pz_compile_action(L, place, &items[i]);
        lua_settop(L, list);
    }
    actions->items = items;
    actions->n = (size_t) n;
    return actions;
}
