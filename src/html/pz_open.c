#include "pz_open.h"
#include "pz_find.h"


static pz_open_t
opens(pz_open_kind_t kind, size_t used)
{
    return (pz_open_t) { kind, 0, used };
}


/*
 * How many bytes at `p` agree with `word` (lower case), without case.  All of
 * them: *whole is set.  `end` is reached before: *more is set.
 */
static size_t
agree(const char *p, const char *end, const char *word, size_t len, int *whole, int *more)
{
    size_t n = 0;

    while (n < len && p + n < end && pz_lower(p[n]) == word[n]) {
        n++;
    }

    *whole = n == len;
    *more = n < len && p + n == end;

    return n;
}


static pz_open_t
read_declaration(const pz_scan_t *scan, const char *p, const char *end)
{
    int whole, more;

    if (p + 2 == end) {
        return opens(PZ_OPEN_MORE, 0);
    }

    if (p[2] == '-') {
        if (p + 3 == end) {
            return opens(PZ_OPEN_MORE, 0);
        }
        return p[3] == '-' ? opens(PZ_OPEN_COMMENT, 4) : opens(PZ_OPEN_BOGUS, 2);
    }

    if (p[2] == '[' && scan->cdata) {
        size_t n;

        for (n = 0; n < 7 && p + 2 + n < end && p[2 + n] == "[CDATA["[n]; n++) { /* void */ }
        if (n == 7) {
            return opens(PZ_OPEN_CDATA, 9);
        }
        return p + 2 + n == end ? opens(PZ_OPEN_MORE, 0) : opens(PZ_OPEN_BOGUS, 2);
    }

    agree(p + 2, end, "doctype", 7, &whole, &more);
    if (more) {
        return opens(PZ_OPEN_MORE, 0);
    }

    return whole ? opens(PZ_OPEN_DOCTYPE, 9) : opens(PZ_OPEN_BOGUS, 2);
}


static pz_open_t
read_data(const pz_scan_t *scan, const char *p, const char *end)
{
    if (p + 1 == end) {
        return opens(PZ_OPEN_MORE, 0);
    }

    if (pz_is_alpha(p[1])) {
        return opens(PZ_OPEN_START, 1);
    }

    switch (p[1]) {

    case '/':
        if (p + 2 == end) {
            return opens(PZ_OPEN_MORE, 0);
        }
        if (pz_is_alpha(p[2])) {
            return opens(PZ_OPEN_END, 2);
        }
        return p[2] == '>' ? opens(PZ_OPEN_NOTHING, 3) : opens(PZ_OPEN_BOGUS, 2);

    case '!':
        return read_declaration(scan, p, end);

    case '?':
        return opens(PZ_OPEN_BOGUS, 1);

    default:
        return opens(PZ_OPEN_TEXT, 1);
    }
}


/* "NAME" and what ends a tag's name behind it, at `from` bytes after the '<'. */
static pz_open_t
read_name(const char *p, const char *end, size_t from, const char *name, size_t len,
    pz_open_kind_t kind)
{
    int    whole, more;
    size_t n = from + agree(p + from, end, name, len, &whole, &more);

    if (more || (whole && p + n == end)) {
        return opens(PZ_OPEN_MORE, 0);
    }

    if (whole && (pz_is_space(p[n]) || p[n] == '/' || p[n] == '>')) {
        return opens(kind, kind == PZ_OPEN_END ? 2 : n);
    }

    return opens(PZ_OPEN_TEXT, n);
}


static pz_open_t
read_raw(const pz_scan_t *scan, const char *p, const char *end)
{
    pz_open_t open;
    int       script = scan->mode == PZ_TEXT_SCRIPT;

    if (p + 1 == end) {
        return opens(PZ_OPEN_MORE, 0);
    }

    if (p[1] == '/' && scan->raw_len) {
        open = read_name(p, end, 2, scan->raw, scan->raw_len,
                         script && scan->level == 2 ? PZ_OPEN_LEVEL : PZ_OPEN_END);
        open.level = 1;
        return open;
    }

    if (script && scan->level == 1) {
        open = read_name(p, end, 1, "script", 6, PZ_OPEN_LEVEL);
        open.level = 2;
        return open;
    }

    if (script && scan->level == 0 && p[1] == '!') {
        for (size_t n = 2; n < 4; n++) {
            if (p + n == end) {
                return opens(PZ_OPEN_MORE, 0);
            }
            if (p[n] != '-') {
                return opens(PZ_OPEN_TEXT, n);
            }
        }
        return (pz_open_t) { PZ_OPEN_LEVEL, 1, 4 };
    }

    return opens(PZ_OPEN_TEXT, 1);
}


pz_open_t
pz_open_read(const pz_scan_t *scan, const char *p, const char *end)
{
    return scan->mode == PZ_TEXT_DATA ? read_data(scan, p, end) : read_raw(scan, p, end);
}
