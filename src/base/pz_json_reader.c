#include "pz_json.h"

#include <string.h>

#define PZ_JSON_DEPTH  32

typedef struct {
    pz_arena_t *arena;
    pz_str_t    text;
    size_t      at;
    int         depth;
    pz_error_t *error;
} pz_json_reader_t;

static pz_json_t *pz_json_value(pz_json_reader_t *r);

static int
pz_json_fail(pz_json_reader_t *r, const char *what)
{
    size_t   i;
    unsigned line = 1;

    for (i = 0; i < r->at && i < r->text.len; i++) {
        line += r->text.data[i] == '\n';
    }
    return pz_error_set(r->error, NULL, line, "JSON: %s", what);
}

static int
pz_json_no_room(pz_json_reader_t *r)
{
    return pz_json_fail(r, "too large: it does not fit the memory that it may take");
}

/* The next byte, or 0 at the end (and for NUL, which JSON has no use for). */
static char
pz_json_peek(const pz_json_reader_t *r)
{
    return r->at < r->text.len ? r->text.data[r->at] : '\0';
}

static void
pz_json_space(pz_json_reader_t *r)
{
    char c;

    for (;; r->at++) {
        c = pz_json_peek(r);
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            return;
        }
    }
}

static int
pz_json_hex(pz_json_reader_t *r, size_t at, unsigned *unit)
{
    int    i;
    char   c;

    *unit = 0;
    if (r->text.len - at < 4) {
        return -1;
    }
    for (i = 0; i < 4; i++) {
        c = pz_lower(r->text.data[at + (size_t) i]);
        if (c >= '0' && c <= '9') {
            *unit = *unit * 16 + (unsigned) (c - '0');
        } else if (c >= 'a' && c <= 'f') {
            *unit = *unit * 16 + (unsigned) (c - 'a' + 10);
        } else {
            return -1;
        }
    }
    return 0;
}

static char *
pz_json_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char) code;
        return out;
    }
    if (code < 0x800) {
        *out++ = (char) (0xc0 | (code >> 6));
    } else {
        if (code < 0x10000) {
            *out++ = (char) (0xe0 | (code >> 12));
        } else {
            *out++ = (char) (0xf0 | (code >> 18));
            *out++ = (char) (0x80 | ((code >> 12) & 0x3f));
        }
        *out++ = (char) (0x80 | ((code >> 6) & 0x3f));
    }
    *out++ = (char) (0x80 | (code & 0x3f));
    return out;
}

/* After `\u`: a code point, from one unit or a pair; the reader moves behind it. */
static int
pz_json_unicode(pz_json_reader_t *r, unsigned *code)
{
    unsigned low;

    if (pz_json_hex(r, r->at, code) != 0) {
        return pz_json_fail(r, "\\u wants four hexadecimal digits");
    }
    r->at += 4;
    if (*code < 0xd800 || *code > 0xdfff) {
        return 0;
    }
    if (*code < 0xdc00
        && pz_str_starts(pz_str_skip(r->text, r->at), PZ_STR("\\u"))
        && pz_json_hex(r, r->at + 2, &low) == 0
        && low >= 0xdc00 && low <= 0xdfff)
    {
        r->at += 6;
        *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
        return 0;
    }
    *code = 0xfffd;
    return 0;
}

/* After a backslash: append what it stands for. */
static char *
pz_json_unescape(pz_json_reader_t *r, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;
    char        c = pz_json_peek(r);
    unsigned    code;

    if (c == 'u') {
        r->at++;
        return pz_json_unicode(r, &code) == 0 ? pz_json_utf8(out, code) : NULL;
    }
    found = c == '\0' ? NULL : strchr(from, c);
    if (found == NULL) {
        pz_json_fail(r, "unknown escape in a string (known: \\\" \\\\ \\/ \\b \\f \\n"
                     " \\r \\t \\u)");
        return NULL;
    }
    r->at++;
    *out++ = to[found - from];
    return out;
}

/*
 * Find the closing quote from r->at on, which stays; *escaped tells whether
 * anything needs decoding.
 */
static int
pz_json_string_end(pz_json_reader_t *r, size_t *end, int *escaped)
{
    size_t at = r->at, len;

    *escaped = 0;
    while (at < r->text.len && r->text.data[at] != '"') {
        if (r->text.data[at] == '\\') {
            *escaped = 1;
            at += 2;
            continue;
        }
        len = pz_str_utf8_head(pz_str_skip(r->text, at));
        if (len == 0 || (unsigned char) r->text.data[at] < 0x20) {
            r->at = at;
            return pz_json_fail(r, len == 0 ? "a string is not UTF-8"
                                : "a control character in a string: write it as \\n"
                                  " or \\u00XX; is a closing quote missing?");
        }
        at += len;
    }
    if (at >= r->text.len) {
        return pz_json_fail(r, "a string has no closing quote");
    }
    *end = at;
    return 0;
}

/* A string whose opening quote is next. */
static int
pz_json_text(pz_json_reader_t *r, pz_str_t *text)
{
    int    escaped;
    char  *out;
    size_t end = r->at;

    r->at++;
    if (pz_json_string_end(r, &end, &escaped) != 0) {
        return -1;
    }
    if (!escaped) {
        *text = pz_str_head(pz_str_skip(r->text, r->at), end - r->at);
        r->at = end + 1;
        return 0;
    }
    /* no escape is shorter than what it stands for */
    out = pz_arena_alloc(r->arena, end - r->at + 1);
    if (out == NULL) {
        return pz_json_no_room(r);
    }
    text->data = out;
    while (r->at < end) {
        if (r->text.data[r->at] != '\\') {
            *out++ = r->text.data[r->at++];
            continue;
        }
        r->at++;
        out = pz_json_unescape(r, out);
        if (out == NULL) {
            return -1;
        }
    }
    *out = '\0';
    text->len = (size_t) (out - text->data);
    r->at = end + 1;
    return 0;
}

static size_t
pz_json_digits(pz_json_reader_t *r)
{
    size_t start = r->at;

    while (pz_json_peek(r) >= '0' && pz_json_peek(r) <= '9') {
        r->at++;
    }
    return r->at - start;
}

/* RFC 8259, section 6: no leading zero, no bare point, no plus. */
static int
pz_json_number_end(pz_json_reader_t *r)
{
    if (pz_json_peek(r) == '-') {
        r->at++;
    }
    if (pz_json_peek(r) == '0') {
        r->at++;
    } else if (pz_json_digits(r) == 0) {
        return -1;
    }
    if (pz_json_peek(r) == '.') {
        r->at++;
        if (pz_json_digits(r) == 0) {
            return -1;
        }
    }
    if (pz_lower(pz_json_peek(r)) == 'e') {
        r->at++;
        if (pz_json_peek(r) == '+' || pz_json_peek(r) == '-') {
            r->at++;
        }
        if (pz_json_digits(r) == 0) {
            return -1;
        }
    }
    return 0;
}

static int
pz_json_scalar_number(pz_json_reader_t *r, pz_json_t *value)
{
    size_t start = r->at;

    if (pz_json_number_end(r) != 0) {
        return pz_json_fail(r, "a number that is malformed");
    }
    value->type = PZ_JSON_NUMBER;
    value->text = pz_str_head(pz_str_skip(r->text, start), r->at - start);
    if (pz_str_to_number(value->text, &value->number) != 0) {
        return pz_json_fail(r, "a number that is out of range");
    }
    return 0;
}

static int
pz_json_word(pz_json_reader_t *r, pz_json_t *value)
{
    pz_str_t rest = pz_str_skip(r->text, r->at);

    if (pz_str_starts(rest, PZ_STR("true"))) {
        value->type = PZ_JSON_BOOL;
        value->number = 1;
        r->at += 4;
    } else if (pz_str_starts(rest, PZ_STR("false"))) {
        value->type = PZ_JSON_BOOL;
        r->at += 5;
    } else if (pz_str_starts(rest, PZ_STR("null"))) {
        value->type = PZ_JSON_NULL;
        r->at += 4;
    } else {
        return pz_json_fail(r, rest.len == 0 ? "it ends where a value should be"
                            : "expected a value: {, [, \", a number, true, false"
                              " or null");
    }
    return 0;
}

/* `"name" :` of a member. */
static int
pz_json_member_name(pz_json_reader_t *r, pz_str_t *name)
{
    pz_json_space(r);
    if (pz_json_peek(r) != '"') {
        return pz_json_fail(r, "expected a member's name in double quotes");
    }
    if (pz_json_text(r, name) != 0) {
        return -1;
    }
    pz_json_space(r);
    if (pz_json_peek(r) != ':') {
        return pz_json_fail(r, "expected : after a member's name");
    }
    r->at++;
    return 0;
}

/* Children up to and with the closing bracket; the opening one is next. */
static int
pz_json_children(pz_json_reader_t *r, pz_json_t *parent, char close)
{
    pz_str_t    name = PZ_STR_NONE;
    pz_json_t **link = &parent->first;

    r->at++;
    pz_json_space(r);
    if (pz_json_peek(r) == close) {
        r->at++;
        return 0;
    }
    for (;;) {
        if (close == '}' && pz_json_member_name(r, &name) != 0) {
            return -1;
        }
        *link = pz_json_value(r);
        if (*link == NULL) {
            return -1;
        }
        (*link)->name = name;
        link = &(*link)->next;

        pz_json_space(r);
        if (pz_json_peek(r) == close) {
            r->at++;
            return 0;
        }
        if (pz_json_peek(r) != ',') {
            return pz_json_fail(r, close == '}' ? "expected , or } in an object"
                                : "expected , or ] in an array");
        }
        r->at++;
    }
}

static int
pz_json_container(pz_json_reader_t *r, pz_json_t *value)
{
    int failed;

    if (r->depth == PZ_JSON_DEPTH) {
        return pz_json_fail(r, "it nests deeper than 32 levels");
    }
    value->type = pz_json_peek(r) == '{' ? PZ_JSON_OBJECT : PZ_JSON_ARRAY;
    r->depth++;
    failed = pz_json_children(r, value, value->type == PZ_JSON_OBJECT ? '}' : ']');
    r->depth--;
    return failed;
}

static pz_json_t *
pz_json_value(pz_json_reader_t *r)
{
    int        failed;
    char       c;
    pz_json_t *value = pz_arena_zalloc(r->arena, sizeof(pz_json_t));

    if (value == NULL) {
        pz_json_no_room(r);
        return NULL;
    }
    pz_json_space(r);
    c = pz_json_peek(r);

    if (c == '{' || c == '[') {
        failed = pz_json_container(r, value);
    } else if (c == '"') {
        value->type = PZ_JSON_STRING;
        failed = pz_json_text(r, &value->text);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        failed = pz_json_scalar_number(r, value);
    } else {
        failed = pz_json_word(r, value);
    }
    return failed ? NULL : value;
}

pz_json_t *
pz_json_read(pz_arena_t *arena, pz_str_t text, pz_error_t *error)
{
    pz_json_t       *value;
    pz_json_reader_t r = { .arena = arena, .text = text, .error = error };

    if (pz_str_starts(text, PZ_STR("\xef\xbb\xbf"))) {
        r.at = 3;
    }
    value = pz_json_value(&r);
    if (value == NULL) {
        return NULL;
    }
    pz_json_space(&r);
    if (r.at != text.len) {
        pz_json_fail(&r, "something follows after the value");
        return NULL;
    }
    return value;
}

const pz_json_t *
pz_json_member(const pz_json_t *object, pz_str_t name)
{
    const pz_json_t *member, *found = NULL;

    if (object == NULL || object->type != PZ_JSON_OBJECT) {
        return NULL;
    }
    for (member = object->first; member != NULL; member = member->next) {
        if (pz_str_eq(member->name, name)) {
            found = member;
        }
    }
    return found;
}
