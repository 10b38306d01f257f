#include "pz_compile.h"

#include <lauxlib.h>
#include <string.h>

#include "pz_compile_action.h"
#include "pz_freeze.h"
#include "pz_table.h"


/* Segments ----------------------------------------------------------------- */

/* The type that a field's operand has to be; a fact takes that of the operand. */
static pz_type_t
pz_compile_type(lua_State *L, const pz_condition_t *c)
{
    if (!c->is_fact) {
        return c->field.type;
    }
    if (c->test == PZ_TEST_HAS || c->test == PZ_TEST_HAS_NOT) {
        return PZ_TYPE_LIST;
    }
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
        return PZ_TYPE_NUMBER;
    case LUA_TBOOLEAN:
        return PZ_TYPE_FLAG;
    default:
        return pz_test_fits(c->test, PZ_TYPE_TEXT) ? PZ_TYPE_TEXT : PZ_TYPE_TIME;
    }
}


static int
pz_compile_operand(lua_State *L, const pz_compile_place_t *place, pz_condition_t *c,
    const char *test, pz_type_t type)
{
    pz_str_t    text;
    static const char *const wanted[] = {
        "a text", "a number", "a time such as \"2026-11-27 09:00\"", "true or false", "a text"
    };

    if (type != PZ_TYPE_FLAG && lua_type(L, -1) == LUA_TBOOLEAN) {
        text = PZ_STR_NONE;
    } else {
        text = pz_table_copy(L, place->loading->rules->arena, -1);
    }
    if (type == PZ_TYPE_LIST) {
        type = PZ_TYPE_TEXT;
    }
    c->operand = pz_value_read(type, text);
    if (text.data != NULL && c->operand.present) {
        return 0;
    }
    pz_loading_report(place->loading, place->file, place->line,
                      "segment \"%s\": '%s' is a %s, so '%s' takes %s", place->health->name.data,
                      c->field.name.data, pz_type_name(type), test, wanted[type]);
    return -1;
}


static int
pz_compile_operand_list(lua_State *L, const pz_compile_place_t *place, pz_condition_t *c,
    const char *test)
{
    int       i, n;
    pz_str_t *list;

    n = lua_istable(L, -1) ? (int) lua_objlen(L, -1) : 0;
    if (n == 0) {
        pz_loading_report(place->loading, place->file, place->line,
                          "segment \"%s\": '%s' of '%s' takes a list: { \"a\", \"b\" }",
                          place->health->name.data, test, c->field.name.data);
        return -1;
    }
    list = pz_table_array(L, place->loading->rules->arena, (size_t) n, sizeof(pz_str_t));
    for (i = 0; i < n; i++) {
        list[i] = pz_table_item(L, place->loading->rules->arena, lua_gettop(L), i + 1);
    }
    c->list = list;
    c->nlist = (size_t) n;
    return 0;
}


/* The condition on top of the stack. */
static void
pz_compile_condition(lua_State *L, const pz_compile_place_t *place, pz_condition_t *c)
{
    int       test, top = lua_gettop(L);
    pz_str_t  word;
    pz_type_t type;

    pz_condition_ask(c, place->loading->rules->schema,
                     pz_table_text(L, place->loading->rules->arena, top, "field"));
    word = pz_table_text(L, place->loading->rules->arena, top, "test");
    test = pz_test_from(word);
    if (test < 0) {
        return;    /* the prelude has said so */
    }
    c->test = (pz_test_t) test;
    lua_getfield(L, top, "operand");
    type = pz_compile_type(L, c);
    if (!pz_test_fits(c->test, type)) {
        pz_loading_report(place->loading, place->file, place->line,
                          "segment \"%s\": '%s' is a %s, which cannot be put to '%s'%s",
                          place->health->name.data, c->field.name.data, pz_type_name(type),
                          word.data,
                          type == PZ_TYPE_TEXT ? "; if it is no text, say so: fields { NAME = "
                          "\"number\" }" : "");
    } else if (c->test == PZ_TEST_ONE_OF || c->test == PZ_TEST_NONE_OF) {
        (void) pz_compile_operand_list(L, place, c, word.data);
    } else {
        (void) pz_compile_operand(L, place, c, word.data,
                                  c->test == PZ_TEST_EXISTS ? PZ_TYPE_FLAG : type);
    }
    lua_settop(L, top);
}


void
pz_compile_segment(lua_State *L, pz_loading_t *loading)
{
    int                i, n;
    pz_str_t           name;
    pz_ruleset_t      *rules = loading->rules;
    pz_segment_t      *segment;
    pz_condition_t    *conditions;
    pz_compile_place_t place;

    lua_settop(L, 1);
    name = pz_compile_open(L, loading, &place);
    n = pz_table_push_list(L, 1, "conditions");
    conditions = pz_table_array(L, rules->arena, (size_t) n, sizeof(pz_condition_t));
    for (i = 0; i < n; i++) {
        lua_rawgeti(L, 2, i + 1);
        pz_compile_condition(L, &place, &conditions[i]);
        lua_pop(L, 1);
    }
    segment = pz_compile_add(L, &place, &rules->segments, sizeof(pz_segment_t));
    segment->name = name;
    segment->conditions = conditions;
    segment->nconditions = (size_t) n;
    segment->function = pz_compile_function(L, &place, 1, "when");
    segment->file = rules->files[place.file];
    segment->line = place.line;
}


/* Campaigns ---------------------------------------------------------------- */

static void
pz_compile_pages(lua_State *L, const pz_compile_place_t *place, pz_campaign_t *campaign)
{
    size_t          i;
    pz_page_t     **pages, **owned;
    pz_error_t      error;
    const pz_str_t *texts;
    pz_ruleset_t   *rules = place->loading->rules;

    texts = pz_table_texts(L, rules->arena, 1, "pages", &campaign->npages);
    pages = pz_table_array(L, rules->arena, campaign->npages, sizeof(pz_page_t *));
    campaign->pages = pages;
    for (i = 0; i < campaign->npages; i++) {
        owned = pz_compile_add(L, place, &rules->pages, sizeof(pz_page_t *));
        memset(&error, 0, sizeof(error));
        pages[i] = *owned = pz_page_compile(rules->arena, texts[i], &error);
        if (pages[i] == NULL) {
            pz_loading_report(place->loading, place->file, place->line,
                              "campaign \"%s\": %s", campaign->name.data, error.text);
        }
    }
}


static void
pz_compile_time(lua_State *L, const pz_compile_place_t *place, const char *key, int is_end,
    int64_t *seconds)
{
    pz_str_t   text;
    pz_error_t error;

    text = pz_table_text(L, place->loading->rules->arena, 1, key);
    if (text.data == NULL) {
        return;
    }
    memset(&error, 0, sizeof(error));
    if (pz_schedule_time_in(text, place->zone, is_end, seconds, &error) != 0) {
        pz_loading_report(place->loading, place->file, place->line, "campaign \"%s\": %s: %s",
                          place->health->name.data, key, error.text);
    }
}


static void
pz_compile_zone(lua_State *L, pz_compile_place_t *place)
{
    pz_str_t    name;
    pz_error_t  error;
    pz_arena_t *arena = place->loading->rules->arena;

    memset(&error, 0, sizeof(error));
    name = pz_table_text(L, arena, 1, "timezone");
    place->zone = pz_zone_open(arena, name, &error);
    if (place->zone == NULL) {
        pz_loading_report(place->loading, place->file, place->line, "campaign \"%s\": timezone: %s",
                          place->health->name.data, error.text);
    }
}


static void
pz_compile_schedule(lua_State *L, pz_compile_place_t *place, pz_campaign_t *campaign)
{
    campaign->schedule.from = INT64_MIN;
    campaign->schedule.to = INT64_MAX;
    pz_compile_zone(L, place);
    if (place->zone == NULL) {
        return;
    }
    pz_compile_time(L, place, "from", 0, &campaign->schedule.from);
    pz_compile_time(L, place, "to", 1, &campaign->schedule.to);
    if (campaign->schedule.from >= campaign->schedule.to) {
        pz_loading_report(place->loading, place->file, place->line,
                          "campaign \"%s\": 'from' is after 'to': it would never run",
                          campaign->name.data);
    }
}


static void
pz_compile_variants(lua_State *L, pz_compile_place_t *place, pz_campaign_t *campaign)
{
    int           i, n, list, variant;
    pz_variant_t *variants;
    pz_arena_t   *arena = place->loading->rules->arena;

    n = pz_table_push_list(L, 1, "variants");
    list = lua_gettop(L);
    variants = pz_table_array(L, arena, (size_t) n, sizeof(pz_variant_t));
    for (i = 0; i < n; i++) {
        lua_rawgeti(L, list, i + 1);
        variant = lua_gettop(L);
        variants[i].name = pz_table_text(L, arena, variant, "name");
        variants[i].weight = pz_table_number(L, variant, "weight", 1);
        (void) pz_table_push_list(L, variant, "actions");
        variants[i].actions = pz_compile_actions(L, place);
        lua_settop(L, list);
    }
    lua_settop(L, list - 1);
    campaign->variants = variants;
    campaign->nvariants = (size_t) n;
}


void
pz_compile_campaign(lua_State *L, pz_loading_t *loading)
{
    pz_ruleset_t      *rules = loading->rules;
    pz_campaign_t      campaign, *added;
    pz_compile_place_t place;

    lua_settop(L, 1);
    memset(&campaign, 0, sizeof(campaign));
    campaign.name = pz_compile_open(L, loading, &place);
    campaign.file = rules->files[place.file];
    campaign.line = place.line;
    campaign.segments = pz_table_texts(L, rules->arena, 1, "segments", &campaign.nsegments);
    campaign.group = pz_table_text(L, rules->arena, 1, "group");
    campaign.seed = pz_table_text(L, rules->arena, 1, "seed");
    if (campaign.seed.data == NULL) {
        campaign.seed = campaign.name;
    }
    campaign.priority = pz_table_number(L, 1, "priority", 0);
    campaign.holdout = pz_table_number(L, 1, "holdout", 0);
    campaign.experiment = (unsigned) pz_table_flag(L, 1, "experiment") & 1;
    campaign.when = pz_compile_function(L, &place, 1, "when");
    pz_compile_pages(L, &place, &campaign);
    pz_compile_schedule(L, &place, &campaign);
    pz_compile_variants(L, &place, &campaign);

    added = pz_compile_add(L, &place, &rules->campaigns, sizeof(pz_campaign_t));
    *added = campaign;
}


/* The end ------------------------------------------------------------------ */

/* By priority; stable, since the order of definition decides between equals. */
static void
pz_compile_sort(pz_campaign_t *campaigns, size_t n)
{
    size_t        i, j;
    pz_campaign_t moved;

    for (i = 1; i < n; i++) {
        moved = campaigns[i];
        for (j = i; j > 0 && campaigns[j - 1].priority < moved.priority; j--) {
            campaigns[j] = campaigns[j - 1];
        }
        campaigns[j] = moved;
    }
}


void
pz_compile_finish(lua_State *L, pz_loading_t *loading)
{
    size_t         i;
    pz_ruleset_t  *rules = loading->rules;
    pz_function_t *functions = rules->functions.items;

    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, rules->environment);
    for (i = 0; i < rules->functions.n; i++) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, functions[i].ref);
        pz_freeze_guard(L, 1);
        functions[i].guard = LUA_NOREF;
        if (lua_objlen(L, -1) > 0) {
            functions[i].guard = luaL_ref(L, LUA_REGISTRYINDEX);
        }
        lua_settop(L, 1);
    }
    pz_compile_sort(rules->campaigns.items, rules->campaigns.n);
    rules->set.schema = rules->schema;
    rules->set.segments = rules->segments.items;
    rules->set.nsegments = rules->segments.n;
    rules->set.campaigns = rules->campaigns.items;
    rules->set.ncampaigns = rules->campaigns.n;
}
