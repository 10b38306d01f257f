#include "pz_tzif.h"

#define PZ_TZIF_HEADER  44

/* What RFC 8536, section 3.2, allows: a little over a day either way. */
#define PZ_TZIF_MIN_OFFSET  (-89999)
#define PZ_TZIF_MAX_OFFSET  93599

typedef struct {
    size_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
} pz_tzif_counts_t;

static uint64_t
pz_tzif_big_endian(const unsigned char *p, size_t width)
{
    uint64_t value = 0;

    while (width-- != 0) {
        value = value << 8 | *p++;
    }
    return value;
}

static int64_t
pz_tzif_time(const pz_tzif_t *zone, size_t n)
{
    uint64_t time = pz_tzif_big_endian(zone->times + n * zone->width, zone->width);

    return zone->width == 4 ? (int32_t) (uint32_t) time : (int64_t) time;
}

static int32_t
pz_tzif_type_offset(const pz_tzif_t *zone, size_t n)
{
    return (int32_t) (uint32_t) pz_tzif_big_endian(zone->types + n * 6, 4);
}

/* A header at the front of `rest`, taken off; the version, or -1. */
static int
pz_tzif_header(pz_str_t *rest, pz_tzif_counts_t *counts)
{
    size_t              *count[] = {
        &counts->isutcnt, &counts->isstdcnt, &counts->leapcnt, &counts->timecnt,
        &counts->typecnt, &counts->charcnt
    };
    size_t               i;
    const unsigned char *p = (const unsigned char *) rest->data;

    if (rest->len < PZ_TZIF_HEADER || !pz_str_starts(*rest, PZ_STR("TZif"))) {
        return -1;
    }
    for (i = 0; i < 6; i++) {
        *count[i] = (size_t) pz_tzif_big_endian(p + 20 + 4 * i, 4);
        /* no real file has a thousandth of it, and sums cannot overflow */
        if (*count[i] > 1 << 20) {
            return -1;
        }
    }
    *rest = pz_str_skip(*rest, PZ_TZIF_HEADER);
    return p[4] == '\0' ? 1 : p[4] - '0';
}

static size_t
pz_tzif_body(const pz_tzif_counts_t *c, size_t width)
{
    return c->timecnt * (width + 1) + c->typecnt * 6 + c->charcnt
           + c->leapcnt * (width + 4) + c->isstdcnt + c->isutcnt;
}

/* Whether the body's numbers can be relied on. */
static int
pz_tzif_is_sane(const pz_tzif_t *zone)
{
    size_t  i;
    int32_t offset;

    for (i = 0; i < zone->ntypes; i++) {
        offset = pz_tzif_type_offset(zone, i);
        if (offset < PZ_TZIF_MIN_OFFSET || offset > PZ_TZIF_MAX_OFFSET) {
            return 0;
        }
    }
    for (i = 0; i < zone->ntimes; i++) {
        if (zone->kinds[i] >= zone->ntypes
            || (i != 0 && pz_tzif_time(zone, i) <= pz_tzif_time(zone, i - 1)))
        {
            return 0;
        }
    }
    return zone->ntypes != 0;
}

/* "\n<TZ string>\n" behind the second body; an empty one says nothing. */
static int
pz_tzif_footer(pz_tzif_t *zone, pz_str_t rest)
{
    ptrdiff_t end;

    if (!pz_str_starts(rest, PZ_STR("\n"))) {
        return -1;
    }
    rest = pz_str_skip(rest, 1);
    end = pz_str_find_byte(rest, '\n');
    if (end <= 0) {
        return end < 0 ? -1 : 0;
    }
    zone->has_rule = 1;
    return pz_tz_rule_parse(pz_str_head(rest, (size_t) end), &zone->rule);
}

/* Header and body at the front, taken off. */
static int
pz_tzif_block(pz_tzif_t *zone, pz_str_t *rest, const pz_tzif_counts_t *counts,
    size_t width)
{
    size_t len = pz_tzif_body(counts, width);

    if (rest->len < len) {
        return -1;
    }
    zone->width = width;
    zone->ntimes = counts->timecnt;
    zone->ntypes = counts->typecnt;
    zone->times = (const unsigned char *) rest->data;
    zone->kinds = zone->times + zone->ntimes * width;
    zone->types = zone->kinds + zone->ntimes;
    *rest = pz_str_skip(*rest, len);
    return 0;
}

int
pz_tzif_read(pz_tzif_t *zone, pz_str_t file, pz_error_t *error)
{
    int              version;
    pz_tzif_counts_t counts;

    zone->has_rule = 0;
    version = pz_tzif_header(&file, &counts);
    if (version < 1 || pz_tzif_block(zone, &file, &counts, 4) != 0) {
        return pz_error_set(error, NULL, 0, "not a time zone file");
    }
    if (version >= 2) {
        if (pz_tzif_header(&file, &counts) < 2
            || pz_tzif_block(zone, &file, &counts, 8) != 0
            || pz_tzif_footer(zone, file) != 0)
        {
            return pz_error_set(error, NULL, 0, "a damaged time zone file");
        }
    }
    if (counts.leapcnt != 0) {
        return pz_error_set(error, NULL, 0, "this zone counts leap seconds: use the"
                            " one without \"right/\"");
    }
    if (!pz_tzif_is_sane(zone)) {
        return pz_error_set(error, NULL, 0, "a damaged time zone file");
    }
    return 0;
}

int32_t
pz_tzif_offset(const pz_tzif_t *zone, int64_t seconds)
{
    size_t low = 0, high = zone->ntimes, middle;

    /* the number of changes up to this moment */
    while (low < high) {
        middle = low + (high - low) / 2;
        if (pz_tzif_time(zone, middle) <= seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == zone->ntimes && zone->has_rule) {
        return pz_tz_rule_offset(&zone->rule, seconds);
    }
    return pz_tzif_type_offset(zone, low == 0 ? 0 : zone->kinds[low - 1]);
}
