#include "pz_time.h"

#define PZ_DAY  86400

/* Floor division: moments before 1970 count downwards. */
static int64_t
pz_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int
pz_is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
pz_time_month_days(int64_t year, int month)
{
    static const signed char days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    return days[month - 1] + (month == 2 && pz_is_leap(year));
}

/*
 * Counted from March, so that the leap day is the last of its year; 400 years
 * are 146097 days.
 */
int64_t
pz_time_days(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = pz_floor(y, 400);
    int64_t of_era = y - era * 400;
    int     of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t
pz_time_year(int64_t seconds)
{
    int64_t days = pz_floor(seconds, PZ_DAY);
    int64_t year = 1970 + pz_floor(days * 400, 146097);    /* off by one at most */

    while (pz_time_days(year + 1, 1, 1) <= days) {
        year++;
    }
    while (pz_time_days(year, 1, 1) > days) {
        year--;
    }
    return year;
}

/* `n` digits at the front, taken off; -1 when there are fewer. */
static int
pz_time_digits(pz_str_t *rest, size_t n, int *number)
{
    size_t i;

    if (rest->len < n) {
        return -1;
    }
    *number = 0;
    for (i = 0; i < n; i++) {
        if (rest->data[i] < '0' || rest->data[i] > '9') {
            return -1;
        }
        *number = *number * 10 + (rest->data[i] - '0');
    }
    *rest = pz_str_skip(*rest, n);
    return 0;
}

static int
pz_time_byte(pz_str_t *rest, char byte)
{
    if (rest->len == 0 || rest->data[0] != byte) {
        return 0;
    }
    *rest = pz_str_skip(*rest, 1);
    return 1;
}

static int
pz_time_date(pz_str_t *rest, int64_t *days)
{
    int year, month, day;

    if (pz_time_digits(rest, 4, &year) != 0 || !pz_time_byte(rest, '-')
        || pz_time_digits(rest, 2, &month) != 0 || !pz_time_byte(rest, '-')
        || pz_time_digits(rest, 2, &day) != 0
        || year < 1 || month < 1 || month > 12
        || day < 1 || day > pz_time_month_days(year, month))
    {
        return -1;
    }
    *days = pz_time_days(year, month, day);
    return 0;
}

/* HH:MM[:SS[.fraction]] */
static int
pz_time_clock(pz_str_t *rest, pz_time_t *time)
{
    int hour, minute, second = 0;

    if (pz_time_digits(rest, 2, &hour) != 0 || !pz_time_byte(rest, ':')
        || pz_time_digits(rest, 2, &minute) != 0)
    {
        return -1;
    }
    time->unit = PZ_TIME_MINUTE;
    if (pz_time_byte(rest, ':')) {
        time->unit = PZ_TIME_SECOND;
        if (pz_time_digits(rest, 2, &second) != 0) {
            return -1;
        }
        if (pz_time_byte(rest, '.')) {
            size_t before = rest->len;

            while (rest->len != 0 && rest->data[0] >= '0' && rest->data[0] <= '9') {
                *rest = pz_str_skip(*rest, 1);
            }
            if (rest->len == before) {
                return -1;
            }
        }
    }
    if (hour > 23 || minute > 59 || second > 59) {
        return -1;
    }
    time->clock += hour * 3600 + minute * 60 + second;
    return 0;
}

int
pz_time_offset(pz_str_t text, int32_t *offset)
{
    int hours, minutes = 0, west;

    if (pz_str_eq(text, PZ_STR("Z")) || pz_str_eq(text, PZ_STR("z"))) {
        *offset = 0;
        return 0;
    }
    west = pz_time_byte(&text, '-');
    if ((!west && !pz_time_byte(&text, '+'))
        || pz_time_digits(&text, 2, &hours) != 0)
    {
        return -1;
    }
    if (text.len != 0) {
        (void) pz_time_byte(&text, ':');
        if (pz_time_digits(&text, 2, &minutes) != 0) {
            return -1;
        }
    }
    if (text.len != 0 || hours > 23 || minutes > 59) {
        return -1;
    }
    *offset = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return 0;
}

int
pz_time_parse(pz_str_t text, pz_time_t *time)
{
    int64_t days;

    time->unit = PZ_TIME_DAY;
    time->has_offset = 0;
    time->offset = 0;

    if (pz_time_date(&text, &days) != 0) {
        return -1;
    }
    time->clock = days * PZ_DAY;
    if (text.len == 0) {
        return 0;
    }
    if (!pz_time_byte(&text, 'T') && !pz_time_byte(&text, 't')
        && !pz_time_byte(&text, ' '))
    {
        return -1;
    }
    if (pz_time_clock(&text, time) != 0) {
        return -1;
    }
    if (text.len != 0) {
        time->has_offset = 1;
        return pz_time_offset(text, &time->offset);
    }
    return 0;
}
