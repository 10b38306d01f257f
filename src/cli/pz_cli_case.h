/*
 * A case: rules, a visitor and a request, as `preview` and `explain` take them
 * from the command line.
 */
#ifndef PZ_CLI_CASE_H
#define PZ_CLI_CASE_H

#include "pz_json.h"
#include "pz_ruleset.h"

#define PZ_CLI_FACTS  64    /* --context */

typedef struct {
    const char      *command;
    const char      *rules_path;
    const char      *visitor_path;
    const char      *url;
    const char      *now;
    const char      *page;         /* NULL when none was given */
    int              no_consent;
    pz_fact_t        named[PZ_CLI_FACTS];

    pz_arena_t      *arena;
    pz_ruleset_t    *rules;
    pz_str_t         text;         /* of the visitor's file, malloc'ed */
    const pz_json_t *json;         /* or NULL */
    pz_profile_t    *profile;
    pz_facts_t       facts;
    pz_str_t         visitor;
} pz_cli_case_t;

/* Read the command line and all that it names.  PZ_CLI_OK, or the exit status. */
int pz_cli_case_open(pz_cli_case_t *c, int argc, char **argv);
void pz_cli_case_close(pz_cli_case_t *c);

/* The rule engine's input, without trace and fault. */
pz_ruleset_input_t pz_cli_case_input(const pz_cli_case_t *c);

#endif
