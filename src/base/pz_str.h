/*
 * Byte strings that know their length and do not own their bytes.
 *
 * Everything from outside (pages, cookies, Redis, rule files) is a pz_str_t:
 * it may hold NUL bytes and invalid UTF-8, and is never zero-terminated by
 * contract.  Case folding is ASCII only, as HTML and HTTP ask, and nothing
 * here looks at the locale.
 */
#ifndef PZ_STR_H
#define PZ_STR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const char *data;
    size_t      len;
} pz_str_t;

#define PZ_STR(literal)  ((pz_str_t) { (literal), sizeof(literal) - 1 })
#define PZ_STR_NONE      ((pz_str_t) { NULL, 0 })

/* A zero-terminated string as a pz_str_t; NULL gives the empty string. */
pz_str_t pz_str_from(const char *zero_terminated);

/* Inline where most callers are told no by the lengths. */
static inline int
pz_str_eq(pz_str_t a, pz_str_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline int
pz_str_starts(pz_str_t s, pz_str_t prefix)
{
    return s.len >= prefix.len
           && (prefix.len == 0 || memcmp(s.data, prefix.data, prefix.len) == 0);
}

int pz_str_ieq(pz_str_t a, pz_str_t b);
int pz_str_ends(pz_str_t s, pz_str_t suffix);

/* memcmp order, the shorter first when one is a prefix of the other. */
int pz_str_cmp(pz_str_t a, pz_str_t b);

/* The part from `from` (clamped) to the end, or of at most `len` bytes. */
static inline pz_str_t
pz_str_skip(pz_str_t s, size_t from)
{
    if (from > s.len) {
        from = s.len;
    }
    if (from != 0) {
        s.data += from;
        s.len -= from;
    }
    return s;
}

static inline pz_str_t
pz_str_head(pz_str_t s, size_t len)
{
    if (len < s.len) {
        s.len = len;
    }
    return s;
}

/* Without leading and trailing ASCII white space. */
pz_str_t pz_str_trim(pz_str_t s);

/* Offset of the first byte or of the first occurrence; -1 when there is none. */
ptrdiff_t pz_str_find_byte(pz_str_t s, char byte);
ptrdiff_t pz_str_find(pz_str_t s, pz_str_t needle);

/*
 * The next item of a separated list, trimmed; empty items are skipped.
 * Call with *rest = the list; returns 0 when nothing is left.
 */
int pz_str_next_item(pz_str_t *rest, char separator, pz_str_t *item);

/*
 * The whole string as a decimal number (optional sign, digits, fraction,
 * exponent) or an integer.  Return 0, or -1 when it is anything else, out of
 * range, infinite or NaN: profile fields are hostile text.
 */
int pz_str_to_number(pz_str_t s, double *number);
int pz_str_to_int64(pz_str_t s, int64_t *integer);

/* Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7). */
int pz_str_is_utf8(pz_str_t s);

/*
 * Bytes (1 to 4) of the well-formed UTF-8 sequence that `s` begins with; 0
 * when it is empty or begins with anything else.
 */
size_t pz_str_utf8_head(pz_str_t s);

static inline char
pz_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char) (c | 0x20) : c;
}

#endif
