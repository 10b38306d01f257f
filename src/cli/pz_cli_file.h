/*
 * Files as the command reads them: whole, and not without end.
 */
#ifndef PZ_CLI_FILE_H
#define PZ_CLI_FILE_H

#include "pz_str.h"

#define PZ_CLI_FILE_MAX  (256 * 1024 * 1024)

/*
 * Read all of `path` ("-": stdin) into malloc'ed memory.  0, or -1 after it
 * said on stderr what is wrong.
 */
int pz_cli_file_read(const char *command, const char *path, pz_str_t *bytes);

#endif
