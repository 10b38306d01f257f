#include "pz_cli.h"
#include "pz_cli_html.h"
#include "pz_cli_usage.h"

#include <inttypes.h>
#include <string.h>

static const char command[] = "match";

static const char usage[] =
    "usage: personalize match SELECTOR [--chunk N] < PAGE\n"
    "\n"
    "Prints the byte offset of each start tag that the selector matches, one a line.\n"
    "Exits with 1 when the selector is wrong; no match is no error.\n";


/* An edit in front of each match: what has come before it is its offset. */
static int
on_span(void *data, const pz_span_t *span)
{
    uint64_t *offset = data;

    if (span->kind == PZ_SPAN_SLOT) {
        return printf("%" PRIu64 "\n", *offset) < 0 ? -1 : 0;
    }

    *offset += span->bytes.len;

    return 0;
}


static int
match_stdin(const char *text, size_t chunk, pz_arena_t *arena)
{
    uint64_t              offset = 0;
    pz_edit_t             edit = { .op = PZ_EDIT_BEFORE, .slot = 0 };
    pz_rewriter_options_t options = { .explicit_only = 1 };
    pz_rewriter_t        *rw;

    edit.selector = pz_cli_selector(command, arena, text);
    if (edit.selector == NULL) {
        return PZ_CLI_FAILED;
    }

    rw = pz_rewriter_create(arena, &edit, 1, &options, on_span, &offset);

    return pz_cli_edit_stdin(command, chunk, rw);
}


int
pz_cli_match(int argc, char **argv)
{
    const char *selector = NULL;
    size_t      chunk = 0;
    pz_arena_t *arena;
    int         rc;

    if (pz_cli_usage_wanted(argc, argv, usage)) {
        return PZ_CLI_OK;
    }

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--chunk") == 0) {
            rc = pz_cli_chunk(command, argv[++i], &chunk);
            if (rc != PZ_CLI_OK) {
                return rc;
            }
        } else if (selector) {
            return pz_cli_usage_error(command, "one selector is enough: what is '%s'?", argv[i]);
        } else {
            selector = argv[i];
        }
    }

    if (selector == NULL) {
        return pz_cli_usage_error(command, "a selector is missing");
    }

    arena = pz_cli_arena(command);
    if (arena == NULL) {
        return PZ_CLI_FAILED;
    }

    rc = match_stdin(selector, chunk, arena);
    pz_arena_destroy(arena);

    return rc;
}
