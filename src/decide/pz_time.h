/*
 * Dates and times as people write them (a part of ISO 8601), in the proleptic
 * Gregorian calendar; no libc time function is asked.
 */
#ifndef PZ_TIME_H
#define PZ_TIME_H

#include "pz_str.h"

#define PZ_TIME_MIN  (-62135596800)    /* 0001-01-01 00:00:00 */
#define PZ_TIME_MAX  253402300799      /* 9999-12-31 23:59:59 */

typedef enum {
    PZ_TIME_DAY, PZ_TIME_MINUTE, PZ_TIME_SECOND
} pz_time_unit_t;

typedef struct {
    int64_t        clock;         /* what the clock shows, as seconds since 1970 */
    pz_time_unit_t unit;          /* the smallest that was written */
    int            has_offset;    /* "Z" or "+07:00" stood behind it */
    int32_t        offset;        /* seconds east of UTC */
} pz_time_t;

/*
 * "2026-11-27", "2026-11-27 09:00", with seconds and a fraction (which is
 * dropped), "T" or a space between, and perhaps "Z" or an offset.  0 or -1.
 */
int pz_time_parse(pz_str_t text, pz_time_t *time);

/* "Z", "+07", "+0700" or "+07:00", at most 23:59: seconds east.  0 or -1. */
int pz_time_offset(pz_str_t text, int32_t *offset);

/* Days from 1970-01-01 to a date; months from 1, days from 1. */
int64_t pz_time_days(int64_t year, int month, int day);

/* The year that a moment lies in, and the days in a month of a year. */
int64_t pz_time_year(int64_t seconds);
int pz_time_month_days(int64_t year, int month);

#endif
