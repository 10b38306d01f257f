#include <stdio.h>
#include <string.h>

#include "pz_cli.h"
#include "pz_cli_rules.h"
#include "pz_cli_usage.h"

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


int
pz_cli_check(int argc, char **argv)
{
    int           i, status = PZ_CLI_OK;
    pz_ruleset_t *rules;

    if (argc < 2) {
        return pz_cli_usage_error("check", "which rules?");
    }
    for (i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return pz_cli_usage_error("check", "there is no option '%s'", argv[i]);
        }
        rules = pz_cli_rules_load(argv[i]);
        if (rules == NULL) {
            status = PZ_CLI_FAILED;
        }
        pz_ruleset_release(rules);
    }
    return status;
}
