#include "pz_schedule.h"
#include "pz_time.h"

/* The moment of a time as it was written, or of the end of its unit. */
static int64_t
pz_schedule_moment(const pz_zone_t *zone, const pz_time_t *time, int is_end)
{
    static const int units[] = { 86400, 60, 1 };
    int64_t          clock = time->clock;

    /* a day may have 23 hours: its end is the next one's begin */
    if (is_end && time->unit == PZ_TIME_DAY) {
        clock += units[PZ_TIME_DAY];
    }
    clock = time->has_offset ? clock - time->offset : pz_zone_moment(zone, clock);
    if (is_end && time->unit != PZ_TIME_DAY) {
        clock += units[time->unit];
    }
    return clock;
}

int
pz_schedule_time_in(pz_str_t text, const pz_zone_t *zone, int is_end, int64_t *seconds,
    pz_error_t *error)
{
    pz_time_t time;

    text = pz_str_trim(text);
    if (pz_time_parse(text, &time) != 0) {
        return pz_error_set(error, NULL, 0, "\"%.*s\" is not a time: write"
                            " \"2026-11-27 09:00\" or \"2026-11-27\"",
                            (int) pz_str_head(text, 64).len,
                            text.len == 0 ? "" : text.data);
    }
    *seconds = pz_schedule_moment(zone, &time, is_end);
    return 0;
}

int
pz_schedule_time(pz_str_t text, pz_str_t zone, int is_end, int64_t *seconds,
    pz_error_t *error)
{
    int              rc = -1;
    pz_arena_t      *scratch = pz_arena_create(PZ_ZONE_FILE + 4096, 4096);
    const pz_zone_t *where;

    if (scratch == NULL) {
        return pz_error_set(error, NULL, 0, "no memory for a time zone");
    }
    where = pz_zone_open(scratch, zone, error);
    if (where != NULL) {
        rc = pz_schedule_time_in(text, where, is_end, seconds, error);
    }
    pz_arena_destroy(scratch);
    return rc;
}
