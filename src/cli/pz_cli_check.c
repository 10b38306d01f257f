#include "pz_cli.h"
#include "pz_cli_rules.h"
#include "pz_cli_usage.h"


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
