#include "pz_template_escape.h"

/*
 * For whom a byte needs no treatment.  Bytes beyond ASCII are in no class: they
 * are looked at as UTF-8.
 */
#define T  0x01    /* HTML text and quoted attributes */
#define P  0x02    /* plain text */
#define U  0x04    /* a whole URL */
#define S  0x08    /* a URL's path */
#define C  0x10    /* a URL's component: RFC 3986's unreserved */

#define ALL  (T | P | U | S | C)

static const unsigned char pz_escape_class[256] = {
    ['\t'] = T | P, ['\n'] = T | P, ['\r'] = T | P, [' '] = T | P,
    ['!'] = T | P | U | S, ['"'] = P, ['#'] = T | P | U, ['$'] = T | P | U | S,
    ['%'] = T | P | U, ['&'] = P, ['\''] = P, ['('] = T | P | U | S,
    [')'] = T | P | U | S, ['*'] = T | P | U | S, ['+'] = T | P | U | S,
    [','] = T | P | U | S, ['-'] = ALL, ['.'] = ALL, ['/'] = T | P | U | S,
    ['0' ... '9'] = ALL, [':'] = T | P | U | S, [';'] = T | P | U | S, ['<'] = P,
    ['='] = T | P | U | S, ['>'] = P, ['?'] = T | P | U, ['@'] = T | P | U | S,
    ['A' ... 'Z'] = ALL, ['['] = T | P | U, ['\\'] = T | P, [']'] = T | P | U,
    ['^'] = T | P, ['_'] = ALL, ['`'] = P, ['a' ... 'z'] = ALL, ['{'] = T | P,
    ['|'] = T | P, ['}'] = T | P, ['~'] = ALL,
};

#undef T
#undef P
#undef U
#undef S
#undef C
#undef ALL

static const unsigned char pz_escape_mask[] = {
    [PZ_LAND_TEXT] = 0x01,
    [PZ_LAND_PLAIN] = 0x02,
    [PZ_LAND_HEADER] = 0x02,
    [PZ_LAND_URL] = 0x04,
    [PZ_LAND_URL_ATTR] = 0x04,
    [PZ_LAND_SEGMENT] = 0x08,
    [PZ_LAND_PATH] = 0x08,
    [PZ_LAND_COMPONENT] = 0x10,
};

static int
pz_escape_is_url(pz_land_t land)
{
    return land >= PZ_LAND_URL;
}

/* The bytes of one character, at most four. */
static void
pz_escape_percent(pz_sb_t *sb, pz_str_t bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    char              text[12];
    size_t            i;

    for (i = 0; i < bytes.len; i++) {
        text[3 * i] = '%';
        text[3 * i + 1] = digits[(unsigned char) bytes.data[i] >> 4];
        text[3 * i + 2] = digits[(unsigned char) bytes.data[i] & 15];
    }
    pz_sb_add(sb, (pz_str_t) { text, 3 * bytes.len });
}

static void
pz_escape_reference(pz_sb_t *sb, char c)
{
    switch (c) {
    case '&':
        pz_sb_add(sb, PZ_STR("&amp;"));
        return;
    case '<':
        pz_sb_add(sb, PZ_STR("&lt;"));
        return;
    case '>':
        pz_sb_add(sb, PZ_STR("&gt;"));
        return;
    case '"':
        pz_sb_add(sb, PZ_STR("&quot;"));
        return;
    case '\'':
        pz_sb_add(sb, PZ_STR("&#39;"));
        return;
    default:
        /* the backtick, which old browsers took for a quote */
        pz_sb_add(sb, PZ_STR("&#96;"));
    }
}

static int
pz_escape_is_control(char c)
{
    return (unsigned char) c < 0x20 || c == 0x7f;
}

/* An ASCII character that may not stand there as it is. */
static void
pz_escape_character(pz_sb_t *sb, pz_land_t land, pz_str_t byte)
{
    char c = byte.data[0];

    if (pz_escape_is_url(land)) {
        if (c == '&' && land == PZ_LAND_URL) {
            pz_sb_byte(sb, '&');
        } else if (c == '&' && land == PZ_LAND_URL_ATTR) {
            pz_escape_reference(sb, '&');
        } else if (c != '\t' && c != '\n' && c != '\r') {
            /* those three are what browsers take out of a URL */
            pz_escape_percent(sb, byte);
        }
    } else if (pz_escape_is_control(c)) {
        pz_sb_add(sb, PZ_STR("\xef\xbf\xbd"));
    } else {
        pz_escape_reference(sb, c);
    }
}

/* Bytes at the front that go out as they are, in one piece. */
static size_t
pz_escape_run(pz_land_t land, pz_str_t text)
{
    size_t        run = 0, len;
    unsigned char mask = pz_escape_mask[land];

    for (;;) {
        while (run < text.len
               && (pz_escape_class[(unsigned char) text.data[run]] & mask) != 0)
        {
            run++;
        }
        if (run == text.len || (unsigned char) text.data[run] < 0x80
            || pz_escape_is_url(land))
        {
            return run;
        }
        len = pz_str_utf8_head(pz_str_skip(text, run));
        if (len == 0) {
            return run;
        }
        run += len;
    }
}

/* What stopped a run; returns how many bytes it was. */
static size_t
pz_escape_stop(pz_sb_t *sb, pz_land_t land, pz_str_t text)
{
    size_t   len = pz_str_utf8_head(text);
    pz_str_t bad = PZ_STR("\xef\xbf\xbd");

    if (len == 1) {
        pz_escape_character(sb, land, pz_str_head(text, 1));
    } else if (pz_escape_is_url(land)) {
        pz_escape_percent(sb, len == 0 ? bad : pz_str_head(text, len));
    } else {
        pz_sb_add(sb, bad);
    }
    return len == 0 ? 1 : len;
}

static void
pz_escape_all(pz_sb_t *sb, pz_land_t land, pz_str_t text)
{
    size_t run;

    while (text.len != 0) {
        run = pz_escape_run(land, text);
        pz_sb_add(sb, pz_str_head(text, run));
        text = pz_str_skip(text, run);
        if (text.len != 0) {
            text = pz_str_skip(text, pz_escape_stop(sb, land, text));
        }
    }
}

int
pz_template_is_scheme(pz_str_t scheme)
{
    return pz_str_ieq(scheme, PZ_STR("http")) || pz_str_ieq(scheme, PZ_STR("https"))
           || pz_str_ieq(scheme, PZ_STR("mailto")) || pz_str_ieq(scheme, PZ_STR("tel"));
}

/*
 * Threat: a profile field that is a script ("javascript:", "data:" ...).
 * Rule: what stands before the first colon must be an allowed scheme, unless a
 * slash, a question mark or a hash comes first, which makes the URL relative.
 * Browsers drop leading controls and spaces and any tab, LF and CR before they
 * look (WHATWG URL, 4.4); so is done here.  It is stricter than they are: "a
 * b:c" is a relative URL to them, and refused here.
 */
static int
pz_escape_is_good_url(pz_str_t text)
{
    char   scheme[8];
    size_t i, len = 0;

    for (i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (c == '/' || c == '?' || c == '#') {
            return 1;
        }
        if (c == ':') {
            return pz_template_is_scheme((pz_str_t) { scheme, len });
        }
        if (c == '\t' || c == '\n' || c == '\r') {
            continue;
        }
        if (len < sizeof(scheme)) {
            scheme[len++] = c;
        }
    }
    return 1;
}

/* Without the controls and spaces around it that browsers drop. */
static pz_str_t
pz_escape_trim_url(pz_str_t text)
{
    while (text.len != 0 && (unsigned char) text.data[text.len - 1] <= ' ') {
        text.len--;
    }
    while (text.len != 0 && (unsigned char) text.data[0] <= ' ') {
        text = pz_str_skip(text, 1);
    }
    return text;
}

static int
pz_escape_is_good_header(pz_str_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        if (pz_escape_is_control(text.data[i])) {
            return 0;
        }
    }
    return 1;
}

/*
 * In a path, a slash at the value's front would follow the template's own: two
 * of them can begin a host.  So can two that stand around an empty value.
 */
static pz_str_t
pz_escape_path_front(pz_sb_t *sb, pz_land_t land, pz_str_t text)
{
    if (text.len == 0 && land == PZ_LAND_SEGMENT) {
        pz_sb_byte(sb, '.');
    }
    while (text.len != 0 && (text.data[0] == '/' || (unsigned char) text.data[0] <= ' ')) {
        pz_escape_percent(sb, pz_str_head(text, 1));
        text = pz_str_skip(text, 1);
    }
    return text;
}

int
pz_template_put(pz_sb_t *sb, pz_land_t land, pz_str_t text)
{
    switch (land) {
    case PZ_LAND_HEADER:
        if (!pz_escape_is_good_header(text)) {
            return -1;
        }
        break;
    case PZ_LAND_URL:
    case PZ_LAND_URL_ATTR:
        text = pz_escape_trim_url(text);
        if (!pz_escape_is_good_url(text)) {
            return -1;
        }
        break;
    case PZ_LAND_SEGMENT:
    case PZ_LAND_PATH:
        text = pz_escape_path_front(sb, land, text);
        break;
    default:
        break;
    }
    pz_escape_all(sb, land, text);
    return 0;
}
