/*
 * Where a password comes from: as it stands, file:/path, or env:NAME.
 */
#ifndef PZ_REDIS_SECRET_H
#define PZ_REDIS_SECRET_H

#include "pz_arena.h"
#include "pz_error.h"

/*
 * `source` (zero-terminated) to the password, copied to `arena`: the first
 * line of the file without its line end, the variable's value, or the text
 * itself.  0, or -1 with `error`, which names the file or the variable and
 * never what is in it.
 */
int pz_redis_secret_read(pz_arena_t *arena, pz_str_t source, pz_str_t *password,
    pz_error_t *error);

#endif
