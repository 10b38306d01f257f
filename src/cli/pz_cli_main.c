#include "pz_cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pz_version.h"

typedef struct {
    const char *name;
    int       (*run)(int argc, char **argv);
    const char *usage;
} pz_cli_command_t;

static const pz_cli_command_t pz_cli_commands[] = {
    { "check", pz_cli_check,
      "check RULES...\n"
      "      Load rule files, folders or globs; say file:line: message for all that is wrong." },
    { "preview", pz_cli_preview,
      "preview --rules RULES [--visitor FILE.json] [--url URL] [--context NAME=VALUE]...\n"
      "              [--now TIME] [--no-consent] PAGE.html\n"
      "      The page as that visitor gets it ('-': from stdin). What could not be shown, and\n"
      "      headers, go to stderr." },
    { "explain", pz_cli_explain,
      "explain (the same arguments; PAGE.html may be left out)\n"
      "      Why each campaign was, or was not, chosen." },
    { "rewrite", pz_cli_rewrite,
      "rewrite EDIT... [--chunk N] < in > out\n"
      "      EDIT: --before|--after|--prepend|--append|--replace|--inner SELECTOR HTML,\n"
      "      --remove SELECTOR, --set-attr SELECTOR NAME VALUE, --remove-attr SELECTOR NAME,\n"
      "      --add-class SELECTOR NAME, --remove-class SELECTOR NAME" },
    { "match", pz_cli_match,
      "match SELECTOR [--chunk N] < in\n"
      "      The byte offset of each start tag that matches, one a line." },
    { "tokens", pz_cli_tokens,
      "tokens [--chunk N] [--state STATE] [--last-start-tag NAME] < in\n"
      "      One JSON token a line." },
};

#define PZ_CLI_COMMANDS  (sizeof(pz_cli_commands) / sizeof(pz_cli_commands[0]))


static void
pz_cli_help(FILE *out)
{
    size_t i;

    fputs("usage: personalize COMMAND ...\n\n", out);
    for (i = 0; i < PZ_CLI_COMMANDS; i++) {
        fprintf(out, "  personalize %s\n\n", pz_cli_commands[i].usage);
    }
    fputs("Exit status: 0 well, 1 something is wrong with the input, 2 with the command line.\n",
          out);
}


int
pz_cli_usage_error(const char *command, const char *format, ...)
{
    size_t  i;
    va_list args;

    fprintf(stderr, "personalize %s: ", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    for (i = 0; i < PZ_CLI_COMMANDS; i++) {
        if (strcmp(pz_cli_commands[i].name, command) == 0) {
            fprintf(stderr, "usage: personalize %s\n", pz_cli_commands[i].usage);
        }
    }
    return PZ_CLI_USAGE;
}


int
main(int argc, char **argv)
{
    size_t      i;
    const char *name;

    if (argc < 2) {
        pz_cli_help(stderr);
        return PZ_CLI_USAGE;
    }
    name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        pz_cli_help(stdout);
        return PZ_CLI_OK;
    }
    if (strcmp(name, "--version") == 0) {
        puts("personalize " PZ_VERSION);
        return PZ_CLI_OK;
    }
    for (i = 0; i < PZ_CLI_COMMANDS; i++) {
        if (strcmp(pz_cli_commands[i].name, name) == 0) {
            return pz_cli_commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "personalize: there is no command '%s'; see personalize --help\n", name);
    return PZ_CLI_USAGE;
}
