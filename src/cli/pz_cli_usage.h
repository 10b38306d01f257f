/*
 * How the command is used: the words for it, for help and for errors.
 */
#ifndef PZ_CLI_USAGE_H
#define PZ_CLI_USAGE_H

#include <stdio.h>

/* All subcommands. */
void pz_cli_usage_all(FILE *out);

/* Whether one of the arguments is "--help"; then `usage` is printed. */
int pz_cli_usage_wanted(int argc, char **argv, const char *usage);

/*
 * Say on stderr what is wrong with the command line, and where help is:
 * "personalize COMMAND: MESSAGE".  Always returns PZ_CLI_USAGE.
 */
int pz_cli_usage_error(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
