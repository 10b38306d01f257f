#include "pz_cli_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PZ_CLI_FILE_BLOCK  (64 * 1024)


static int
pz_cli_file_fail(const char *command, const char *path, const char *why)
{
    fprintf(stderr, "personalize %s: %s: %s\n", command, path, why);
    return -1;
}


static int
pz_cli_file_read_from(const char *command, const char *path, FILE *in, pz_str_t *bytes)
{
    char  *data = NULL, *more;
    size_t n, len = 0, room = 0;

    do {
        if (len + PZ_CLI_FILE_BLOCK > room) {
            room = room * 2 + PZ_CLI_FILE_BLOCK;
            more = (room <= PZ_CLI_FILE_MAX * (size_t) 2) ? realloc(data, room) : NULL;
            if (more == NULL || len > PZ_CLI_FILE_MAX) {
                free(more != NULL ? more : data);
                return pz_cli_file_fail(command, path, "too large");
            }
            data = more;
        }
        n = fread(data + len, 1, PZ_CLI_FILE_BLOCK, in);
        len += n;
    } while (n > 0);

    if (ferror(in)) {
        free(data);
        return pz_cli_file_fail(command, path, strerror(errno));
    }
    bytes->data = data;
    bytes->len = len;
    return 0;
}


int
pz_cli_file_read(const char *command, const char *path, pz_str_t *bytes)
{
    int   rc;
    FILE *in;

    if (strcmp(path, "-") == 0) {
        return pz_cli_file_read_from(command, "stdin", stdin, bytes);
    }
    in = fopen(path, "rb");
    if (in == NULL) {
        return pz_cli_file_fail(command, path, strerror(errno));
    }
    rc = pz_cli_file_read_from(command, path, in, bytes);
    fclose(in);
    return rc;
}
