#include "pz_redis_secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_LINE_MAX  1024


/* Overwrite the stack's copy; volatile, or the compiler drops it. */
static void
secret_wipe(volatile char *bytes, size_t len)
{
    while (len-- > 0) {
        bytes[len] = 0;
    }
}


/* Up to `room` bytes of the file; 0, or an errno. */
static int
secret_load(const char *path, char *bytes, size_t room, size_t *len)
{
    int    why;
    FILE  *file;

    file = fopen(path, "re");
    if (file == NULL) {
        return errno;
    }

    *len = fread(bytes, 1, room, file);
    why = ferror(file) ? errno : 0;
    (void) fclose(file);

    return why;
}


static int
secret_keep(pz_arena_t *arena, pz_str_t text, pz_str_t *password, pz_error_t *error)
{
    if (pz_arena_copy(arena, text, password) != 0) {
        return pz_error_set(error, NULL, 0, "no memory for the Redis password");
    }

    return 0;
}


static int
secret_file(pz_arena_t *arena, const char *path, pz_str_t *password,
    pz_error_t *error)
{
    int       rc, why;
    char      line[SECRET_LINE_MAX + 1];
    pz_str_t  text = { line, 0 };

    why = secret_load(path, line, sizeof(line), &text.len);

    for (size_t i = 0; i < text.len; i++) {
        if (line[i] == '\n' || line[i] == '\r' || line[i] == '\0') {
            text.len = i;
        }
    }

    if (why != 0) {
        rc = pz_error_set(error, NULL, 0, "cannot read the Redis password file \"%s\": %s",
                          path, strerror(why));

    } else if (text.len == 0) {
        rc = pz_error_set(error, NULL, 0, "the Redis password file \"%s\" has an empty "
                          "first line", path);

    } else if (text.len > SECRET_LINE_MAX) {
        rc = pz_error_set(error, NULL, 0, "the first line of the Redis password file "
                          "\"%s\" is too long", path);

    } else {
        rc = secret_keep(arena, text, password, error);
    }

    secret_wipe(line, sizeof(line));
    return rc;
}


int
pz_redis_secret_read(pz_arena_t *arena, pz_str_t source, pz_str_t *password,
    pz_error_t *error)
{
    const char  *value;

    if (pz_str_starts(source, PZ_STR("file:"))) {
        return secret_file(arena, source.data + 5, password, error);
    }

    value = source.data;

    if (pz_str_starts(source, PZ_STR("env:"))) {
        value = getenv(source.data + 4);

        if (value == NULL || value[0] == '\0') {
            return pz_error_set(error, NULL, 0, "the environment variable \"%s\" of the "
                                "Redis password is not set, or empty",
                                source.data + 4);
        }
    }

    return secret_keep(arena, pz_str_from(value), password, error);
}
