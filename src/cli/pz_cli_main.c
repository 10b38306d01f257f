#include "pz_cli.h"

#include <string.h>

#include "pz_cli_usage.h"
#include "pz_version.h"

typedef struct {
    const char *name;
    int       (*run)(int argc, char **argv);
} pz_cli_command_t;

static const pz_cli_command_t pz_cli_commands[] = {
    { "check", pz_cli_check },
    { "preview", pz_cli_preview },
    { "explain", pz_cli_explain },
    { "rewrite", pz_cli_rewrite },
    { "match", pz_cli_match },
    { "tokens", pz_cli_tokens },
};

#define PZ_CLI_COMMANDS  (sizeof(pz_cli_commands) / sizeof(pz_cli_commands[0]))


int
main(int argc, char **argv)
{
    size_t      i;
    const char *name;

    if (argc < 2) {
        pz_cli_usage_all(stderr);
        return PZ_CLI_USAGE;
    }
    name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        pz_cli_usage_all(stdout);
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
