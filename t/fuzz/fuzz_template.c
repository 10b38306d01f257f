/*
 * Templates.  The first byte chooses what the rest is: three values for a
 * template that is known, or a template for values that are hostile.  A value
 * never adds markup, a quote or a scheme.
 */
#include <stdlib.h>
#include <string.h>

#include "pz_template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KNOWN  "<p title=\"{{ a }}\"><a href=\"{{ b }}\">{{ c }}</a></p>"

static const pz_str_t hostile[] = {
    { "\"><script>alert(1)</script>", 27 }, { "' onload='x` ", 13 },
    { " java\tscript:alert(1)//", 23 }, { "-->]]>&lt;/title>\xff\0\n", 21 }, { "", 0 }, { "/", 1 }
};

typedef struct {
    const pz_str_t *values;
    size_t          n;
    size_t          at;    /* the next value, whatever its name */
} values_t;

static int
lookup(void *data, pz_str_t name, pz_str_t *value)
{
    values_t *v = data;

    (void) name;
    if (v->n == 0) {
        return -1;
    }
    *value = v->values[v->at++ % v->n];
    return 0;
}

static size_t
count(pz_str_t text, char byte)
{
    size_t i, n = 0;

    for (i = 0; i < text.len; i++) {
        n += text.data[i] == byte;
    }
    return n;
}

static void
check(int truth)
{
    if (!truth) {
        abort();
    }
}

/* As a browser reads an attribute: no leading controls, no tab, LF or CR. */
static void
check_scheme(pz_str_t url)
{
    char   text[16];
    size_t i, len = 0;

    while (url.len != 0 && (unsigned char) url.data[0] <= ' ') {
        url = pz_str_skip(url, 1);
    }
    for (i = 0; i < url.len && len < sizeof(text); i++) {
        if (url.data[i] != '\t' && url.data[i] != '\n' && url.data[i] != '\r') {
            text[len++] = pz_lower(url.data[i]);
        }
    }
    url = (pz_str_t) { text, len };
    check(!pz_str_starts(url, PZ_STR("javascript:")));
    check(!pz_str_starts(url, PZ_STR("vbscript:")));
    check(!pz_str_starts(url, PZ_STR("data:")));
    check(!pz_str_starts(url, PZ_STR("blob:")));
    check(!pz_str_starts(url, PZ_STR("file:")));
}

static pz_str_t
render(pz_arena_t *arena, const pz_template_t *t, values_t *values)
{
    pz_sb_t  sb;
    pz_str_t text = PZ_STR_NONE;

    pz_sb_init(&sb, arena, SIZE_MAX);
    check(pz_template_render(t, &sb, lookup, values) == 0);
    check(pz_sb_done(&sb, &text) == 0);
    check(pz_str_is_utf8(text) && pz_str_find_byte(text, '\0') < 0);
    return text;
}

/*
 * As many in the one as in the other: but a URL that is refused, be it for a
 * value or for the text in its place, goes with the template's part of it.
 */
static void
check_count(pz_str_t a, pz_str_t b, char byte)
{
    size_t na = count(a, byte), nb = count(b, byte);

    if (na != nb) {
        check(pz_str_find(na < nb ? a : b, PZ_STR("about:invalid")) >= 0);
    }
}

static void
fuzz_values(pz_arena_t *arena, pz_str_t rest)
{
    size_t               i, part;
    pz_str_t             values[3], text, href;
    values_t             v = { values, 3, 0 };
    const pz_template_t *t;

    for (i = 0; i < 3; i++) {
        part = rest.len == 0 ? 0 : (unsigned char) rest.data[0];
        rest = pz_str_skip(rest, 1);
        values[i] = i == 2 ? rest : pz_str_head(rest, part);
        rest = pz_str_skip(rest, part);
    }
    t = pz_template_parse(arena, PZ_STR(KNOWN), PZ_TEMPLATE_HTML, NULL, NULL, "f", 1, NULL);
    check(t != NULL);
    text = render(arena, t, &v);
    check(count(text, '<') == 4 && count(text, '>') == 4 && count(text, '"') == 4);
    check(count(text, '\'') == 0 && count(text, '`') == 0);

    href = pz_str_skip(text, (size_t) pz_str_find(text, PZ_STR("<a href=\"")) + 9);
    check_scheme(pz_str_head(href, (size_t) pz_str_find_byte(href, '"')));
}

static void
fuzz_source(pz_arena_t *arena, pz_str_t source, pz_template_kind_t kind)
{
    size_t               i;
    pz_sb_t              sb;
    values_t             none = { NULL, 0, 0 }, bad = { hostile, 6, 0 };
    pz_str_t             plain, text;
    pz_error_t           error = { .text = "" };
    const pz_template_t *t;
    static const char    markup[] = "<>\"'`";

    t = pz_template_parse(arena, source, kind, NULL, NULL, "f", 1, &error);
    if (t == NULL) {
        check(error.text[0] != '\0' && error.line >= 1);
        return;
    }
    if (kind == PZ_TEMPLATE_HEADER) {
        pz_sb_init(&sb, arena, SIZE_MAX);
        (void) pz_template_render(t, &sb, lookup, &bad);
        return;
    }
    plain = render(arena, t, &none);
    text = render(arena, t, &bad);
    if (kind != PZ_TEMPLATE_HTML) {
        return;
    }
    for (i = 0; i < 5; i++) {
        check_count(text, plain, markup[i]);
    }
    /* the hostile values have no braces: what comes out is as strict as before */
    if (pz_str_find(text, PZ_STR("{{")) < 0) {
        check(pz_template_parse(arena, text, kind, NULL, NULL, "f", 1, &error) != NULL);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pz_str_t    rest = { (const char *) data, size };
    pz_arena_t *arena = pz_arena_create(64 << 20, 0);

    if (size != 0) {
        rest = pz_str_skip(rest, 1);
        if (data[0] % 5 == 4) {
            fuzz_values(arena, rest);
        } else {
            fuzz_source(arena, rest, (pz_template_kind_t) (data[0] % 5));
        }
    }
    pz_arena_destroy(arena);
    return 0;
}
