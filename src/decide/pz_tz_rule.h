/*
 * A POSIX TZ string ("EST5EDT,M3.2.0,M11.1.0"), which a TZif file ends with:
 * it says how the clocks go after the file's last change.  POSIX.1-2017,
 * chapter 8.3, with the extensions of RFC 8536, section 3.3.1.
 */
#ifndef PZ_TZ_RULE_H
#define PZ_TZ_RULE_H

#include "pz_str.h"

typedef enum {
    PZ_TZ_JULIAN,     /* Jn: 1 to 365, no leap day */
    PZ_TZ_DAY,        /* n: 0 to 365 */
    PZ_TZ_WEEKDAY     /* Mm.w.d */
} pz_tz_form_t;

typedef struct {
    pz_tz_form_t form;
    int          month;
    int          week;      /* 5: the last */
    int          day;       /* of the year, or of the week: 0 is Sunday */
    int32_t      time;      /* seconds after midnight; may be negative or past a day */
} pz_tz_change_t;

typedef struct {
    int32_t        standard;    /* seconds east of UTC */
    int32_t        daylight;
    int            has_daylight;
    pz_tz_change_t start;       /* of daylight saving time */
    pz_tz_change_t end;
} pz_tz_rule_t;

/* 0, or -1 when it is malformed or gives daylight saving time no rule. */
int pz_tz_rule_parse(pz_str_t text, pz_tz_rule_t *rule);

/* Seconds east of UTC at a moment. */
int32_t pz_tz_rule_offset(const pz_tz_rule_t *rule, int64_t seconds);

#endif
