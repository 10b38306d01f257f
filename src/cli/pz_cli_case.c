#include "pz_cli_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pz_cli.h"
#include "pz_cli_file.h"
#include "pz_cli_rules.h"
#include "pz_cli_usage.h"
#include "pz_cli_visitor.h"

#define PZ_CLI_CASE_MEMORY  (64 * 1024 * 1024)


/* One of the options that take a value; returns where it goes, or NULL. */
static const char **
pz_cli_case_option(pz_cli_case_t *c, const char *name)
{
    size_t i;
    struct {
        const char  *name;
        const char **to;
    } options[] = {
        { "--rules", &c->rules_path },
        { "--visitor", &c->visitor_path },
        { "--url", &c->url },
        { "--now", &c->now },
    };

    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(options[i].name, name) == 0) {
            return options[i].to;
        }
    }
    return NULL;
}


/* --context NAME=VALUE: one of the engine's own facts, or a named one. */
static int
pz_cli_case_context(pz_cli_case_t *c, const char *text)
{
    pz_fact_t   fact;
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text) {
        return pz_cli_usage_error(c->command, "--context takes NAME=VALUE, not '%s'", text);
    }
    fact.name.data = text;
    fact.name.len = (size_t) (equals - text);
    fact.value = pz_str_from(equals + 1);
    if (pz_str_eq(fact.name, PZ_STR("language"))) {
        c->facts.language = fact.value;
    } else if (pz_str_eq(fact.name, PZ_STR("referrer"))) {
        c->facts.referrer = fact.value;
    } else if (pz_str_eq(fact.name, PZ_STR("host"))) {
        c->facts.host = fact.value;
    } else if (pz_str_eq(fact.name, PZ_STR("returning"))) {
        c->facts.returning = pz_value_read(PZ_TYPE_FLAG, fact.value).number != 0;
    } else if (c->facts.nnamed == PZ_CLI_FACTS) {
        return pz_cli_usage_error(c->command, "more than %d times --context", PZ_CLI_FACTS);
    } else {
        c->named[c->facts.nnamed++] = fact;
    }
    return PZ_CLI_OK;
}


static int
pz_cli_case_arguments(pz_cli_case_t *c, int argc, char **argv)
{
    int          i, rc;
    const char **to;

    for (i = 1; i < argc; i++) {
        to = pz_cli_case_option(c, argv[i]);
        if (strcmp(argv[i], "--no-consent") == 0) {
            c->no_consent = 1;
        } else if (to != NULL || strcmp(argv[i], "--context") == 0) {
            if (i + 1 == argc) {
                return pz_cli_usage_error(c->command, "%s takes a value", argv[i]);
            }
            i++;
            if (to != NULL) {
                *to = argv[i];
            } else if ((rc = pz_cli_case_context(c, argv[i])) != PZ_CLI_OK) {
                return rc;
            }
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return pz_cli_usage_error(c->command, "there is no option '%s'", argv[i]);
        } else if (c->page != NULL) {
            return pz_cli_usage_error(c->command, "one page at a time: '%s' or '%s'", c->page,
                                      argv[i]);
        } else {
            c->page = argv[i];
        }
    }
    if (c->rules_path == NULL) {
        return pz_cli_usage_error(c->command, "which rules? --rules RULES");
    }
    return PZ_CLI_OK;
}


static int
pz_cli_case_hex(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *at = (digit != '\0') ? strchr(digits, pz_lower(digit)) : NULL;

    return (at != NULL) ? (int) (at - digits) : -1;
}


/* %41 becomes A, as nginx decodes a path before rules see it. */
static int
pz_cli_case_decode(pz_cli_case_t *c, pz_str_t raw, pz_str_t *path)
{
    char  *out;
    size_t i, n = 0;
    int    high, low;

    out = pz_arena_alloc(c->arena, raw.len + 1);
    if (out == NULL) {
        return -1;
    }
    for (i = 0; i < raw.len; i++) {
        if (raw.data[i] == '%' && i + 2 < raw.len
            && (high = pz_cli_case_hex(raw.data[i + 1])) >= 0
            && (low = pz_cli_case_hex(raw.data[i + 2])) >= 0)
        {
            out[n++] = (char) (high * 16 + low);
            i += 2;
        } else {
            out[n++] = raw.data[i];
        }
    }
    path->data = out;
    path->len = n;
    return 0;
}


/* "/path?query" or "https://host/path?query". */
static int
pz_cli_case_url(pz_cli_case_t *c)
{
    pz_str_t  url = pz_str_from(c->url != NULL ? c->url : "/");
    ptrdiff_t at;

    at = pz_str_find(url, PZ_STR("://"));
    if (at > 0) {
        url = pz_str_skip(url, (size_t) at + 3);
        at = pz_str_find_byte(url, '/');
        c->facts.host = pz_str_head(url, at >= 0 ? (size_t) at : url.len);
        url = (at >= 0) ? pz_str_skip(url, (size_t) at) : PZ_STR("/");
    } else if (!pz_str_starts(url, PZ_STR("/"))) {
        return pz_cli_usage_error(c->command, "--url takes /path or https://host/path, not '%s'",
                                  c->url);
    }
    at = pz_str_find_byte(url, '#');
    url = pz_str_head(url, at >= 0 ? (size_t) at : url.len);
    at = pz_str_find_byte(url, '?');
    if (at >= 0) {
        c->facts.query = pz_str_skip(url, (size_t) at + 1);
        url = pz_str_head(url, (size_t) at);
    }
    return pz_cli_case_decode(c, url, &c->facts.path) == 0 ? PZ_CLI_OK : PZ_CLI_FAILED;
}


static int
pz_cli_case_now(pz_cli_case_t *c)
{
    pz_error_t error;

    c->facts.now = (int64_t) time(NULL);
    if (c->now == NULL || pz_str_to_int64(pz_str_from(c->now), &c->facts.now) == 0) {
        return PZ_CLI_OK;
    }
    memset(&error, 0, sizeof(error));
    if (pz_schedule_time(pz_str_from(c->now), PZ_STR_NONE, 0, &c->facts.now, &error) != 0) {
        return pz_cli_usage_error(c->command, "--now: %s", error.text);
    }
    return PZ_CLI_OK;
}


static int
pz_cli_case_visitor(pz_cli_case_t *c)
{
    char       line[1024];
    pz_error_t error;

    c->visitor = PZ_STR("preview");
    if (c->visitor_path == NULL) {
        return PZ_CLI_OK;
    }
    if (pz_cli_file_read(c->command, c->visitor_path, &c->text) != 0) {
        return PZ_CLI_FAILED;
    }
    memset(&error, 0, sizeof(error));
    c->json = pz_json_read(c->arena, c->text, &error);
    if (c->json == NULL || pz_cli_visitor_read(c, &error) != 0) {
        if (error.file[0] == '\0') {
            snprintf(error.file, sizeof(error.file), "%s", c->visitor_path);
        }
        fprintf(stderr, "%s\n", pz_error_print(&error, line, sizeof(line)));
        return PZ_CLI_FAILED;
    }
    c->facts.returning = 1;
    return PZ_CLI_OK;
}


int
pz_cli_case_open(pz_cli_case_t *c, int argc, char **argv)
{
    int rc;

    memset(c, 0, sizeof(pz_cli_case_t));
    c->command = argv[0];
    c->facts.host = PZ_STR("localhost");
    c->facts.named = c->named;
    c->arena = pz_arena_create(PZ_CLI_CASE_MEMORY, 64 * 1024);
    c->profile = (c->arena != NULL) ? pz_profile_create(c->arena) : NULL;
    if (c->profile == NULL) {
        fprintf(stderr, "personalize %s: no memory\n", c->command);
        return PZ_CLI_FAILED;
    }
    if ((rc = pz_cli_case_arguments(c, argc, argv)) != PZ_CLI_OK
        || (rc = pz_cli_case_url(c)) != PZ_CLI_OK
        || (rc = pz_cli_case_now(c)) != PZ_CLI_OK
        || (rc = pz_cli_case_visitor(c)) != PZ_CLI_OK)
    {
        return rc;
    }
    c->facts.consent = !c->no_consent;
    c->rules = pz_cli_rules_load(c->rules_path);
    return (c->rules != NULL) ? PZ_CLI_OK : PZ_CLI_FAILED;
}


void
pz_cli_case_close(pz_cli_case_t *c)
{
    pz_ruleset_release(c->rules);
    if (c->arena != NULL) {
        pz_arena_destroy(c->arena);
    }
    free((char *) c->text.data);
}


pz_ruleset_input_t
pz_cli_case_input(const pz_cli_case_t *c)
{
    pz_ruleset_input_t in;

    memset(&in, 0, sizeof(in));
    in.arena = c->arena;
    in.profile = c->profile;
    in.facts = &c->facts;
    in.visitor = c->facts.consent ? c->visitor : PZ_STR_NONE;
    return in;
}
