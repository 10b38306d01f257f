#include "pz_tz_rule.h"
#include "pz_time.h"

#define PZ_DAY  86400

/* A number of at most `max`, taken off the front. */
static int
pz_tz_number(pz_str_t *rest, int max, int *number)
{
    size_t n = 0;

    *number = 0;
    while (n < rest->len && rest->data[n] >= '0' && rest->data[n] <= '9') {
        *number = *number * 10 + (rest->data[n++] - '0');
        if (*number > max) {
            return -1;
        }
    }
    *rest = pz_str_skip(*rest, n);
    return n == 0 ? -1 : 0;
}

static int
pz_tz_byte(pz_str_t *rest, char byte)
{
    if (rest->len == 0 || rest->data[0] != byte) {
        return 0;
    }
    *rest = pz_str_skip(*rest, 1);
    return 1;
}

/* "EST" or "<+07>": only its form matters. */
static int
pz_tz_name(pz_str_t *rest)
{
    char      c;
    size_t    n = 0;
    ptrdiff_t end;

    if (pz_tz_byte(rest, '<')) {
        end = pz_str_find_byte(*rest, '>');
        if (end < 0) {
            return -1;
        }
        *rest = pz_str_skip(*rest, (size_t) end + 1);
        return 0;
    }
    for (; n < rest->len; n++) {
        c = pz_lower(rest->data[n]);
        if (c < 'a' || c > 'z') {
            break;
        }
    }
    *rest = pz_str_skip(*rest, n);
    return n < 3 ? -1 : 0;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int
pz_tz_hours(pz_str_t *rest, int max, int32_t *seconds)
{
    int hours, minutes = 0, second = 0, negative;

    negative = pz_tz_byte(rest, '-');
    if (!negative) {
        (void) pz_tz_byte(rest, '+');
    }
    if (pz_tz_number(rest, max, &hours) != 0) {
        return -1;
    }
    if (pz_tz_byte(rest, ':')) {
        if (pz_tz_number(rest, 59, &minutes) != 0) {
            return -1;
        }
        if (pz_tz_byte(rest, ':') && pz_tz_number(rest, 59, &second) != 0) {
            return -1;
        }
    }
    *seconds = (hours * 3600 + minutes * 60 + second) * (negative ? -1 : 1);
    return 0;
}

/* ",date[/time]" */
static int
pz_tz_change(pz_str_t *rest, pz_tz_change_t *change)
{
    if (!pz_tz_byte(rest, ',')) {
        return -1;
    }
    if (pz_tz_byte(rest, 'M')) {
        change->form = PZ_TZ_WEEKDAY;
        if (pz_tz_number(rest, 12, &change->month) != 0 || !pz_tz_byte(rest, '.')
            || pz_tz_number(rest, 5, &change->week) != 0 || !pz_tz_byte(rest, '.')
            || pz_tz_number(rest, 6, &change->day) != 0
            || change->month == 0 || change->week == 0)
        {
            return -1;
        }
    } else {
        change->form = pz_tz_byte(rest, 'J') ? PZ_TZ_JULIAN : PZ_TZ_DAY;
        if (pz_tz_number(rest, 365, &change->day) != 0
            || (change->form == PZ_TZ_JULIAN && change->day == 0))
        {
            return -1;
        }
    }
    change->time = 2 * 3600;
    return pz_tz_byte(rest, '/') ? pz_tz_hours(rest, 167, &change->time) : 0;
}

int
pz_tz_rule_parse(pz_str_t text, pz_tz_rule_t *rule)
{
    rule->has_daylight = 0;
    if (pz_tz_name(&text) != 0 || pz_tz_hours(&text, 24, &rule->standard) != 0) {
        return -1;
    }
    rule->standard = -rule->standard;    /* POSIX counts west of UTC */
    if (text.len == 0) {
        return 0;
    }

    rule->has_daylight = 1;
    rule->daylight = rule->standard + 3600;
    if (pz_tz_name(&text) != 0) {
        return -1;
    }
    if (text.len != 0 && text.data[0] != ',') {
        if (pz_tz_hours(&text, 24, &rule->daylight) != 0) {
            return -1;
        }
        rule->daylight = -rule->daylight;
    }
    if (pz_tz_change(&text, &rule->start) != 0 || pz_tz_change(&text, &rule->end) != 0) {
        return -1;
    }
    return text.len == 0 ? 0 : -1;
}

/* The day of Mm.w.d, counted from 1970-01-01, which was a Thursday. */
static int64_t
pz_tz_weekday(const pz_tz_change_t *change, int64_t year)
{
    int     day;
    int64_t first = pz_time_days(year, change->month, 1);

    day = 1 + (int) ((change->day - (first + 4) % 7 + 14) % 7) + (change->week - 1) * 7;
    while (day > pz_time_month_days(year, change->month)) {
        day -= 7;
    }
    return first + day - 1;
}

/* When the clocks change in a year, as the clock shows it before the change. */
static int64_t
pz_tz_clock(const pz_tz_change_t *change, int64_t year)
{
    int64_t day;

    if (change->form == PZ_TZ_WEEKDAY) {
        day = pz_tz_weekday(change, year);
    } else {
        day = pz_time_days(year, 1, 1) + change->day;
        if (change->form == PZ_TZ_JULIAN) {
            day -= !(change->day > 59 && pz_time_month_days(year, 2) == 29);
        }
    }
    return day * PZ_DAY + change->time;
}

/*
 * A change may lie up to a week outside its year, and daylight saving time may
 * reach over New Year: so three years' seasons are looked at.
 */
int32_t
pz_tz_rule_offset(const pz_tz_rule_t *rule, int64_t seconds)
{
    int64_t year, this_year, start, end;

    if (!rule->has_daylight) {
        return rule->standard;
    }
    this_year = pz_time_year(seconds + rule->standard);
    for (year = this_year - 1; year <= this_year + 1; year++) {
        start = pz_tz_clock(&rule->start, year) - rule->standard;
        end = pz_tz_clock(&rule->end, year) - rule->daylight;
        if (end <= start) {
            end = pz_tz_clock(&rule->end, year + 1) - rule->daylight;
        }
        if (seconds >= start && seconds < end) {
            return rule->daylight;
        }
    }
    return rule->standard;
}
