#include "pz_schedule.h"
#include "pz_time.h"
#include "pz_tzif.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PZ_ZONE_NAME  64
#define PZ_ZONE_FILE  (256 * 1024)    /* the largest real one has 4 KiB */

/*
 * Clocks change at whole quarters of an hour, all over the world since 1972:
 * within such a step the clock runs evenly.
 */
#define PZ_STEP  900

/* How far a clock may be from UTC. */
#define PZ_FARTHEST  (26 * 3600)

static const char *const pz_zone_folders[] = {
    "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"
};

typedef struct {
    int       is_fixed;
    int32_t   offset;    /* of a fixed one */
    pz_tzif_t file;
    char     *bytes;     /* behind `file` */
} pz_zone_t;

/* Letters, digits and + - _ / in parts that do not begin with a point. */
static int
pz_zone_is_name(pz_str_t name)
{
    char   c;
    size_t i;

    if (name.len == 0 || name.len > PZ_ZONE_NAME || name.data[0] == '/') {
        return 0;
    }
    for (i = 0; i < name.len; i++) {
        c = pz_lower(name.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-'
              || c == '_' || c == '/'))
        {
            return 0;
        }
    }
    return 1;
}

/* The whole file, at most PZ_ZONE_FILE bytes of it; NULL when there is none. */
static char *
pz_zone_file(const char *path, size_t *len)
{
    char *bytes = NULL;
    FILE *file = fopen(path, "rbe");

    if (file == NULL) {
        return NULL;
    }
    bytes = malloc(PZ_ZONE_FILE);
    if (bytes != NULL) {
        *len = fread(bytes, 1, PZ_ZONE_FILE, file);
        /* a folder can be opened too, and gives nothing */
        if (*len == 0 || ferror(file)) {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

static int
pz_zone_open(pz_zone_t *zone, pz_str_t name, pz_error_t *error)
{
    char       path[128];
    size_t     i, len = 0;
    pz_error_t why = { .text = "" };

    memset(zone, 0, sizeof(pz_zone_t));
    zone->is_fixed = name.len == 0 || pz_str_ieq(name, PZ_STR("UTC"))
                     || pz_time_offset(name, &zone->offset) == 0;
    if (zone->is_fixed) {
        return 0;
    }
    for (i = 0; i < sizeof(pz_zone_folders) / sizeof(pz_zone_folders[0]); i++) {
        if (zone->bytes != NULL || !pz_zone_is_name(name)) {
            break;
        }
        snprintf(path, sizeof(path), "%s/%.*s", pz_zone_folders[i], (int) name.len,
                 name.data);
        zone->bytes = pz_zone_file(path, &len);
    }
    if (zone->bytes == NULL) {
        return pz_error_set(error, NULL, 0, "unknown time zone \"%.*s\": use a name such"
                            " as \"Asia/Bangkok\" (from the system's package tzdata),"
                            " \"UTC\" or an offset such as \"+07:00\"",
                            (int) pz_str_head(name, PZ_ZONE_NAME).len, name.data);
    }
    if (pz_tzif_read(&zone->file, (pz_str_t) { zone->bytes, len }, &why) != 0) {
        free(zone->bytes);
        return pz_error_set(error, NULL, 0, "time zone \"%.*s\": %s", (int) name.len,
                            name.data, why.text);
    }
    return 0;
}

/* What the clock shows at a moment. */
static int64_t
pz_zone_clock(const pz_zone_t *zone, int64_t seconds)
{
    return seconds + (zone->is_fixed ? zone->offset
                      : pz_tzif_offset(&zone->file, seconds));
}

/*
 * The first moment at which the clock shows `clock` or more: the only one, the
 * first of two, or that of the change which skips it.
 */
static int64_t
pz_zone_moment(const pz_zone_t *zone, int64_t clock)
{
    int64_t low, high, middle;

    low = clock - PZ_FARTHEST;
    low -= ((low % PZ_STEP) + PZ_STEP) % PZ_STEP;
    while (pz_zone_clock(zone, low + PZ_STEP - 1) < clock) {
        low += PZ_STEP;
    }
    high = low + PZ_STEP - 1;
    while (low < high) {
        middle = low + (high - low) / 2;
        if (pz_zone_clock(zone, middle) >= clock) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

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
pz_schedule_time(pz_str_t text, pz_str_t zone, int is_end, int64_t *seconds,
    pz_error_t *error)
{
    pz_time_t time;
    pz_zone_t where;

    text = pz_str_trim(text);
    zone = pz_str_trim(zone);
    if (pz_time_parse(text, &time) != 0) {
        return pz_error_set(error, NULL, 0, "\"%.*s\" is not a time: write"
                            " \"2026-11-27 09:00\" or \"2026-11-27\"",
                            (int) pz_str_head(text, 64).len,
                            text.len == 0 ? "" : text.data);
    }
    if (pz_zone_open(&where, zone, error) != 0) {
        return -1;
    }
    *seconds = pz_schedule_moment(&where, &time, is_end);
    free(where.bytes);
    return 0;
}
