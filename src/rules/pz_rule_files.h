/*
 * Rule files on disk: which there are, whether they changed, what is in them.
 */
#ifndef PZ_RULE_FILES_H
#define PZ_RULE_FILES_H

#include "pz_arena.h"
#include "pz_error.h"

#define PZ_RULE_FILES_MAX  4096            /* files of one rule set */
#define PZ_RULE_FILE_MAX   (1024 * 1024)   /* bytes of one file */

/*
 * The files behind `path` in byte order of their names, NULL-terminated, in
 * `arena`: a file itself; the *.lua of a folder, but hidden ones; the matches
 * of a glob.  An empty folder is an empty list; a glob without a match is an
 * error.  NULL with `error`.
 */
const char **pz_rule_files_list(pz_arena_t *arena, const char *path, size_t *n,
    pz_error_t *error);

/* The bytes of a file in `arena`.  0, or -1 with `error`. */
int pz_rule_files_read(pz_arena_t *arena, const char *file, pz_str_t *text,
    pz_error_t *error);

#endif
