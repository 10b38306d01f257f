/*
 * From when to when a campaign runs: wall-clock times in a named time zone,
 * turned into seconds once, when the rule loads.
 */
#ifndef PZ_SCHEDULE_H
#define PZ_SCHEDULE_H

#include "pz_zone.h"

typedef struct {
    int64_t from;    /* seconds since 1970, inclusive; INT64_MIN: always */
    int64_t to;      /* exclusive; INT64_MAX: for ever */
} pz_schedule_t;

/*
 * "2026-11-27", "2026-11-27 00:00" or with seconds, "T" or a space, in the zone
 * of that name (pz_zone.h).  With `is_end`, a date means the end of that day, a
 * minute its end and a second its end, so that to = "2026-11-30 23:59" includes
 * that minute.  An offset behind the time ("...T09:00+07:00", "...Z") counts
 * instead of the zone.  0, or -1 with error->text.  A wall-clock time that comes
 * twice when the clocks change is the first; one that is skipped is the moment
 * of the change.
 */
int pz_schedule_time(pz_str_t text, pz_str_t zone, int is_end, int64_t *seconds,
    pz_error_t *error);

/* The same in a zone that is open already. */
int pz_schedule_time_in(pz_str_t text, const pz_zone_t *zone, int is_end, int64_t *seconds,
    pz_error_t *error);

static inline int
pz_schedule_is_on(const pz_schedule_t *s, int64_t now)
{
    return now >= s->from && now < s->to;
}

#endif
