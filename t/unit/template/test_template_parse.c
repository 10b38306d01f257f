#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena_case.h"
#include "pz_template.h"

static int
is_safe(void *data, pz_str_t name)
{
    (void) data;
    return pz_str_starts(name, PZ_STR("safe"));
}

static const pz_template_t *
parse(const char *source, pz_template_kind_t kind, pz_error_t *error)
{
    return pz_template_parse(arena, pz_str_from(source), kind, is_safe, NULL, "shop.lua", 10,
                             error);
}

static void
check_good(const char *const *sources, size_t n, pz_template_kind_t kind)
{
    size_t     i;
    pz_error_t error;

    for (i = 0; i < n; i++) {
        if (parse(sources[i], kind, &error) == NULL) {
            fail_msg("%s\n  is refused: %s", sources[i], error.text);
        }
    }
}

typedef struct {
    const char *source;
    const char *why;    /* a part of the error */
} bad_t;

static void
check_bad(const bad_t *bad, size_t n, pz_template_kind_t kind)
{
    size_t     i;
    pz_error_t error;

    for (i = 0; i < n; i++) {
        error.text[0] = '\0';
        if (parse(bad[i].source, kind, &error) != NULL) {
            fail_msg("%s\n  is accepted", bad[i].source);
        }
        if (strstr(error.text, bad[i].why) == NULL) {
            fail_msg("%s\n  is refused for: %s", bad[i].source, error.text);
        }
        assert_string_equal(error.file, "shop.lua");
        assert_null(parse(bad[i].source, kind, NULL));
    }
}

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))

static void
test_markup(void **state)
{
    static const char *const good[] = {
        "", "text", "ยินดีต้อนรับ {{ name }}", "a > b & c", "<p>{{ a }}</p>", "</div><div>",
        "<p class=x id='y' hidden>{{a}}", "<br/>", "<br />", "<img alt=\"{{ a }}\"/>",
        "<a title='{{ a }}' href=\"{{ b }}\" >x</a >", "<a\n\thref = \"{{ a }}\"\n>",
        "<my-card data-name=\"{{ a }}\" aria-label=\"{{ b }}\"></my-card>",
        "<!-- note --><p>{{ a }}</p>", "<!---->", "<!--[if IE]><p><![endif]-->",
        "<script>if (a < b && \"</p>\") { f({ a: { b: 1 } }); }</script>{{ a }}",
        "<SCRIPT>x</Script >", "<script>'</scripts>'</script>", "<style>a > b {}</style>",
        "<title>{{ a }}</title>", "<textarea name=\"{{ a }}\">{{ b }}</textarea>",
        "<svg viewBox=\"0 0 1 1\"><title>{{ a }}</title><path d=\"M0 0\"/></svg>",
        "<iframe src=\"https://video.example/embed/{{ id }}?t={{ t }}\"></iframe>",
        "<form action=\"/buy/{{ sku }}\"><input value=\"{{ a }}\"></form>",
        "<a href=\"/p/{{ sku }}?q={{ q }}&amp;r={{ r }}#{{ s }}\">",
        "<a href=\"{{ url }}?ref={{ r }}&amp;x={{ x }}\">", "<a href=\"mailto:{{ email }}\">",
        "<a href=\"tel:{{ phone }}\">", "<img src=\"{{ image }}\" srcset=\"/a.png 2x\">",
        "<a href=\"javascript:go()\" onclick=\"go()\" style=\"color:red\">{{ a }}</a>",
        "{{a}}{{b}}", "{{ a.b:c-d_e }}", "{{ affinity:dogs }}", "{{ ชื่อ | ลูกค้า }}",
        "{{ a | }}", "{{a|b}}", "{{\n a \n|\n there \n}}", "{{{ safe_html }}}", "{ {a} }", "}}"
    };

    (void) state;
    check_good(good, COUNT(good), PZ_TEMPLATE_HTML);
}

static void
test_values_where_no_escape_is_right(void **state)
{
    static const bad_t bad[] = {
        { "<script>{{ a }}</script>", "in <script>" },
        { "<script>var a = \"{{ a }}\";</script>", "in <script>" },
        { "<script src=\"{{ a }}\"></script>", "<script> tag" },
        { "<script type=\"{{ a }}\"></script>", "<script> tag" },
        { "<style>p { color: {{ a }} }</style>", "in <style>" },
        { "<svg><style>{{ a }}</style></svg>", "in <style>" },
        { "<xmp>{{ a }}</xmp>", "in <xmp>" },
        { "<noembed>{{ a }}</noembed>", "in <noembed>" },
        { "<iframe>{{ a }}</iframe>", "in <iframe>" },
        { "<plaintext>{{ a }}", "whole page" },
        { "<!-- {{ a }} -->", "comment" }, { "<!--{{ a }}-->", "comment" },
        { "<!{{ a }}>", "\"<!\"" }, { "<?{{ a }}?>", "\"<?\"" },
        { "<![CDATA[{{ a }}]]>", "\"<!\"" }, { "<!doctype {{ a }}>", "\"<!\"" },
        { "<{{ a }}>", "begins no tag" }, { "</{{ a }}>", "must be followed by a name" },
        { "<p{{ a }}>", "tag's name" }, { "<p-{{ a }}>", "tag's name" },
        { "</p{{ a }}>", "must be followed" },
        { "<p {{ a }}>", "between the attributes" },
        { "<p x=\"y\" {{ a }}>", "between the attributes" },
        { "<p x=\"y\"{{ a }}>", "between the attributes" },
        { "<p data-{{ a }}=\"x\">", "attribute's name" },
        { "<p {{ a }}=\"x\">", "between the attributes" },
        { "<p x={{ a }}>", "in quotes" }, { "<p x= {{ a }}>", "in quotes" },
        { "<p x=y{{ a }}>", "in quotes" }, { "<a href=/p/{{ a }}>", "in quotes" },
        { "<p onclick=\"{{ a }}\">", "attribute onclick" },
        { "<p ONMOUSEOVER='x(\"{{ a }}\")'>", "attribute ONMOUSEOVER" },
        { "<p style=\"color:{{ a }}\">", "attribute style" },
        { "<iframe srcdoc=\"{{ a }}\"></iframe>", "attribute srcdoc" },
        { "<img srcset=\"{{ a }} 2x\">", "attribute srcset" },
        { "<a ping=\"{{ a }}\">", "attribute ping" },
        { "<p :title=\"{{ a }}\">", "attribute :title" },
        { "<p @click=\"{{ a }}\">", "attribute @click" },
        { "<p v-html=\"{{ a }}\">", "attribute v-html" },
        { "<p x-data=\"{{ a }}\">", "attribute x-data" },
        { "<p ng-init=\"{{ a }}\">", "attribute ng-init" },
        { "<p hx-on:click=\"{{ a }}\">", "attribute hx-on:click" },
        { "<p data-bind=\"{{ a }}\">", "attribute data-bind" },
        { "<p [x]=\"{{ a }}\">", "attribute [x]" },
        { "<base href=\"{{ a }}\">", "<base> tag" },
        { "<link href=\"/{{ a }}\">", "<link> tag" },
        { "<meta content=\"{{ a }}\">", "<meta> tag" },
        { "<object data=\"{{ a }}\"></object>", "<object> tag" },
        { "<embed src=\"/{{ a }}\">", "<embed> tag" },
        { "<svg><animate values=\"{{ a }}\"/></svg>", "<animate> tag" },
        { "<svg><set to=\"{{ a }}\"/></svg>", "<set> tag" },
        { "&{{ a }}", "unfinished" }, { "&#{{ a }};", "unfinished" },
        { "<p title=\"&lt{{ a }}\">", "unfinished" },
    };

    (void) state;
    check_bad(bad, COUNT(bad), PZ_TEMPLATE_HTML);
}

static void
test_urls(void **state)
{
    static const bad_t bad[] = {
        { "<a href=\"javascript:f({{ a }})\">", "http:" },
        { "<a href=\" JavaScript:{{ a }}\">", "http:" },
        { "<a href=\"java\nscript:{{ a }}\">", "http:" },
        { "<a href=\"data:text/html,{{ a }}\">", "http:" },
        { "<a href=\"vbscript:{{ a }}\">", "http:" },
        { "<a href=\"x-app:{{ a }}\">", "http:" },
        { "<a href=\"blob:{{ a }}\">", "http:" },
        { "<a href=\":{{ a }}\">", "http:" },
        { "<a href=\"{{ a }}:{{ b }}\">", "scheme" },
        { "<a href=\"{{ a }}:alert(1)\">", "scheme" },
        { "<a href=\"java{{ a }}:alert(1)\">", "scheme" },
        { "<a href=\"&#106;avascript{{ a }}\">", "character references" },
        { "<a href=\"javascript&colon;{{ a }}\">", "character references" },
        { "<a href=\"{{ a }}&colon;alert(1)\">", "&amp;" },
        { "<a href=\"{{ a }}&#58;alert(1)\">", "&amp;" },
        { "<svg><a xlink:href=\"javascript:{{ a }}\">x</a></svg>", "http:" },
        { "<form action=\"{{ a }}\">", "server" },
        { "<form action=\"https://{{ a }}/x\">", "server" },
        { "<button formaction=\"//{{ a }}\">", "server" },
        { "<iframe src=\"https://{{ a }}.example/\"></iframe>", "server" },
        { "<iframe src=\"https:{{ a }}\"></iframe>", "server" },
    };
    static const bad_t bad_plain[] = {
        { "javascript:{{ a }}", "http:" }, { "{{ a }}:x", "scheme" },
        { "{{{ safe }}}", "is for HTML" },
    };
    static const char *const good_plain[] = {
        "{{ url }}", "/p/{{ sku }}", "https://cdn.example/{{ image }}?a=1&b={{ b }}",
        "javascript:go()", "{{ url }}&x={{ y }}", "&#106;{{ a }}"
    };

    (void) state;
    check_bad(bad, COUNT(bad), PZ_TEMPLATE_HTML);
    check_bad(bad_plain, COUNT(bad_plain), PZ_TEMPLATE_URL);
    check_good(good_plain, COUNT(good_plain), PZ_TEMPLATE_URL);
}

/* Whatever would swallow or change the page behind it, also without values. */
static void
test_odd_markup(void **state)
{
    static const bad_t bad[] = {
        { "a < b", "&lt;" }, { "<", "&lt;" }, { "<3", "&lt;" }, { "</", "must be followed" },
        { "<p", "not closed" }, { "<p ", "not closed" }, { "<p x", "not closed" },
        { "<p x=\"y", "last quote" }, { "<p x=\"y\"", "not closed" }, { "<p x='", "last quote" },
        { "<p x=", "no value" }, { "<p x=>", "no value" }, { "<p x=\"a\"y=\"b\">", "space" },
        { "<p \"x\">", "stray" }, { "<p =x>", "stray" }, { "<p <b>", "stray" }, { "<p x<y>", "stray" },
        { "<p / x>", "\"/\"" }, { "<p x=a\"b>", "quotes" }, { "<p x=a'b>", "quotes" },
        { "<p x=`a`>", "quotes" }, { "<p x=a<b>", "quotes" }, { "<p {x}>", "stray" },
        { "<p$>", "in its name" }, { "</p", "must be followed" }, { "</p x=\"y\">", "must be" },
        { "</p/>", "must be followed" }, { "</ p>", "must be followed" },
        { "<!-- a", "not closed" }, { "<!--> a -->", "may not begin" },
        { "<!---> a -->", "may not begin" }, { "<!-- a --!> b -->", "must end" },
        { "<!doctype html>", "no place" }, { "<?xml version=\"1.0\"?>", "no place" },
        { "<script>", "</script>" }, { "<script>a</scrip>", "</script>" },
        { "<script><!-- <script> </script>", "<!--" }, { "<script/>", "does not close" },
        { "<script></script x>", "must be followed" }, { "<style>a</style", "may stand" },
        { "<style>a", "</style>" },
        { "<style><b></style>", "no \"<\"" }, { "<title>a", "</title>" },
        { "<title><b></title>", "only text" }, { "<title></titles>", "only text" },
        { "<textarea/>", "does not close" }, { "<svg><script>a<b</script></svg>", "no \"<\"" },
        { "<plaintext>", "whole page" }, { "\xff", "UTF-8" }, { "a\xe0\xb8", "UTF-8" },
    };

    (void) state;
    check_bad(bad, COUNT(bad), PZ_TEMPLATE_HTML);
    assert_null(pz_template_parse(arena, PZ_STR("a\0b"), PZ_TEMPLATE_HTML, NULL, NULL, "f", 1,
                                  NULL));
}

static void
test_braces(void **state)
{
    static const bad_t bad[] = {
        { "{{", "without" }, { "{{ a", "without" }, { "{{ a }", "without" },
        { "{{{ safe }}", "without" }, { "{{ a }}}", "pair" }, { "{{ a {{ b }}", "pair" },
        { "{{{{ safe }}}}", "pair" }, { "{{ {a} }}", "pair" }, { "{{}}", "not the name" },
        { "{{ }}", "not the name" }, { "{{ | x }}", "not the name" },
        { "{{ a b }}", "not the name" }, { "{{ a<b }}", "not the name" },
        { "{{ a\"b }}", "not the name" }, { "{{ a/b }}", "not the name" },
        { "{{ a | b | c }}", "filters" }, { "{{{ name }}}", "not declared safe" },
        { "<p title=\"{{{ safe }}}\">", "only in text" },
        { "<title>{{{ safe }}}</title>", "only in text" },
    };

    (void) state;
    check_bad(bad, COUNT(bad), PZ_TEMPLATE_HTML);
    assert_null(pz_template_parse(arena, PZ_STR("{{{ safe }}}"), PZ_TEMPLATE_HTML, NULL, NULL,
                                  "f", 1, NULL));
}

static void
test_headers(void **state)
{
    static const bad_t bad[] = {
        { "a\r\nb", "control" }, { "{{ a | x\ny }}", "control" }, { "a\tb", "control" },
        { "\x7f", "control" },
    };
    static const char *const good[] = { "free-shipping; {{ a }}", "<p {{ a }}", "" };

    (void) state;
    check_bad(bad, COUNT(bad), PZ_TEMPLATE_HEADER);
    check_good(good, COUNT(good), PZ_TEMPLATE_HEADER);
    check_good(good, COUNT(good), PZ_TEMPLATE_PLAIN);
}

static void
test_lines(void **state)
{
    pz_error_t error;

    (void) state;
    assert_null(parse("<p>\n{{ a }}\n  <b {{ c }}>", PZ_TEMPLATE_HTML, &error));
    assert_int_equal(error.line, 12);
    assert_null(parse("\n\n<div>\n<p title=\"\n\n", PZ_TEMPLATE_HTML, &error));
    assert_int_equal(error.line, 13);
    assert_null(parse("{{ a | b\n}} \n{{ ! }}", PZ_TEMPLATE_PLAIN, &error));
    assert_int_equal(error.line, 12);
}

static void
test_names(void **state)
{
    char                *many = malloc(300 * 8 + 1), *p = many;
    int                  i;
    pz_str_t             name;
    pz_error_t           error;
    const pz_template_t *t = parse("{{ a }}x{{ b | q }}{{a}}{{ ctx.city }}", PZ_TEMPLATE_HTML,
                                   &error);

    (void) state;
    assert_false(pz_template_is_constant(t));
    assert_int_equal(pz_template_name(t, 0, &name), 0);
    assert_true(pz_str_eq(name, PZ_STR("a")));
    assert_int_equal(pz_template_name(t, 1, &name), 0);
    assert_true(pz_str_eq(name, PZ_STR("b")));
    assert_int_equal(pz_template_name(t, 2, &name), 0);
    assert_true(pz_str_eq(name, PZ_STR("ctx.city")));
    assert_int_equal(pz_template_name(t, 3, &name), -1);
    assert_true(pz_template_is_constant(parse("<p>x</p>", PZ_TEMPLATE_HTML, &error)));

    for (i = 0; i < 257; i++) {
        p += sprintf(p, "{{%d}}", i);
    }
    assert_null(parse(many, PZ_TEMPLATE_PLAIN, &error));
    assert_non_null(strstr(error.text, "256"));
    free(many);
}

static int
build(pz_arena_t *in, pz_error_t *error)
{
    return pz_template_parse(in, PZ_STR("<p title=\"{{ a }}\"><a href=\"{{ b }}\">{{ c }}"),
                             PZ_TEMPLATE_HTML, NULL, NULL, "f", 1, error) != NULL;
}

static void
test_budgets(void **state)
{
    (void) state;
    arena_try_budgets(2048, build);
}

/* Every beginning of a page is refused or not, but never read past its end. */
static void
test_cut_anywhere(void **state)
{
    size_t      i;
    char       *copy;
    pz_str_t    whole = PZ_STR("<!-- a --><p class=x title='{{ a | b }}'><a href=\"/x/{{ b }}\">"
                               "</a ><script>a<b</script><svg><title>{{{ safe }}}</title></svg>"
                               "<textarea>{{ c }}</textarea>&amp;<br/>");
    pz_arena_t *own = pz_arena_create(1 << 20, 0);

    (void) state;
    for (i = 0; i <= whole.len; i++) {
        copy = malloc(i + 1);
        memcpy(copy, whole.data, i);
        (void) pz_template_parse(own, (pz_str_t) { copy, i }, PZ_TEMPLATE_HTML, is_safe, NULL,
                                 "f", 1, NULL);
        free(copy);
        pz_arena_reset(own);
    }
    pz_arena_destroy(own);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markup),
        cmocka_unit_test(test_values_where_no_escape_is_right),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_odd_markup),
        cmocka_unit_test(test_braces),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_budgets),
        cmocka_unit_test(test_cut_anywhere),
    };

    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
