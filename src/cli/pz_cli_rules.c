#include "pz_cli_rules.h"

#include <stdio.h>
#include <string.h>

#define PZ_CLI_ERRORS  64


pz_ruleset_t *
pz_cli_rules_load(const char *path)
{
    char          line[1024];
    size_t        i, found;
    pz_error_t    errors[PZ_CLI_ERRORS];
    pz_ruleset_t *rules;

    memset(errors, 0, sizeof(errors));
    rules = pz_ruleset_load(path, NULL, errors, PZ_CLI_ERRORS, &found);
    if (rules != NULL) {
        return rules;
    }
    for (i = 0; i < found && i < PZ_CLI_ERRORS; i++) {
        fprintf(stderr, "%s\n", pz_error_print(&errors[i], line, sizeof(line)));
    }
    if (found > PZ_CLI_ERRORS) {
        fprintf(stderr, "... and %zu more\n", found - PZ_CLI_ERRORS);
    }
    return NULL;
}
