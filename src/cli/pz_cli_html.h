/*
 * What rewrite, match and tokens share: stdin in pieces, stdout, arguments.
 */
#ifndef PZ_CLI_HTML_H
#define PZ_CLI_HTML_H

#include <stdio.h>

#include "pz_rewriter.h"

#define PZ_CLI_BUDGET  ((size_t) 64 << 20)   /* bytes of memory for one page */

/* Say that there is no memory; PZ_CLI_FAILED. */
int pz_cli_no_memory(const char *command);

/* An arena for one page, to be destroyed; NULL after saying so. */
pz_arena_t *pz_cli_arena(const char *command);

/*
 * The number of "--chunk N", at least 1.  Returns 0, or PZ_CLI_USAGE after
 * saying what is wrong.
 */
int pz_cli_chunk(const char *command, const char *text, size_t *chunk);

/* Return 0, or -1 to stop. */
typedef int (*pz_cli_on_chunk_pt)(void *data, pz_str_t bytes);

/*
 * Read stdin to its end and hand it out, `chunk` bytes at a time (0: as it
 * comes).  0, or PZ_CLI_FAILED after saying why.
 */
int pz_cli_read_stdin(const char *command, size_t chunk, pz_cli_on_chunk_pt on_chunk,
    void *data);

/* Parse a selector argument; NULL after saying what is wrong. */
const pz_selector_t *pz_cli_selector(const char *command, pz_arena_t *arena, const char *text);

/* Flush stdout: a full disk is an error too. */
int pz_cli_flush(const char *command);

/*
 * The page on stdin through the rewriter (NULL: there was no memory for it),
 * to the end of stdout.  Says on stderr when editing ended early, and why.
 */
int pz_cli_edit_stdin(const char *command, size_t chunk, pz_rewriter_t *rw);

#endif
