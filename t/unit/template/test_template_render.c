#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena_case.h"
#include "pz_template.h"

#define BAD  "\xef\xbf\xbd"    /* U+FFFD */


static int
is_safe(void *data, pz_str_t name)
{
    (void) data;
    return pz_str_eq(name, PZ_STR("safe"));
}

/* a is the value, b is "bee", empty is there and empty, all else is absent. */
static int
lookup(void *data, pz_str_t name, pz_str_t *value)
{
    if (pz_str_eq(name, PZ_STR("a")) || pz_str_eq(name, PZ_STR("safe"))) {
        *value = *(pz_str_t *) data;
        return 0;
    }
    if (pz_str_eq(name, PZ_STR("b"))) {
        *value = PZ_STR("bee");
        return 0;
    }
    if (pz_str_eq(name, PZ_STR("empty"))) {
        *value = PZ_STR_NONE;
        return 0;
    }
    return -1;
}

static int
try(pz_template_kind_t kind, const char *source, pz_str_t a, pz_str_t *text)
{
    pz_sb_t              sb;
    pz_error_t           error;
    const pz_template_t *t;

    t = pz_template_parse(arena, pz_str_from(source), kind, is_safe, NULL, "f", 1, &error);
    if (t == NULL) {
        fail_msg("%s: %s", source, error.text);
    }
    pz_sb_init(&sb, arena, 1 << 20);
    if (pz_template_render(t, &sb, lookup, &a) != 0) {
        return -1;
    }
    assert_int_equal(pz_sb_done(&sb, text), 0);
    return 0;
}

static void
check(pz_template_kind_t kind, const char *source, pz_str_t a, const char *expected)
{
    pz_str_t text;

    assert_int_equal(try(kind, source, a, &text), 0);
    assert_string_equal(text.data, expected);
    assert_int_equal(text.len, strlen(expected));
}

#define html(source, a, expected)   check(PZ_TEMPLATE_HTML, source, PZ_STR(a), expected)
#define plain(source, a, expected)  check(PZ_TEMPLATE_PLAIN, source, PZ_STR(a), expected)
#define url(source, a, expected)    check(PZ_TEMPLATE_URL, source, PZ_STR(a), expected)

static void
test_text(void **state)
{
    (void) state;
    html("", "", "");
    html("Hello, {{ a }}!", "สมชาย", "Hello, สมชาย!");
    html("{{ a }}", "<b>&amp;\"'`</b>", "&lt;b&gt;&amp;amp;&quot;&#39;&#96;&lt;/b&gt;");
    html("<p title=\"{{ a }}\">", "\" onload=\"x", "<p title=\"&quot; onload=&quot;x\">");
    html("<p title='{{ a }}'>", "' onload='x", "<p title='&#39; onload=&#39;x'>");
    html("<title>{{ a }}</title>", "</title><b>", "<title>&lt;/title&gt;&lt;b&gt;</title>");
    html("<textarea>{{ a }}</textarea>", "</textarea>",
         "<textarea>&lt;/textarea&gt;</textarea>");
    html("{{ a }}", "-->]]>", "--&gt;]]&gt;");
    html("{{ a }}", "\xe2\x80\xa8\xe2\x80\xa9", "\xe2\x80\xa8\xe2\x80\xa9");
    html("{{a}}{{b}}{{a}}", "x", "xbeex");
    html("{{ a }}", "{{ b }}", "{{ b }}");    /* a value is no template */
}

static void
test_bad_bytes(void **state)
{
    (void) state;
    html("{{ a }}", "a\0b\x01\x1b[2J\x7f\t\n\r", "a" BAD "b" BAD BAD "[2J" BAD "\t\n\r");
    html("{{ a }}", "\xff\xc0\x80\xe0\xb8x\xed\xa0\x80", BAD BAD BAD BAD BAD "x" BAD BAD BAD);
    html("{{ a }}", "ก\xe0", "ก" BAD);
    html("<p title=\"{{ a }}\">", "\xf0\x9f\x90\x95\xf0\x9f", "<p title=\"\xf0\x9f\x90\x95"
         BAD BAD "\">");
    html("{{{ safe }}}", "<b>\xff\0</b>", "<b>" BAD BAD "</b>");
    plain("{{ a }}", "x\xff\0\"<", "x" BAD BAD "\"<");
}

static void
test_fallback(void **state)
{
    (void) state;
    html("{{ none | there }}", "", "there");
    html("{{ empty | there }}", "", "there");
    html("{{ a | there }}", "0", "0");
    html("{{ none }}{{ empty }}{{ none | }}", "", "");
    html("{{ none | <you> & \"me\" }}", "", "&lt;you&gt; &amp; &quot;me&quot;");
    html("<a href=\"{{ none | /home page }}\">", "", "<a href=\"/home%20page\">");
    html("<a href=\"{{ none | javascript:x }}\">", "", "<a href=\"about:invalid\">");
}

static void
test_raw(void **state)
{
    (void) state;
    html("<p>{{{ safe }}}</p>", "<b class='x'>&amp;</b>", "<p><b class='x'>&amp;</b></p>");
    html("{{{ safe | x }}}", "", "x");
    html("{{ safe }}", "<b>", "&lt;b&gt;");
}

static void
test_whole_urls(void **state)
{
    static const char *const fine[] = {
        "/a/b?c=d#e", "https://shop.example/p/1", "HTTP://x/", "//cdn.example/x", "?q=1", "#top",
        "p/1", "", "mailto:me@shop.example", "tel:+6621234567", "Mailto:x", "x/javascript:",
        "http://[::1]/", "/100%25", "a.b-c_d~e"
    };
    size_t i;
    char   expected[64];

    (void) state;
    for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        check(PZ_TEMPLATE_URL, "{{ a }}", pz_str_from(fine[i]), fine[i]);
        snprintf(expected, sizeof(expected), "<a href=\"%s\">x", fine[i]);
        check(PZ_TEMPLATE_HTML, "<a href=\"{{ a }}\">x", pz_str_from(fine[i]), expected);
    }
    html("<a href='{{ a }}'>", "/a?b=1&c='2'\"<>`", "<a href='/a?b=1&amp;c=%272%27%22%3C%3E%60'>");
    url("{{ a }}", "/a?b=1&c='2'", "/a?b=1&c=%272%27");
    html("<img src=\"{{ a }}\">", "/สินค้า 1", "<img src=\"/%E0%B8%AA%E0%B8%B4%E0%B8%99%E0%B8%84"
         "%E0%B9%89%E0%B8%B2%201\">");
    html("<a href=\" {{ a }}\">", "\n /x\t/y \x01", "<a href=\" /x/y\">");
    html("<a href=\"{{ a }}\">", "/\xff\x00", "<a href=\"/%EF%BF%BD\">");
    html("<a href=\"{{ a }}\">", "/\xff\x05z", "<a href=\"/%EF%BF%BD%05z\">");
    url("{{ a }}", "\\\\evil.example", "%5C%5Cevil.example");
}

/* What has ever been tried against a URL, and what is odd enough to be like it. */
static void
test_schemes(void **state)
{
    static const pz_str_t bad[] = {
        PZ_STR("javascript:alert(1)"), PZ_STR("JaVaScRiPt:alert(1)"),
        PZ_STR("  javascript:alert(1)"), PZ_STR("\x01\x02javascript:alert(1)"),
        PZ_STR("java\tscript:alert(1)"), PZ_STR("java\nscript:alert(1)"),
        PZ_STR("java\r\nscript:alert(1)"), PZ_STR("j\ta\nv\ra\tscript\t:alert(1)"),
        PZ_STR("javascript\n:alert(1)"), PZ_STR("java\0script:alert(1)"),
        PZ_STR("\0javascript:alert(1)"), PZ_STR("javascript:/*http://x*/alert(1)"),
        PZ_STR("data:text/html;base64,PHNjcmlwdD4="), PZ_STR("DATA:text/html,x"),
        PZ_STR("vbscript:msgbox(1)"), PZ_STR("livescript:x"), PZ_STR("mocha:x"),
        PZ_STR("blob:https://x"), PZ_STR("file:///etc/passwd"), PZ_STR("about:blank"),
        PZ_STR("view-source:x"), PZ_STR("ftp://x"), PZ_STR("httpss://x"), PZ_STR("http :x"),
        PZ_STR("ht\xe2\x80\x8btp:x"), PZ_STR("\xef\xbb\xbfjavascript:x"),
        PZ_STR("\xc2\xa0javascript:x"), PZ_STR(":javascript"), PZ_STR("\xff:x"),
        PZ_STR("&Tab;javascript:x"), PZ_STR("%6Aavascript:x"), PZ_STR("\\javascript:x"),
        PZ_STR("mailto"  "x:y"), PZ_STR("teljavascript:x"), PZ_STR("feed:javascript:x"),
        PZ_STR("jar:x"), PZ_STR("intent://x"), PZ_STR("a b:c")
    };
    size_t i;

    (void) state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check(PZ_TEMPLATE_HTML, "<a href=\"{{ a }}\">x</a>", bad[i],
              "<a href=\"about:invalid\">x</a>");
        check(PZ_TEMPLATE_HTML, "<svg><a xlink:href='{{ a }}/x'>x</a></svg>", bad[i],
              "<svg><a xlink:href='about:invalid'>x</a></svg>");
        check(PZ_TEMPLATE_URL, "{{ a }}?x={{ b }}", bad[i], "about:invalid");
    }
    /* harmless where they are: a path, a query, or a name that is no scheme */
    html("<a href=\"/{{ a }}\">", "javascript:x", "<a href=\"/javascript:x\">");
    html("<a href=\"?{{ a }}\">", "javascript:x", "<a href=\"?javascript%3Ax\">");
    html("<a href=\"{{ a }}\">", "javascript&colon;x", "<a href=\"javascript&amp;colon;x\">");
    html("<a href=\"{{ a }}\">", "&#106;avascript:x", "<a href=\"&amp;#106;avascript:x\">");
    html("<a href=\"{{ a }}\">", "javascript%3Ax", "<a href=\"javascript%3Ax\">");
    html("<a href=\"{{ a }}{{ a }}\">", "java", "<a href=\"javajava\">");
    html("<a href=\"{{ b }}{{ a }}\">", "script:x", "<a href=\"beescript%3Ax\">");
    html("<a href=\"{{ empty }}{{ a }}\">", "javascript:x", "<a href=\"javascript%3Ax\">");
}

static void
test_url_parts(void **state)
{
    (void) state;
    html("<a href=\"/p/{{ a }}\">", "a/b c?d#e%f", "<a href=\"/p/a/b%20c%3Fd%23e%25f\">");
    html("<a href=\"/s?q={{ a }}&amp;r=1\">", "a&b=c/d+e#f", "<a href=\"/s?q=a%26b%3Dc%2Fd%2Be%23f"
         "&amp;r=1\">");
    html("<a href=\"/x#{{ a }}\">", "\"><b>", "<a href=\"/x#%22%3E%3Cb%3E\">");
    html("<a href=\"mailto:{{ a }}\">", "me+x@y.example?bcc=z", "<a href=\"mailto:me+x@y.example"
         "%3Fbcc=z\">");
    html("<img src=\"https://{{ a }}.cdn.example/{{ b }}\">", "evil.example/",
         "<img src=\"https://evil.example%2F.cdn.example/bee\">");
    html("<a href=\"{{ b }}?ref={{ a }}&amp;x={{ a }}\">", "1&2", "<a href=\"bee?ref=1%262&amp;"
         "x=1%262\">");
    url("{{ b }}?ref={{ a }}&x={{ a }}", "1&2", "bee?ref=1%262&x=1%262");

    /* no value makes a path the name of a server */
    html("<a href=\"/{{ a }}\">", "/evil.example", "<a href=\"/%2Fevil.example\">");
    html("<a href=\"/{{ a }}\">", "\\evil.example", "<a href=\"/%5Cevil.example\">");
    html("<a href=\"/{{ a }}\">", "\t/evil.example", "<a href=\"/%09%2Fevil.example\">");
    html("<a href=\"/{{ none }}/{{ a }}\">", "evil.example", "<a href=\"/./evil.example\">");
    html("<a href=\"{{ none }}/{{ a }}\">", "/evil.example", "<a href=\"/%2Fevil.example\">");
    html("<a href=\"{{ none }}/{{ empty }}/{{ a }}\">", "evil", "<a href=\"/./evil\">");
    html("<iframe src=\"https://v.example/{{ a }}\"></iframe>", "../../x",
         "<iframe src=\"https://v.example/../../x\"></iframe>");
}

static void
test_headers(void **state)
{
    int      c;
    char     byte[3] = "x.";
    pz_str_t text;

    (void) state;
    check(PZ_TEMPLATE_HEADER, "free; {{ a }}", PZ_STR("ฟรี \"x\" <"), "free; ฟรี \"x\" <");
    check(PZ_TEMPLATE_HEADER, "{{ a }}", PZ_STR("x\xff"), "x" BAD);
    for (c = 0; c < 128; c++) {
        byte[1] = (char) c;
        assert_int_equal(try(PZ_TEMPLATE_HEADER, "{{ a }}", (pz_str_t) { byte, 2 }, &text),
                         c < 32 || c == 127 ? -1 : 0);
    }
    assert_int_equal(try(PZ_TEMPLATE_HEADER, "{{ a }}", PZ_STR("x\r\nSet-Cookie: y=z"), &text),
                     -1);
}

/* Every byte, in every place, leaves the markup as the template has it. */
static void
test_every_byte(void **state)
{
    int      c;
    char     byte[8];
    size_t   i, quotes, angles;
    pz_str_t text, a;

    (void) state;
    for (c = 0; c < 65536; c++) {
        a = (pz_str_t) { byte, (size_t) (c < 256 ? 1 : 2) };
        byte[0] = (char) (c & 0xff);
        byte[1] = (char) (c >> 8);
        assert_int_equal(try(PZ_TEMPLATE_HTML, "<p title=\"{{ a }}\"><a href=\"{{ a }}\">{{ a }}"
                             "</a></p>", a, &text), 0);
        for (i = 0, quotes = 0, angles = 0; i < text.len; i++) {
            quotes += text.data[i] == '"';
            angles += text.data[i] == '<' || text.data[i] == '>';
            assert_true(text.data[i] != '\'' && text.data[i] != '`' && text.data[i] != '\0');
        }
        assert_int_equal(quotes, 4);
        assert_int_equal(angles, 8);
        assert_true(pz_str_is_utf8(text));
        pz_arena_reset(arena);
    }
}

static void
test_long_values(void **state)
{
    size_t   len = 2 << 20;
    char    *big = malloc(len);
    pz_str_t text;

    (void) state;
    memset(big, '<', len);
    /* the builder's cap holds: 1 MiB here */
    assert_int_equal(try(PZ_TEMPLATE_HTML, "{{ a }}", (pz_str_t) { big, len }, &text), -1);
    assert_int_equal(try(PZ_TEMPLATE_HTML, "{{ a }}", (pz_str_t) { big, 200000 }, &text), 0);
    assert_int_equal(text.len, 800000);
    memset(big, 'j', len);
    assert_int_equal(try(PZ_TEMPLATE_URL, "{{ a }}", (pz_str_t) { big, 1 << 20 }, &text), 0);
    big[(1 << 20) - 1] = ':';
    assert_int_equal(try(PZ_TEMPLATE_URL, "{{ a }}", (pz_str_t) { big, 1 << 20 }, &text), 0);
    assert_string_equal(text.data, "about:invalid");
    free(big);
}

static void
test_budgets(void **state)
{
    int                  done = 0;
    size_t               budget;
    pz_sb_t              sb;
    pz_str_t             a = PZ_STR("\"<x>\xff"), text;
    pz_arena_t          *small;
    const pz_template_t *t;

    (void) state;
    t = pz_template_parse(arena, PZ_STR("<p title=\"{{ a }}\"><a href=\"/{{ a }}\">{{ a | x }}"),
                          PZ_TEMPLATE_HTML, NULL, NULL, "f", 1, NULL);
    for (budget = 0; budget < 1024; budget += 8) {
        small = pz_arena_create(budget, 0);
        pz_sb_init(&sb, small, SIZE_MAX);
        if (pz_template_render(t, &sb, lookup, &a) == 0 && pz_sb_done(&sb, &text) == 0) {
            done++;
        } else {
            assert_int_equal(done, 0);
        }
        pz_arena_destroy(small);
    }
    assert_true(done > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_bad_bytes),
        cmocka_unit_test(test_fallback),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_whole_urls),
        cmocka_unit_test(test_schemes),
        cmocka_unit_test(test_url_parts),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_budgets),
    };

    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
