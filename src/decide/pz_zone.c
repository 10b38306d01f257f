#include "pz_zone.h"
#include "pz_time.h"
#include "pz_tzif.h"

#include <stdio.h>
#include <sys/stat.h>

#define PZ_ZONE_NAME  64

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

struct pz_zone_s {
    int       is_fixed;
    int32_t   offset;    /* of a fixed one */
    pz_tzif_t file;      /* its bytes are in the arena too */
};

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

/* The whole file into the arena; -1 when there is none, or none that could be a zone's. */
static int
pz_zone_file(pz_arena_t *arena, const char *path, pz_str_t *file)
{
    char       *bytes;
    FILE       *in = fopen(path, "rbe");
    struct stat info;

    if (in == NULL) {
        return -1;
    }
    *file = PZ_STR_NONE;
    /* a folder can be opened too */
    if (fstat(fileno(in), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0
        && info.st_size <= PZ_ZONE_FILE)
    {
        bytes = pz_arena_alloc(arena, (size_t) info.st_size);
        if (bytes != NULL) {
            *file = (pz_str_t) { bytes, fread(bytes, 1, (size_t) info.st_size, in) };
        }
    }
    fclose(in);
    return file->len != 0 ? 0 : -1;
}

/* The zone's file, from the first folder that has it. */
static int
pz_zone_read(pz_arena_t *arena, pz_str_t name, pz_tzif_t *zone, pz_error_t *error)
{
    int        found = 0;
    char       path[128];
    size_t     i;
    pz_str_t   file;
    pz_error_t why = { .text = "" };

    for (i = 0; i < sizeof(pz_zone_folders) / sizeof(pz_zone_folders[0]) && !found; i++) {
        if (!pz_zone_is_name(name)) {
            break;
        }
        snprintf(path, sizeof(path), "%s/%.*s", pz_zone_folders[i], (int) name.len,
                 name.data);
        found = pz_zone_file(arena, path, &file) == 0;
    }
    if (!found) {
        return pz_error_set(error, NULL, 0, "unknown time zone \"%.*s\": use a name such"
                            " as \"Asia/Bangkok\" (from the system's package tzdata),"
                            " \"UTC\" or an offset such as \"+07:00\"",
                            (int) pz_str_head(name, PZ_ZONE_NAME).len, name.data);
    }
    if (pz_tzif_read(zone, file, &why) != 0) {
        return pz_error_set(error, NULL, 0, "time zone \"%.*s\": %s", (int) name.len,
                            name.data, why.text);
    }
    return 0;
}

const pz_zone_t *
pz_zone_open(pz_arena_t *arena, pz_str_t name, pz_error_t *error)
{
    pz_zone_t *zone = pz_arena_zalloc(arena, sizeof(pz_zone_t));

    if (zone == NULL) {
        pz_error_set(error, NULL, 0, "no memory for a time zone");
        return NULL;
    }
    name = pz_str_trim(name);
    zone->is_fixed = name.len == 0 || pz_str_ieq(name, PZ_STR("UTC"))
                     || pz_time_offset(name, &zone->offset) == 0;
    if (!zone->is_fixed && pz_zone_read(arena, name, &zone->file, error) != 0) {
        return NULL;
    }
    return zone;
}

int32_t
pz_zone_offset(const pz_zone_t *zone, int64_t seconds)
{
    return zone->is_fixed ? zone->offset : pz_tzif_offset(&zone->file, seconds);
}

/* What the clock shows at a moment. */
static int64_t
pz_zone_clock(const pz_zone_t *zone, int64_t seconds)
{
    return seconds + pz_zone_offset(zone, seconds);
}

int64_t
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
