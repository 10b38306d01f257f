/*
 * Loading rules in the command.
 */
#ifndef PZ_CLI_RULES_H
#define PZ_CLI_RULES_H

#include "pz_ruleset.h"

/* The rules behind `path`; or NULL after each error was printed on stderr. */
pz_ruleset_t *pz_cli_rules_load(const char *path);

#endif
