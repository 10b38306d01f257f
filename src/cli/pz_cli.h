/*
 * The `personalize` command: one function a subcommand.
 *
 * argv[0] is the subcommand's own name, argv[1] its first argument.  The
 * result is the process's exit status.  Output goes to stdout, everything that
 * is said about it to stderr.
 */
#ifndef PZ_CLI_H
#define PZ_CLI_H

#define PZ_CLI_OK      0
#define PZ_CLI_FAILED  1    /* bad rules, a file that cannot be read, no match ... */
#define PZ_CLI_USAGE   2    /* the command line itself is wrong */

int pz_cli_check(int argc, char **argv);
int pz_cli_preview(int argc, char **argv);
int pz_cli_explain(int argc, char **argv);
int pz_cli_rewrite(int argc, char **argv);
int pz_cli_match(int argc, char **argv);
int pz_cli_tokens(int argc, char **argv);

#endif
