#include "pz_cli_usage.h"

#include <stdarg.h>
#include <string.h>

#include "pz_cli.h"

typedef struct {
    const char *name;
    const char *usage;
} pz_cli_usage_t;

static const pz_cli_usage_t pz_cli_usages[] = {
    { "check",
      "check RULES...\n"
      "      Load rule files, folders or globs; say file:line: message for all that is wrong." },
    { "preview",
      "preview --rules RULES [--visitor FILE.json] [--url URL] [--context NAME=VALUE]...\n"
      "              [--now TIME] [--no-consent] PAGE.html\n"
      "      The page as that visitor gets it ('-': from stdin). What could not be shown, and\n"
      "      headers, go to stderr." },
    { "explain",
      "explain (the same arguments; PAGE.html may be left out)\n"
      "      Why each campaign was, or was not, chosen." },
    { "rewrite",
      "rewrite EDIT... [--chunk N] < in > out\n"
      "      EDIT: --before|--after|--prepend|--append|--replace|--inner SELECTOR HTML,\n"
      "      --remove SELECTOR, --set-attr SELECTOR NAME VALUE, --remove-attr SELECTOR NAME,\n"
      "      --add-class SELECTOR NAME, --remove-class SELECTOR NAME" },
    { "match",
      "match SELECTOR [--chunk N] < in\n"
      "      The byte offset of each start tag that matches, one a line." },
    { "tokens",
      "tokens [--chunk N] [--state STATE] [--last-start-tag NAME] < in\n"
      "      One JSON token a line." },
};

#define PZ_CLI_USAGES  (sizeof(pz_cli_usages) / sizeof(pz_cli_usages[0]))


void
pz_cli_usage_all(FILE *out)
{
    size_t i;

    fputs("usage: personalize COMMAND ...\n\n", out);
    for (i = 0; i < PZ_CLI_USAGES; i++) {
        fprintf(out, "  personalize %s\n\n", pz_cli_usages[i].usage);
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
    for (i = 0; i < PZ_CLI_USAGES; i++) {
        if (strcmp(pz_cli_usages[i].name, command) == 0) {
            fprintf(stderr, "usage: personalize %s\n", pz_cli_usages[i].usage);
        }
    }
    return PZ_CLI_USAGE;
}


int
pz_cli_usage_wanted(int argc, char **argv, const char *usage)
{
    int i;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return 1;
        }
    }
    return 0;
}
