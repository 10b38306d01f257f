#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "pz_schedule.h"
#include "pz_time.h"
#include "pz_tzif.h"

static int
has_zones(void)
{
    if (access("/usr/share/zoneinfo/Asia/Bangkok", R_OK) != 0) {
        print_message("no time zones are installed (package tzdata)\n");
        return 0;
    }
    return 1;
}

static int64_t
at(const char *text, const char *zone, int is_end)
{
    int64_t    seconds = 0;
    pz_error_t error = { .text = "" };

    if (pz_schedule_time(pz_str_from(text), pz_str_from(zone), is_end, &seconds, &error)
        != 0)
    {
        fail_msg("%s", error.text);
    }
    return seconds;
}

static void
test_units(void **state)
{
    (void) state;
    assert_int_equal(at("2026-11-27", "", 0), 1795737600);
    assert_int_equal(at("2026-11-27", "UTC", 1), 1795737600 + 86400);
    assert_int_equal(at("2026-11-27 00:00", "utc", 1), 1795737600 + 60);
    assert_int_equal(at(" 2026-11-27T00:00:00 ", "Z", 1), 1795737600 + 1);
    assert_int_equal(at("2026-11-27 00:00:00", "Z", 0), 1795737600);
    assert_int_equal(at("2026-11-27", "+07:00", 0), 1795737600 - 7 * 3600);
    assert_int_equal(at("2026-11-27", "-0930", 0), 1795737600 + 9 * 3600 + 1800);
    assert_int_equal(at("2026-11-27", "+07", 0), 1795737600 - 7 * 3600);
    /* an offset behind the time counts instead of the zone */
    assert_int_equal(at("2026-11-27T00:00+07:00", "-05:00", 0), 1795737600 - 7 * 3600);
    assert_int_equal(at("2026-11-27T00:00Z", "+07:00", 1), 1795737600 + 60);
}

static void
test_zones(void **state)
{
    (void) state;
    if (!has_zones()) {
        skip();
    }
    assert_int_equal(at("2026-11-27 00:00", "Asia/Bangkok", 0), 1795712400);
    assert_int_equal(at("2026-11-30 23:59", "Asia/Bangkok", 1),
                     1795712400 + 4 * 86400);
    assert_int_equal(at("2026-11-30", "Asia/Bangkok", 1), 1795712400 + 4 * 86400);
    assert_int_equal(at("2026-07-01", "Europe/Berlin", 0), at("2026-07-01", "+02:00", 0));
    assert_int_equal(at("2026-12-01", "Europe/Berlin", 0), at("2026-12-01", "+01:00", 0));
    assert_int_equal(at("2036-07-01", "America/New_York", 0),
                     at("2036-07-01", "-04:00", 0));
    assert_int_equal(at("2100-01-01", "Australia/Sydney", 0),
                     at("2100-01-01", "+11:00", 0));
    /* days of 23, 25 and 24 hours */
    assert_int_equal(at("2026-03-29", "Europe/Berlin", 1)
                     - at("2026-03-29", "Europe/Berlin", 0), 23 * 3600);
    assert_int_equal(at("2026-10-25", "Europe/Berlin", 1)
                     - at("2026-10-25", "Europe/Berlin", 0), 25 * 3600);
    assert_int_equal(at("2026-10-26", "Europe/Berlin", 1)
                     - at("2026-10-26", "Europe/Berlin", 0), 24 * 3600);
}

/* What the clocks skip is the moment of the change; what comes twice, the first. */
static void
test_changes(void **state)
{
    int64_t change;

    (void) state;
    if (!has_zones()) {
        skip();
    }
    change = at("2026-03-29 01:00", "UTC", 0);
    assert_int_equal(at("2026-03-29 01:59", "Europe/Berlin", 0), change - 60);
    assert_int_equal(at("2026-03-29 02:00", "Europe/Berlin", 0), change);
    assert_int_equal(at("2026-03-29 02:30", "Europe/Berlin", 0), change);
    assert_int_equal(at("2026-03-29 02:59:59", "Europe/Berlin", 0), change);
    assert_int_equal(at("2026-03-29 03:00", "Europe/Berlin", 0), change);
    assert_int_equal(at("2026-03-29 03:01", "Europe/Berlin", 0), change + 60);

    change = at("2026-10-25 01:00", "UTC", 0);
    assert_int_equal(at("2026-10-25 01:59", "Europe/Berlin", 0), change - 3660);
    assert_int_equal(at("2026-10-25 02:00", "Europe/Berlin", 0), change - 3600);
    assert_int_equal(at("2026-10-25 02:59", "Europe/Berlin", 0), change - 60);
    assert_int_equal(at("2026-10-25 03:00", "Europe/Berlin", 0), change + 3600);

    /* a day whose midnight is skipped begins at the change; one that never was, too */
    assert_int_equal(at("2018-11-04", "America/Sao_Paulo", 0),
                     at("2018-11-04 03:00", "UTC", 0));
    assert_int_equal(at("2011-12-30", "Pacific/Apia", 0),
                     at("2011-12-31", "Pacific/Apia", 0));
    assert_int_equal(at("2026-04-05 01:45", "Australia/Lord_Howe", 0),
                     at("2026-04-04 14:45", "UTC", 0));
}

static void
test_refused(void **state)
{
    static const char *times[] = {
        "", "now", "2026", "2026-11", "2026-11-31", "2026-2-3", "27/11/2026", "2026-11-27 9:00",
        "2026-11-27 25:00", "2026-11-27  09:00", "2026-11-27 09:00 pm", "2026-11-27x"
    };
    static const char *zones[] = {
        "Asia", "Asia/Bangkokk", "../../etc/passwd", "/etc/passwd", "Asia/../Asia/Bangkok",
        "+7", "+25:00", "07:00", "ICT+", "zone.tab", "Asia/Bang kok", "Asia/Bangkok\x01",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Bangkok"
    };
    size_t     i;
    int64_t    seconds;
    pz_error_t error;

    (void) state;
    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        assert_int_equal(pz_schedule_time(pz_str_from(times[i]), PZ_STR("UTC"), 0, &seconds,
                                          &error), -1);
        assert_non_null(strstr(error.text, "is not a time"));
    }
    for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        assert_int_equal(pz_schedule_time(PZ_STR("2026-11-27"), pz_str_from(zones[i]), 0,
                                          &seconds, &error), -1);
        assert_non_null(strstr(error.text, "time zone"));
    }
    assert_int_equal(pz_schedule_time(PZ_STR_NONE, PZ_STR_NONE, 0, &seconds, NULL), -1);
    if (access("/usr/share/zoneinfo/right/Asia/Bangkok", R_OK) == 0) {
        assert_int_equal(pz_schedule_time(PZ_STR("2026-11-27"), PZ_STR("right/Asia/Bangkok"),
                                          0, &seconds, &error), -1);
        assert_non_null(strstr(error.text, "leap"));
    }
}

/* A zone is asked where its clocks are at a moment, not where they were once. */
static void
test_offsets(void **state)
{
    int64_t          change;
    pz_arena_t      *arena = pz_arena_create(PZ_ZONE_FILE, 0);
    const pz_zone_t *zone;

    (void) state;
    zone = pz_zone_open(arena, PZ_STR(" -09:30 "), NULL);
    assert_int_equal(pz_zone_offset(zone, 0), -9 * 3600 - 1800);
    assert_int_equal(pz_zone_offset(pz_zone_open(arena, PZ_STR_NONE, NULL), 1795737600), 0);
    assert_null(pz_zone_open(arena, PZ_STR("Europe/Berlinn"), NULL));
    if (!has_zones()) {
        pz_arena_destroy(arena);
        skip();
    }
    zone = pz_zone_open(arena, PZ_STR("Europe/Berlin"), NULL);
    assert_int_equal(pz_zone_offset(zone, at("2026-07-01 12:00", "UTC", 0)), 7200);
    assert_int_equal(pz_zone_offset(zone, at("2026-12-01 12:00", "UTC", 0)), 3600);
    change = at("2026-03-29 01:00", "UTC", 0);
    assert_int_equal(pz_zone_offset(zone, change - 1), 3600);
    assert_int_equal(pz_zone_offset(zone, change), 7200);
    /* past the last change that the file lists */
    assert_int_equal(pz_zone_offset(zone, at("2090-07-01", "UTC", 0)), 7200);
    pz_arena_destroy(arena);
}

static size_t
read_file(const char *path, char *bytes, size_t room)
{
    size_t len = 0;
    FILE  *file = fopen(path, "rb");

    if (file != NULL) {
        len = fread(bytes, 1, room, file);
        fclose(file);
    }
    return len;
}

static const char *const zones[] = {
    "Asia/Bangkok", "Europe/Berlin", "America/New_York", "America/Sao_Paulo",
    "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran",
    "Asia/Kathmandu", "America/St_Johns", "Europe/Dublin", "Africa/Cairo",
    "America/Santiago", "Asia/Gaza", "America/Nuuk", "Antarctica/Troll", "Asia/Tokyo",
    "Pacific/Kiritimati", "America/Havana", "Africa/Monrovia", "EST5EDT", "Etc/GMT+12"
};

/* libc reads the same files: every offset from 1960 to 2100 is the same. */
static void
test_agrees_with_libc(void **state)
{
    char       path[128], bytes[1 << 16];
    size_t     i, len;
    time_t     when;
    struct tm  tm;
    pz_tzif_t  zone;

    (void) state;
    if (!has_zones()) {
        skip();
    }
    for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zones[i]);
        len = read_file(path, bytes, sizeof(bytes));
        if (len == 0) {
            continue;
        }
        assert_int_equal(pz_tzif_read(&zone, (pz_str_t) { bytes, len }, NULL), 0);
        setenv("TZ", zones[i], 1);
        tzset();
        for (when = -315619200; when < 4102444800; when += 86400 * 3 + 7777) {
            assert_non_null(localtime_r(&when, &tm));
            if (pz_tzif_offset(&zone, when) != tm.tm_gmtoff) {
                fail_msg("%s at %lld: %d, libc says %ld", zones[i], (long long) when,
                         pz_tzif_offset(&zone, when), (long) tm.tm_gmtoff);
            }
        }
    }
    unsetenv("TZ");
    tzset();
}

static void
test_damaged_files(void **state)
{
    char      bytes[1 << 16], *copy;
    size_t    len, i;
    pz_tzif_t zone;

    (void) state;
    if (!has_zones()) {
        skip();
    }
    len = read_file("/usr/share/zoneinfo/Europe/Berlin", bytes, sizeof(bytes));
    /* cut anywhere; the copy is exact, so that reading over its end is seen */
    for (i = 0; i < len; i++) {
        copy = malloc(i + 1);
        memcpy(copy, bytes, i);
        assert_int_equal(pz_tzif_read(&zone, (pz_str_t) { copy, i }, NULL), -1);
        free(copy);
    }
    /* any bit turned round: refused or not, asking is safe */
    copy = malloc(len);
    for (i = 0; i < len * 8; i++) {
        memcpy(copy, bytes, len);
        copy[i / 8] = (char) (copy[i / 8] ^ (1 << (i % 8)));
        if (pz_tzif_read(&zone, (pz_str_t) { copy, len }, NULL) == 0) {
            assert_in_range(pz_tzif_offset(&zone, 0) + 100000, 0, 200000);
            assert_in_range(pz_tzif_offset(&zone, 4102444800) + 100000, 0, 200000);
            assert_in_range(pz_tzif_offset(&zone, -99999999999) + 100000, 0, 200000);
        }
    }
    free(copy);
}

static int32_t
rule_at(const char *text, const char *utc)
{
    pz_time_t    time;
    pz_tz_rule_t rule;

    assert_int_equal(pz_tz_rule_parse(pz_str_from(text), &rule), 0);
    assert_int_equal(pz_time_parse(pz_str_from(utc), &time), 0);
    return pz_tz_rule_offset(&rule, time.clock);
}

static void
test_rules(void **state)
{
    const char *berlin = "CET-1CEST,M3.5.0,M10.5.0/3", *sydney = "AEST-10AEDT,M10.1.0,M4.1.0/3";

    (void) state;
    assert_int_equal(rule_at("<+07>-7", "2050-01-01"), 7 * 3600);
    assert_int_equal(rule_at("<-0330>3:30", "2050-01-01"), -12600);
    assert_int_equal(rule_at(berlin, "2050-03-27 00:59:59"), 3600);
    assert_int_equal(rule_at(berlin, "2050-03-27 01:00"), 7200);
    assert_int_equal(rule_at(berlin, "2050-10-30 00:59:59"), 7200);
    assert_int_equal(rule_at(berlin, "2050-10-30 01:00"), 3600);
    assert_int_equal(rule_at(sydney, "2050-12-31 23:59"), 11 * 3600);
    assert_int_equal(rule_at(sydney, "2050-07-01"), 10 * 3600);
    /* daylight saving time all the year (RFC 8536, appendix B.2) */
    assert_int_equal(rule_at("XXX3EDT4,0/0,J365/23", "2050-01-01 03:00"), -4 * 3600);
    assert_int_equal(rule_at("XXX3EDT4,0/0,J365/23", "2050-12-31 23:30"), -4 * 3600);
    assert_int_equal(rule_at("XXX3EDT4,0/0,J365/23", "2048-02-29 12:00"), -4 * 3600);
    /* a time before midnight, as in Nuuk; negative saving, as in Dublin */
    assert_int_equal(rule_at("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27 00:59"), -7200);
    assert_int_equal(rule_at("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27 01:00"), -3600);
    assert_int_equal(rule_at("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-12-31"), 0);
    assert_int_equal(rule_at("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-06-30"), 3600);
    /* J60 is 1 March in every year, 59 only in common ones */
    assert_int_equal(rule_at("AAA0BBB,J60/0,J365/0", "2048-02-29 23:59"), 0);
    assert_int_equal(rule_at("AAA0BBB,J60/0,J365/0", "2048-03-01"), 3600);
    assert_int_equal(rule_at("AAA0BBB,59/0,J365/0", "2048-02-29"), 3600);
}

static void
test_bad_rules(void **state)
{
    static const char *bad[] = {
        "", "A", "AB1", "ABC", "ABC25", "ABC1:60", "<ABC1", "ABC1DEF", "ABC1DEF,M3.2.0",
        "ABC1DEF,M13.2.0,M11.1.0", "ABC1DEF,M0.2.0,M11.1.0", "ABC1DEF,M3.6.0,M11.1.0",
        "ABC1DEF,M3.0.0,M11.1.0", "ABC1DEF,M3.2.7,M11.1.0", "ABC1DEF,J0,J365",
        "ABC1DEF,J366,J1", "ABC1DEF,366,1", "ABC1DEF,M3.2.0/168,M11.1.0", "ABC1DEF,M3.2.0,M11.1.0x",
        "ABC1DEF,M3.2.0/,M11.1.0", "ABC99999999999999999999", "ABC1 ", "ABC1DEF2"
    };
    size_t       i;
    pz_tz_rule_t rule;

    (void) state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (pz_tz_rule_parse(pz_str_from(bad[i]), &rule) != -1) {
            fail_msg("\"%s\" was accepted", bad[i]);
        }
    }
}

static void
test_calendar(void **state)
{
    int     month, day;
    int64_t year, days = pz_time_days(1, 1, 1);

    (void) state;
    assert_int_equal(pz_time_days(1970, 1, 1), 0);
    for (year = 1; year < 2500; year++) {
        assert_int_equal(pz_time_year(days * 86400), year);
        assert_int_equal(pz_time_year(days * 86400 - 1), year - 1);
        for (month = 1; month <= 12; month++) {
            for (day = 1; day <= pz_time_month_days(year, month); day++) {
                assert_true(pz_time_days(year, month, day) == days);
                days++;
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_agrees_with_libc),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_bad_rules),
        cmocka_unit_test(test_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
