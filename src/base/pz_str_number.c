/*
 * Numbers from text, in no locale.
 *
 * strtod looks at the locale for one thing only, the decimal point: so what it
 * is given here has none ("125e-1"), and profiles mean the same whatever
 * program has called setlocale.
 */
#include "pz_str.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* More digits than a double can tell apart; what follows only scales. */
#define PZ_NUMBER_DIGITS  40

/* Far outside the range of a double, far inside that of a long. */
#define PZ_NUMBER_EXPONENT  100000

typedef struct {
    char   digits[PZ_NUMBER_DIGITS + 1];
    size_t ndigits;
    long   exponent;    /* of ten, for digits[] as an integer */
    int    negative;
} pz_decimal_t;

static int
pz_is_digit(pz_str_t s, size_t at)
{
    return at < s.len && s.data[at] >= '0' && s.data[at] <= '9';
}

static size_t
pz_number_sign(pz_str_t s, int *negative)
{
    *negative = s.len != 0 && s.data[0] == '-';
    return *negative || (s.len != 0 && s.data[0] == '+');
}

static void
pz_decimal_digit(pz_decimal_t *d, char digit, int fraction)
{
    if (d->ndigits == 0 && digit == '0') {
        d->exponent -= fraction;
        return;
    }
    if (d->ndigits < PZ_NUMBER_DIGITS) {
        d->digits[d->ndigits++] = digit;
        d->exponent -= fraction;
        return;
    }
    if (digit != '0') {
        /* sticky: a value just above a tie must not round as the tie */
        d->digits[PZ_NUMBER_DIGITS - 1] |= 1;
    }
    d->exponent += !fraction;
}

/* The exponent's part from `at` on; returns where it ends, 0 when malformed. */
static size_t
pz_decimal_exponent(pz_decimal_t *d, pz_str_t s, size_t at)
{
    int  negative;
    long exponent = 0;

    at += pz_number_sign(pz_str_skip(s, at), &negative);
    if (!pz_is_digit(s, at)) {
        return 0;
    }
    for (; pz_is_digit(s, at); at++) {
        if (exponent < PZ_NUMBER_EXPONENT) {
            exponent = exponent * 10 + (s.data[at] - '0');
        }
    }
    d->exponent += negative ? -exponent : exponent;
    return at;
}

/* Split a whole string; -1 when it is no number. */
static int
pz_decimal_scan(pz_str_t s, pz_decimal_t *d)
{
    size_t at = pz_number_sign(s, &d->negative);
    size_t start = at;

    for (; pz_is_digit(s, at); at++) {
        pz_decimal_digit(d, s.data[at], 0);
    }
    if (at < s.len && s.data[at] == '.') {
        start = ++at;
        for (; pz_is_digit(s, at); at++) {
            pz_decimal_digit(d, s.data[at], 1);
        }
    }
    if (at == start) {
        return -1;
    }
    if (at < s.len && pz_lower(s.data[at]) == 'e') {
        at = pz_decimal_exponent(d, s, at + 1);
    }
    return at == s.len ? 0 : -1;
}

/*
 * What people write has few digits: up to 15 of them, and a power of ten up to
 * 22, are exact doubles, so that one operation rounds right (Clinger, 1990).
 * Returns -1 for all else.
 */
static int
pz_decimal_exact(const pz_decimal_t *d, double *value)
{
#if FLT_EVAL_METHOD == 0
    static const double powers[] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
        1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };
    size_t  i;
    int64_t integer = 0;

    if (d->ndigits <= 15 && d->exponent >= -22 && d->exponent <= 22) {
        for (i = 0; i < d->ndigits; i++) {
            integer = integer * 10 + (d->digits[i] - '0');
        }
        *value = d->exponent < 0 ? (double) integer / powers[-d->exponent]
                 : (double) integer * powers[d->exponent];
        return 0;
    }
#endif
    (void) d;
    (void) value;
    return -1;
}

int
pz_str_to_number(pz_str_t s, double *number)
{
    char         text[PZ_NUMBER_DIGITS + 32];
    double       value;
    pz_decimal_t d;

    d.ndigits = 0;
    d.exponent = 0;

    /* a long text cannot overflow the count of digits, but is no number either */
    if (s.len > PZ_NUMBER_EXPONENT || pz_decimal_scan(s, &d) != 0) {
        return -1;
    }
    if (d.ndigits == 0) {
        *number = 0;
        return 0;
    }
    if (pz_decimal_exact(&d, &value) != 0) {
        d.digits[d.ndigits] = '\0';
        snprintf(text, sizeof(text), "%se%ld", d.digits, d.exponent);
        value = strtod(text, NULL);
        if (!isfinite(value)) {
            return -1;
        }
    }
    *number = d.negative ? -value : value;
    return 0;
}

int
pz_str_to_int64(pz_str_t s, int64_t *integer)
{
    int      negative, digit;
    int64_t  value = 0;
    size_t   at = pz_number_sign(s, &negative);

    if (at == s.len) {
        return -1;
    }
    for (; at < s.len; at++) {
        if (!pz_is_digit(s, at)) {
            return -1;
        }
        /* count downwards: INT64_MIN has no positive twin */
        digit = s.data[at] - '0';
        if (value < (INT64_MIN + digit) / 10) {
            return -1;
        }
        value = value * 10 - digit;
    }
    if (!negative && value == INT64_MIN) {
        return -1;
    }
    *integer = negative ? value : -value;
    return 0;
}
