#include "pz_redis_part.h"


static int
part_hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c = pz_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


int
pz_redis_part_decode(pz_arena_t *arena, pz_str_t from, pz_str_t *decoded)
{
    char    *to;
    size_t   i, n;
    int      high, low;

    to = pz_arena_alloc(arena, from.len + 1);
    if (to == NULL) {
        return -1;
    }

    for (i = 0, n = 0; i < from.len; i++) {
        to[n] = from.data[i];

        if (from.data[i] == '%') {
            high = i + 2 < from.len ? part_hex(from.data[i + 1]) : -1;
            low = high >= 0 ? part_hex(from.data[i + 2]) : -1;

            if (low < 0) {
                return -1;
            }

            to[n] = (char) (high * 16 + low);
            i += 2;
        }

        if (to[n++] == '\0') {
            return -1;
        }
    }

    to[n] = '\0';
    decoded->data = to;
    decoded->len = n;
    return 0;
}


int
pz_redis_part_number(pz_str_t text, unsigned max, unsigned *number)
{
    size_t         i;
    unsigned long  n;

    if (text.len == 0 || text.len > 10) {
        return -1;
    }

    for (i = 0, n = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return -1;
        }

        n = n * 10 + (unsigned long) (text.data[i] - '0');
    }

    if (n > max) {
        return -1;
    }

    *number = (unsigned) n;
    return 0;
}


ptrdiff_t
pz_redis_part_find_last(pz_str_t text, pz_str_t what)
{
    size_t  i;

    for (i = text.len; i > 0; i--) {
        if (pz_str_starts(pz_str_skip(text, i - 1), what)) {
            return (ptrdiff_t) (i - 1);
        }
    }

    return -1;
}
