#include "pz_selector_lex.h"
#include "pz_utf8.h"
#include "pz_find.h"

#include <stdarg.h>
#include <stdio.h>
#include <limits.h>


int
pz_lex_fail(pz_lex_t *lex, const char *at, const char *format, ...)
{
    char    text[400];
    va_list args;

    if (lex->failed) {
        return -1;
    }
    lex->failed = 1;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    return pz_error_set(lex->error, "", 0, "at %zu: %s", (size_t) (at - lex->start) + 1, text);
}


int
pz_lex_space(pz_lex_t *lex)
{
    int space = 0;

    for ( ;; ) {
        while (lex->p < lex->end && pz_is_space(*lex->p)) {
            lex->p++;
            space = 1;
        }

        if (lex->end - lex->p < 2 || lex->p[0] != '/' || lex->p[1] != '*') {
            return space;
        }

        ptrdiff_t close = pz_str_find((pz_str_t) { lex->p + 2, (size_t) (lex->end - lex->p - 2) },
                                      PZ_STR("*/"));
        lex->p = close < 0 ? lex->end : lex->p + 2 + close + 2;
    }
}


int
pz_lex_take(pz_lex_t *lex, char c)
{
    if (lex->p < lex->end && *lex->p == c) {
        lex->p++;
        return 1;
    }

    return 0;
}


static int
hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c = pz_lower(c);

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/* Behind a backslash: a code point in hex with one white space, or any byte. */
static size_t
escape(pz_lex_t *lex, char *out)
{
    unsigned long c = 0;
    int           digits = 0;

    while (digits < 6 && lex->p < lex->end && hex(*lex->p) >= 0) {
        c = c * 16 + (unsigned long) hex(*lex->p++);
        digits++;
    }

    if (digits == 0) {
        *out = *lex->p++;
        return 1;
    }

    if (lex->p + 1 < lex->end && lex->p[0] == '\r' && lex->p[1] == '\n') {
        lex->p++;
    }
    if (lex->p < lex->end && pz_is_space(*lex->p)) {
        lex->p++;
    }

    return pz_utf8_put(out, c);
}


static int
is_name_byte(char c)
{
    return pz_is_alpha(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'
           || (unsigned char) c >= 0x80;
}


/* No escape is shorter than what it stands for, but "\0": two bytes for three of U+FFFD. */
static char *
room(pz_lex_t *lex)
{
    size_t len = (size_t) (lex->end - lex->p);
    char  *out = pz_arena_alloc(lex->arena, len + len / 2 + 4);

    if (out == NULL) {
        pz_lex_fail(lex, lex->p, "the selector does not fit the memory that rules may take");
    }

    return out;
}


int
pz_lex_name(pz_lex_t *lex, pz_str_t *name)
{
    const char *from = lex->p;
    size_t      n = 0;
    char       *out = room(lex);

    if (out == NULL) {
        return -1;
    }

    while (lex->p < lex->end) {
        if (*lex->p == '\\') {
            if (lex->p + 1 == lex->end || lex->p[1] == '\n') {
                return pz_lex_fail(lex, lex->p, "nothing to escape behind '\\'");
            }
            lex->p++;
            n += escape(lex, out + n);
        } else if (is_name_byte(*lex->p)) {
            out[n++] = *lex->p++;
        } else {
            break;
        }
    }

    if (n == 0) {
        if (from == lex->end) {
            return pz_lex_fail(lex, from, "a name is missing at the end");
        }
        return pz_lex_fail(lex, from, "a name is expected, not '%.*s'",
                           (unsigned char) *from < 0x80 ? 1 : 0, from);
    }

    *name = (pz_str_t) { out, n };

    return 0;
}


int
pz_lex_ident(pz_lex_t *lex, pz_str_t *name)
{
    const char *p = lex->p;

    p += p < lex->end && *p == '-';
    if (p < lex->end && *p >= '0' && *p <= '9') {
        return pz_lex_fail(lex, lex->p, "a name cannot begin with a digit here: "
                           "write \\3%c and a space for it", *p);
    }

    return pz_lex_name(lex, name);
}


int
pz_lex_string(pz_lex_t *lex, pz_str_t *text)
{
    const char *from = lex->p;
    char        quote = *lex->p++;
    size_t      n = 0;
    char       *out = room(lex);

    if (out == NULL) {
        return -1;
    }

    while (lex->p < lex->end && *lex->p != quote) {
        if (*lex->p == '\n') {
            return pz_lex_fail(lex, lex->p, "a line ends inside a string");
        }

        if (*lex->p != '\\') {
            out[n++] = *lex->p++;
            continue;
        }

        lex->p++;
        if (lex->p == lex->end) {
            break;
        }
        if (*lex->p == '\n') {
            lex->p++;
        } else {
            n += escape(lex, out + n);
        }
    }

    if (!pz_lex_take(lex, quote)) {
        return pz_lex_fail(lex, from, "the string that begins here does not end");
    }

    *text = (pz_str_t) { out, n };

    return 0;
}


/* Digits at the cursor; -1 when there are none.  Clamped: no element is so far along. */
static long
digits(pz_lex_t *lex)
{
    long n = -1;

    while (lex->p < lex->end && *lex->p >= '0' && *lex->p <= '9') {
        n = (n < 0 ? 0 : n) * 10 + (*lex->p++ - '0');
        if (n > INT_MAX / 2) {
            n = INT_MAX / 2;
        }
    }

    return n;
}


static int
word(pz_lex_t *lex, const char *lower)
{
    pz_str_t w = pz_str_from(lower);
    pz_str_t here = pz_str_head((pz_str_t) { lex->p, (size_t) (lex->end - lex->p) }, w.len);

    if (!pz_str_ieq(here, w) || (lex->p + w.len < lex->end && is_name_byte(lex->p[w.len]))) {
        return 0;
    }
    lex->p += w.len;

    return 1;
}


int
pz_lex_nth(pz_lex_t *lex, int *a, int *b)
{
    const char *from = lex->p;
    int         sign;
    long        n;

    *a = 2;
    *b = 0;
    if (word(lex, "even")) {
        return 0;
    }
    if (word(lex, "odd")) {
        *b = 1;
        return 0;
    }

    sign = pz_lex_take(lex, '-') ? -1 : 1;
    if (sign > 0) {
        pz_lex_take(lex, '+');
    }
    n = digits(lex);

    if (!(pz_lex_peek(lex) == 'n' || pz_lex_peek(lex) == 'N')) {
        *a = 0;
        *b = (int) (sign * n);
        return n >= 0 ? 0 : pz_lex_fail(lex, from, "an+b is expected, such as 2n+1, odd or 3");
    }

    lex->p++;
    *a = (int) (sign * (n < 0 ? 1 : n));

    pz_lex_space(lex);
    if (pz_lex_peek(lex) != '+' && pz_lex_peek(lex) != '-') {
        return 0;
    }

    sign = *lex->p++ == '-' ? -1 : 1;
    pz_lex_space(lex);
    n = digits(lex);
    *b = (int) (sign * n);

    return n >= 0 ? 0 : pz_lex_fail(lex, lex->p, "a number is expected behind the sign");
}
