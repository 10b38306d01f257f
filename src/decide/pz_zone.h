/*
 * A time zone, and the clocks in it: an IANA name (read from the system's TZif
 * files, RFC 8536, without touching TZ or libc's state), "UTC", or "+07:00".
 */
#ifndef PZ_ZONE_H
#define PZ_ZONE_H

#include "pz_arena.h"
#include "pz_error.h"

#define PZ_ZONE_FILE  (256 * 1024)    /* bytes at the most; the largest real one has 4 KiB */

typedef struct pz_zone_s pz_zone_t;

/*
 * The zone of that name, read whole into the arena, so that asking it reads no
 * file.  An empty name is UTC.  NULL with error->text.
 */
const pz_zone_t *pz_zone_open(pz_arena_t *arena, pz_str_t name, pz_error_t *error);

/* Seconds east of UTC at a moment: summer and winter differ. */
int32_t pz_zone_offset(const pz_zone_t *zone, int64_t seconds);

/*
 * The first moment at which the clock shows `clock` (seconds since 1970, as if
 * it were UTC's) or more: the only one, the first of two, or that of the change
 * which skips it.
 */
int64_t pz_zone_moment(const pz_zone_t *zone, int64_t clock);

#endif
