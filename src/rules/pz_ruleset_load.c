/*
 * A rule set from a path: what is there before the first file, then the files.
 */
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
    pz_loading_t  loading;
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
        pz_ruleset_release(rules);
        return NULL;
    }
    memset(&loading, 0, sizeof(loading));
    loading.rules = rules;
    loading.errors = errors;
    loading.room = nerrors;
    rules->loading = &loading;
    pz_loader_run(&loading);
    rules->loading = NULL;
    *found = loading.found;
    if (loading.found > 0) {
        if (nerrors > 0) {
            qsort(errors, loading.found < nerrors ? loading.found : nerrors, sizeof(pz_error_t),
                  pz_ruleset_compare);
        }
        pz_ruleset_release(rules);
        return NULL;
    }
    pz_sandbox_set_max_block(rules->sandbox, PZ_RULESET_CALL_BLOCK);
    return rules;
}
