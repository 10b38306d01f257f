#include "pz_cli_html.h"
#include "pz_cli.h"
#include "pz_cli_usage.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE  65536


int
pz_cli_no_memory(const char *command)
{
    fprintf(stderr, "personalize %s: not enough memory\n", command);

    return PZ_CLI_FAILED;
}


pz_arena_t *
pz_cli_arena(const char *command)
{
    pz_arena_t *arena = pz_arena_create(PZ_CLI_BUDGET, 0);

    if (arena == NULL) {
        pz_cli_no_memory(command);
    }

    return arena;
}


int
pz_cli_chunk(const char *command, const char *text, size_t *chunk)
{
    int64_t n;

    if (text == NULL || pz_str_to_int64(pz_str_from(text), &n) || n < 1 || n > (1 << 30)) {
        return pz_cli_usage_error(command, "--chunk takes a number of bytes from 1 on, not '%s'",
                                  text ? text : "");
    }

    *chunk = (size_t) n;

    return PZ_CLI_OK;
}


static int
hand_out(size_t chunk, pz_cli_on_chunk_pt on_chunk, void *data, pz_str_t bytes)
{
    while (bytes.len) {
        pz_str_t piece = chunk ? pz_str_head(bytes, chunk) : bytes;

        if (on_chunk(data, piece)) {
            return -1;
        }
        bytes = pz_str_skip(bytes, piece.len);
    }

    return 0;
}


int
pz_cli_read_stdin(const char *command, size_t chunk, pz_cli_on_chunk_pt on_chunk, void *data)
{
    char   buffer[READ_SIZE];
    size_t have = 0;

    /* whole pieces only, but for the last one: reads come as they like */
    size_t unit = chunk && chunk < READ_SIZE ? READ_SIZE / chunk * chunk : READ_SIZE;

    for ( ;; ) {
        ssize_t n = read(STDIN_FILENO, buffer + have, unit - have);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            fprintf(stderr, "personalize %s: cannot read stdin: %s\n", command, strerror(errno));
            return PZ_CLI_FAILED;
        }

        have += (size_t) n;
        if (n > 0 && have < unit) {
            continue;
        }
        if (hand_out(chunk, on_chunk, data, (pz_str_t) { buffer, have })) {
            fprintf(stderr, "personalize %s: cannot write: %s\n", command, strerror(errno));
            return PZ_CLI_FAILED;
        }
        if (n == 0) {
            return PZ_CLI_OK;
        }
        have = 0;
    }
}


const pz_selector_t *
pz_cli_selector(const char *command, pz_arena_t *arena, const char *text)
{
    pz_error_t           error = { .text = "no memory" };
    const pz_selector_t *selector = pz_selector_parse(arena, pz_str_from(text), &error);

    if (selector == NULL) {
        fprintf(stderr, "personalize %s: selector '%s': %s\n", command, text, error.text);
    }

    return selector;
}


int
pz_cli_flush(const char *command)
{
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "personalize %s: cannot write: %s\n", command, strerror(errno));
        return PZ_CLI_FAILED;
    }

    return PZ_CLI_OK;
}


/* Say on stderr when editing ended early, and why. */
static void
say_outcome(const char *command, const pz_rewriter_t *rw)
{
    pz_rewriter_outcome_t outcome = pz_rewriter_outcome(rw);

    if (outcome > PZ_OUTCOME_DONE) {
        fprintf(stderr, "personalize %s: editing ended early (%s): the rest is as it was\n",
                command, pz_rewriter_outcome_name(outcome));
    }
}


static int
on_chunk(void *data, pz_str_t bytes)
{
    return pz_rewriter_feed(data, bytes);
}


int
pz_cli_edit_stdin(const char *command, size_t chunk, pz_rewriter_t *rw)
{
    int rc;

    if (rw == NULL) {
        return pz_cli_no_memory(command);
    }

    rc = pz_cli_read_stdin(command, chunk, on_chunk, rw);
    if (rc == PZ_CLI_OK) {
        pz_rewriter_end(rw);
        rc = pz_cli_flush(command);
        say_outcome(command, rw);
    }

    return rc;
}
