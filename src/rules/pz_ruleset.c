#include "pz_ruleset.h"

#include <stdlib.h>
#include <string.h>

#include "pz_loader.h"
#include "pz_rule_files.h"

#define PZ_RULESET_MEMORY     (16 * 1024 * 1024)
#define PZ_RULESET_LOAD_TIME  1000    /* ms */
#define PZ_RULESET_CALL_TIME  2000    /* us */
#define PZ_RULESET_FAULTS     20

/* While deciding, no single text may be larger: see PZ_SANDBOX_HOOK_COUNT. */
#define PZ_RULESET_CALL_BLOCK  (256 * 1024)

/* Compiled tables, templates and selectors. */
#define PZ_RULESET_ARENA  (64 * 1024 * 1024)


void *
pz_rules_add(pz_ruleset_t *rules, pz_grow_t *list, size_t size)
{
    char  *items;
    size_t room;

    if (list->n == list->room) {
        room = (list->room == 0) ? 8 : list->room * 2;
        items = pz_arena_array(rules->arena, room, size);
        if (items == NULL) {
            return NULL;
        }
        if (list->n > 0) {
            memcpy(items, list->items, list->n * size);
        }
        list->items = items;
        list->room = room;
    }
    items = list->items;
    return items + size * list->n++;
}


static void
pz_ruleset_set_limits(pz_ruleset_t *rules, const pz_ruleset_limits_t *limits)
{
    if (limits != NULL) {
        rules->limits = *limits;
    }
    if (rules->limits.memory == 0) {
        rules->limits.memory = PZ_RULESET_MEMORY;
    }
    if (rules->limits.load_time == 0) {
        rules->limits.load_time = PZ_RULESET_LOAD_TIME;
    }
    if (rules->limits.call_time == 0) {
        rules->limits.call_time = PZ_RULESET_CALL_TIME;
    }
    if (rules->limits.faults == 0) {
        rules->limits.faults = PZ_RULESET_FAULTS;
    }
}


static void
pz_ruleset_destroy(pz_ruleset_t *rules)
{
    size_t      i;
    pz_page_t **pages = rules->pages.items;

    pz_sandbox_destroy(rules->sandbox);
    for (i = 0; i < rules->pages.n; i++) {
        if (pages[i] != NULL) {
            pz_page_free(pages[i]);
        }
    }
    if (rules->arena != NULL) {
        pz_arena_destroy(rules->arena);
    }
    free(rules);
}


/* Everything that is there before the first file; -1 with `error`. */
static int
pz_ruleset_prepare(pz_ruleset_t *rules, const char *path, pz_error_t *error)
{
    rules->arena = pz_arena_create(PZ_RULESET_ARENA, 32 * 1024);
    if (rules->arena == NULL) {
        return pz_error_set(error, path, 0, "no memory for rules");
    }
    rules->files = pz_rule_files_list(rules->arena, path, &rules->nfiles, error);
    if (rules->files == NULL) {
        return -1;
    }
    rules->schema = pz_schema_create(rules->arena);
    if (rules->schema == NULL
        || pz_schema_declare(rules->schema, PZ_STR("cart"), PZ_TYPE_LIST, 0) != 0)
    {
        return pz_error_set(error, path, 0, "no memory for rules");
    }
    rules->sandbox = pz_sandbox_create(rules->limits.memory);
    if (rules->sandbox == NULL) {
        return pz_error_set(error, path, 0, "%zu bytes are not enough for Lua to start",
                            rules->limits.memory);
    }
    pz_sandbox_set_data(rules->sandbox, rules);
    return 0;
}


/* In the order in which a person reads: by file, then by line. */
static int
pz_ruleset_compare(const void *a, const void *b)
{
    int               order;
    const pz_error_t *left = a, *right = b;

    order = strcmp(left->file, right->file);
    if (order != 0) {
        return order;
    }
    return (left->line > right->line) - (left->line < right->line);
}


pz_ruleset_t *
pz_ruleset_load(const char *path, const pz_ruleset_limits_t *limits, pz_error_t *errors,
    size_t nerrors, size_t *found)
{
    pz_error_t    first;
    pz_loader_t   loader;
    pz_ruleset_t *rules;

    *found = 1;
    rules = calloc(1, sizeof(pz_ruleset_t));
    if (rules == NULL) {
        pz_error_set(nerrors > 0 ? errors : NULL, path, 0, "no memory for rules");
        return NULL;
    }
    rules->references = 1;
    pz_ruleset_set_limits(rules, limits);
    memset(&first, 0, sizeof(first));
    if (pz_ruleset_prepare(rules, path, &first) != 0) {
        if (nerrors > 0) {
            errors[0] = first;
        }
        pz_ruleset_destroy(rules);
        return NULL;
    }
    memset(&loader, 0, sizeof(loader));
    loader.rules = rules;
    loader.errors = errors;
    loader.room = nerrors;
    rules->loader = &loader;
    pz_loader_run(&loader);
    rules->loader = NULL;
    *found = loader.found;
    if (loader.found > 0) {
        if (nerrors > 0) {
            qsort(errors, loader.found < nerrors ? loader.found : nerrors, sizeof(pz_error_t),
                  pz_ruleset_compare);
        }
        pz_ruleset_destroy(rules);
        return NULL;
    }
    pz_sandbox_set_max_block(rules->sandbox, PZ_RULESET_CALL_BLOCK);
    return rules;
}


void
pz_ruleset_hold(pz_ruleset_t *rules)
{
    rules->references++;
}


void
pz_ruleset_release(pz_ruleset_t *rules)
{
    if (rules != NULL && --rules->references == 0) {
        pz_ruleset_destroy(rules);
    }
}


const pz_campaign_set_t *
pz_ruleset_campaigns(const pz_ruleset_t *rules)
{
    return &rules->set;
}


size_t
pz_ruleset_memory(const pz_ruleset_t *rules)
{
    return pz_sandbox_memory(rules->sandbox);
}
