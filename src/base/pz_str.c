/* memmem: linear in the worst case, where a plain loop is quadratic. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "pz_str.h"

static int
pz_str_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

pz_str_t
pz_str_from(const char *zero_terminated)
{
    pz_str_t s = PZ_STR_NONE;

    if (zero_terminated != NULL) {
        s.data = zero_terminated;
        s.len = strlen(zero_terminated);
    }
    return s;
}

int
pz_str_ieq(pz_str_t a, pz_str_t b)
{
    size_t i;

    if (a.len != b.len) {
        return 0;
    }
    for (i = 0; i < a.len; i++) {
        if (pz_lower(a.data[i]) != pz_lower(b.data[i])) {
            return 0;
        }
    }
    return 1;
}

int
pz_str_ends(pz_str_t s, pz_str_t suffix)
{
    return s.len >= suffix.len
           && pz_str_eq(pz_str_skip(s, s.len - suffix.len), suffix);
}

int
pz_str_cmp(pz_str_t a, pz_str_t b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int    order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

pz_str_t
pz_str_trim(pz_str_t s)
{
    while (s.len != 0 && pz_str_is_space(s.data[s.len - 1])) {
        s.len--;
    }
    while (s.len != 0 && pz_str_is_space(s.data[0])) {
        s.data++;
        s.len--;
    }
    return s;
}

ptrdiff_t
pz_str_find_byte(pz_str_t s, char byte)
{
    const char *found;

    if (s.len == 0) {
        return -1;
    }
    found = memchr(s.data, byte, s.len);
    return found == NULL ? -1 : found - s.data;
}

ptrdiff_t
pz_str_find(pz_str_t s, pz_str_t needle)
{
    const char *found;

    if (needle.len == 0) {
        return 0;
    }
    if (s.len < needle.len) {
        return -1;
    }
    found = memmem(s.data, s.len, needle.data, needle.len);
    return found == NULL ? -1 : found - s.data;
}

int
pz_str_next_item(pz_str_t *rest, char separator, pz_str_t *item)
{
    ptrdiff_t at;

    while (rest->len != 0) {
        at = pz_str_find_byte(*rest, separator);
        if (at < 0) {
            *item = pz_str_trim(*rest);
            *rest = pz_str_skip(*rest, rest->len);
        } else {
            *item = pz_str_trim(pz_str_head(*rest, (size_t) at));
            *rest = pz_str_skip(*rest, (size_t) at + 1);
        }
        if (item->len != 0) {
            return 1;
        }
    }
    return 0;
}

/* What may follow a lead byte: its number of bytes and the second's range. */
static size_t
pz_utf8_shape(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;

    if (lead < 0xc2) {
        return lead < 0x80 ? 1 : 0;
    }
    if (lead < 0xe0) {
        return 2;
    }
    if (lead < 0xf0) {
        if (lead == 0xe0) {
            *low = 0xa0;        /* shorter forms exist */
        } else if (lead == 0xed) {
            *high = 0x9f;       /* surrogates */
        }
        return 3;
    }
    if (lead == 0xf0) {
        *low = 0x90;
    } else if (lead == 0xf4) {
        *high = 0x8f;           /* beyond U+10FFFF */
    }
    return lead < 0xf5 ? 4 : 0;
}

size_t
pz_str_utf8_head(pz_str_t s)
{
    unsigned char low, high, byte;
    size_t        len, i;

    if (s.len == 0) {
        return 0;
    }
    len = pz_utf8_shape((unsigned char) s.data[0], &low, &high);
    if (len > s.len) {
        return 0;
    }
    for (i = 1; i < len; i++) {
        byte = (unsigned char) s.data[i];
        if (byte < low || byte > high) {
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    return len;
}

int
pz_str_is_utf8(pz_str_t s)
{
    size_t len;

    while (s.len != 0) {
        len = pz_str_utf8_head(s);
        if (len == 0) {
            return 0;
        }
        s = pz_str_skip(s, len);
    }
    return 1;
}
