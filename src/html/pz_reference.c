#include "pz_reference.h"
#include "pz_reference_names.h"
#include "pz_utf8.h"

#include <string.h>

#define CODE_MAX  0x10ffffu


static int
is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}


/* How the name compares with that of a record, which ';' or ',' ends. */
static int
compare(pz_str_t name, const char *record)
{
    size_t n = 0;

    while (n < name.len && name.data[n] == record[n]) {
        n++;
    }

    if (n == name.len) {
        return is_alnum(record[n]) ? -1 : 0;
    }

    /* what ends a record is not a digit or letter, and counts as less than any */
    return is_alnum(record[n]) && name.data[n] < record[n] ? -1 : 1;
}


/* The record of that name, from its ';' or ',' on; 0 when there is none. */
static int
find_name(pz_str_t name, pz_str_t *record)
{
    size_t from = 0, to = PZ_REFERENCES;

    while (from < to) {
        size_t      middle = (from + to) / 2;
        const char *found = reference_names + reference_starts[middle];
        int         order = compare(name, found);

        if (order == 0) {
            const char *end = reference_names + reference_starts[middle + 1];

            *record = (pz_str_t) { found + name.len, (size_t) (end - found) - name.len };
            return 1;
        }
        if (order > 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }

    return 0;
}


/*
 * A name: in an attribute it counts without a semicolon only for some, and only
 * if nothing follows that may belong to a query ("?a=1&copy=2").
 */
static const char *
read_name(pz_sb_t *sb, const char *p, const char *end)
{
    const char *q = p;
    pz_str_t    record;

    while (q < end && is_alnum(*q)) {
        q++;
    }

    if (q == p || !find_name((pz_str_t) { p, (size_t) (q - p) }, &record)) {
        return NULL;
    }

    if (q < end && *q == ';') {
        q++;
    } else if (record.data[0] == ';' || (q < end && *q == '=')) {
        return NULL;
    }

    pz_sb_add(sb, pz_str_skip(record, 1));

    return q;
}


static int
digit(char c, unsigned base)
{
    int value = c >= '0' && c <= '9' ? c - '0'
                : base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;

    return value;
}


/* What 0x80 to 0x9f mean, by the standard: the characters of windows-1252. */
static unsigned long
from_c1(unsigned long c)
{
    static const uint16_t codes[32] = {
        0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
        0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
    };

    return c >= 0x80 && c <= 0x9f ? codes[c - 0x80] : c;
}


/* "#123;" or "#x7b;", the semicolon may be missing. */
static const char *
read_number(pz_sb_t *sb, const char *p, const char *end)
{
    unsigned      base = 10;
    unsigned long c = 0;
    const char   *from;
    char          text[4];

    if (p < end && (*p | 0x20) == 'x') {
        base = 16;
        p++;
    }

    for (from = p; p < end && digit(*p, base) >= 0; p++) {
        c = c > CODE_MAX ? c : c * base + (unsigned long) digit(*p, base);
    }
    if (p == from) {
        return NULL;
    }

    pz_sb_add(sb, (pz_str_t) { text, pz_utf8_put(text, from_c1(c)) });

    return p < end && *p == ';' ? p + 1 : p;
}


int
pz_reference_suspect(pz_str_t value)
{
    return value.len && (memchr(value.data, '&', value.len) || memchr(value.data, '\r', value.len)
                         || memchr(value.data, '\0', value.len));
}


pz_str_t
pz_reference_decode(pz_sb_t *sb, pz_str_t value)
{
    const char *p, *end, *next;

    if (!pz_reference_suspect(value)) {
        return value;
    }

    end = value.data + value.len;
    for (p = value.data, sb->len = 0; p < end; p = next) {
        next = p + 1;
        if (*p == '&') {
            const char *behind = next < end && *next == '#' ? read_number(sb, next + 1, end)
                                                            : read_name(sb, next, end);

            if (behind) {
                next = behind;
            } else {
                pz_sb_byte(sb, '&');
            }
        } else if (*p == '\r') {
            pz_sb_byte(sb, '\n');
            next += next < end && *next == '\n';
        } else if (*p == '\0') {
            pz_sb_literal(sb, "\xef\xbf\xbd");
        } else {
            pz_sb_byte(sb, *p);
        }
    }

    return sb->failed ? value : (pz_str_t) { sb->data, sb->len };
}
