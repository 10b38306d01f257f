/*
 * A rule set from a text, a visitor, and the plan: for the tests of this zone.
 */
#ifndef RULES_CASE_H
#define RULES_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "pz_ruleset.h"

#define RULES_NOW     1795600000    /* 2026-11-25, a Wednesday */
#define RULES_ERRORS  32

typedef struct {
    char          folder[64];
    char          file[96];
    pz_error_t    errors[RULES_ERRORS];
    size_t        found;
    pz_ruleset_t *rules;

    pz_arena_t   *arena;
    pz_profile_t *profile;
    pz_facts_t    facts;
    pz_fact_t     named[8];
    pz_str_t      visitor;
    pz_plan_t     plan;

    unsigned      faults;         /* told by the last plans */
    unsigned      switched_off;
    char          fault[1024];    /* the last one, "file:line: text" */
    char          rule[64];
} rules_case_t;

static inline void
rules_write(const char *file, const char *text, size_t len)
{
    FILE *out = fopen(file, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, len, out), len);
    fclose(out);
}

static inline void
rules_open(rules_case_t *c)
{
    memset(c, 0, sizeof(rules_case_t));
    snprintf(c->folder, sizeof(c->folder), "/tmp/pz-rules-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    snprintf(c->file, sizeof(c->file), "%s/rule.lua", c->folder);
    c->visitor = PZ_STR("v1");
    c->facts.path = PZ_STR("/");
    c->facts.host = PZ_STR("shop.example");
    c->facts.language = PZ_STR("en");
    c->facts.now = RULES_NOW;
    c->facts.consent = 1;
    c->facts.named = c->named;
    c->arena = pz_arena_create(4 * 1024 * 1024, 0);
    assert_non_null(c->arena);
    c->profile = pz_profile_create(c->arena);
}

/* Load the text as the only file; c->rules is NULL when it is refused. */
static inline void
rules_load_limited(rules_case_t *c, const char *text, const pz_ruleset_limits_t *limits)
{
    pz_ruleset_release(c->rules);
    rules_write(c->file, text, strlen(text));
    c->found = 0;
    c->rules = pz_ruleset_load(c->file, limits, c->errors, RULES_ERRORS, &c->found);
}

static inline void
rules_load(rules_case_t *c, const char *text)
{
    rules_load_limited(c, text, NULL);
}

/* Load what must be fine. */
static inline void
rules_accept(rules_case_t *c, const char *text)
{
    rules_load(c, text);
    if (c->rules == NULL) {
        fail_msg("refused, line %u: %s", c->errors[0].line, c->errors[0].text);
    }
    assert_int_equal(c->found, 0);
}

/* Load what must be refused, with such an error at that line (0: any). */
static inline void
rules_refuse(rules_case_t *c, const char *text, unsigned line, const char *part)
{
    size_t i;

    rules_load(c, text);
    assert_null(c->rules);
    assert_true(c->found > 0);
    for (i = 0; i < c->found && i < RULES_ERRORS; i++) {
        if ((line == 0 || c->errors[i].line == line) && strstr(c->errors[i].text, part)) {
            assert_string_equal(c->errors[i].file, c->file);
            return;
        }
    }
    fail_msg("no error \"%s\" at line %u, but line %u: %s", part, line, c->errors[0].line,
             c->errors[0].text);
}

static inline void
rules_on_fault(void *data, pz_str_t rule, const pz_error_t *error, int switched_off)
{
    rules_case_t *c = data;

    c->faults++;
    c->switched_off += (switched_off != 0);
    snprintf(c->rule, sizeof(c->rule), "%.*s", (int) rule.len, rule.data);
    pz_error_print(error, c->fault, sizeof(c->fault));
}

static inline void
rules_field(rules_case_t *c, const char *name, const char *text)
{
    assert_int_equal(pz_profile_add(c->profile, pz_str_from(name), pz_str_from(text)), 0);
}

static inline pz_ruleset_input_t
rules_input(rules_case_t *c)
{
    pz_ruleset_input_t in;

    memset(&in, 0, sizeof(in));
    in.arena = c->arena;
    in.profile = c->profile;
    in.facts = &c->facts;
    in.visitor = c->visitor;
    in.on_fault = rules_on_fault;
    in.data = c;
    return in;
}

static inline void
rules_plan(rules_case_t *c)
{
    pz_ruleset_input_t in = rules_input(c);

    assert_non_null(c->rules);
    c->faults = 0;
    c->switched_off = 0;
    c->fault[0] = '\0';
    assert_int_equal(pz_ruleset_plan(c->rules, &in, &c->plan), 0);
}

/* A new visitor, unknown yet. */
static inline void
rules_next_visitor(rules_case_t *c, const char *id)
{
    pz_arena_reset(c->arena);
    c->profile = pz_profile_create(c->arena);
    c->visitor = pz_str_from(id);
}

static inline int
rules_is_chosen(const rules_case_t *c, const char *campaign)
{
    size_t i;

    for (i = 0; i < c->plan.decision.nchoices; i++) {
        if (strcmp(c->plan.decision.choices[i].campaign->name.data, campaign) == 0) {
            return 1;
        }
    }
    return 0;
}

static inline int
rules_has_segment(const rules_case_t *c, const char *segment)
{
    size_t i;

    for (i = 0; i < c->plan.decision.nsegments; i++) {
        if (pz_str_eq(c->plan.decision.segments[i], pz_str_from(segment))) {
            return 1;
        }
    }
    return 0;
}

/* The header's value in the plan, or NULL. */
static inline const char *
rules_header(const rules_case_t *c, const char *name)
{
    size_t i;

    for (i = 0; i < c->plan.nheaders; i++) {
        if (strcmp(c->plan.headers[i].name.data, name) == 0) {
            return c->plan.headers[i].value.data;
        }
    }
    return NULL;
}

/* The content of the plan's n-th edit, zero-terminated in the arena. */
static inline const char *
rules_content(rules_case_t *c, size_t n)
{
    pz_str_t copy;

    assert_true(n < c->plan.nedits);
    assert_int_equal(pz_arena_copy(c->arena, c->plan.edits[n].content, &copy), 0);
    return copy.data;
}

static inline void
rules_close(rules_case_t *c)
{
    pz_ruleset_release(c->rules);
    pz_arena_destroy(c->arena);
    unlink(c->file);
    rmdir(c->folder);
}

static inline double
rules_seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}

#endif
