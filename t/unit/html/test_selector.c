#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pz_rewriter.h"

static int
on_span(void *data, const pz_span_t *span)
{
    char *out = data;

    if (span->kind == PZ_SPAN_SLOT) {
        strcat(out, "*");
    } else {
        strncat(out, span->bytes.data, span->bytes.len);
    }

    return 0;
}

/* A star in front of each element that matches. */
static void
check(const char *selector, const char *page, const char *expected)
{
    pz_arena_t           *arena = pz_arena_create(1 << 20, 0);
    pz_rewriter_options_t options = { .explicit_only = 1 };
    pz_error_t            error;
    pz_edit_t             edit = { .op = PZ_EDIT_BEFORE, .slot = 0 };
    char                  out[1024] = "";
    pz_rewriter_t        *rw;

    edit.selector = pz_selector_parse(arena, pz_str_from(selector), &error);
    assert_non_null(edit.selector);
    assert_string_equal(pz_selector_text(edit.selector).data, selector);

    rw = pz_rewriter_create(arena, &edit, 1, &options, on_span, out);
    pz_rewriter_feed(rw, pz_str_from(page));
    pz_rewriter_end(rw);
    assert_string_equal(out, expected);
    pz_arena_destroy(arena);
}

static void
test_simple(void **state)
{
    (void) state;
    check("p", "<p>a<P>b<pre>c", "*<p>a*<P>b<pre>c");
    check("*", "<p>a</p><x-y>b", "*<p>a</p>*<x-y>b");
    check("#a", "<!DOCTYPE html><p id=a><p id=A><p ID='a'>",
          "<!DOCTYPE html>*<p id=a><p id=A>*<p ID='a'>");
    /* without a doctype the page is in quirks mode: ids and classes have no case */
    check("#a, .b", "<p id=A><p class=B>", "*<p id=A>*<p class=B>");
    check(".b", "<p class='a b'><p class=ab><p class='b\ta'>", "*<p class='a b'><p class=ab>*<p class='b\ta'>");
    check(".b", "<p class='a > b'><p class='>b'>", "*<p class='a > b'><p class='>b'>");
    check("p.a.b#c", "<p class='b a' id=c><p class=a id=c>", "*<p class='b a' id=c><p class=a id=c>");
    check("i, b", "<b>x</b><u>y</u><i>z</i>", "*<b>x</b><u>y</u>*<i>z</i>");
    check("a-very-long-element-name", "<a-very-long-element-name>", "*<a-very-long-element-name>");
}

static void
test_attributes(void **state)
{
    (void) state;
    static const char page[] = "<p x=ab><p x='cd ab'><p x=ab-c><p X=AB><p x><p>";

    check("[x]", page, "*<p x=ab>*<p x='cd ab'>*<p x=ab-c>*<p X=AB>*<p x><p>");
    check("[x=ab]", page, "*<p x=ab><p x='cd ab'><p x=ab-c><p X=AB><p x><p>");
    check("[x=ab i]", page, "*<p x=ab><p x='cd ab'><p x=ab-c>*<p X=AB><p x><p>");
    check("[x~='ab']", page, "*<p x=ab>*<p x='cd ab'><p x=ab-c><p X=AB><p x><p>");
    check("[x|=ab]", page, "*<p x=ab><p x='cd ab'>*<p x=ab-c><p X=AB><p x><p>");
    check("[x^=ab]", page, "*<p x=ab><p x='cd ab'>*<p x=ab-c><p X=AB><p x><p>");
    check("[x$=\"ab\"]", page, "*<p x=ab>*<p x='cd ab'><p x=ab-c><p X=AB><p x><p>");
    check("[ x *= b ]", page, "*<p x=ab>*<p x='cd ab'>*<p x=ab-c><p X=AB><p x><p>");
    check("[x*='']", page, page);
    check("[type=TEXT]", "<input type=text><p type=b>", "*<input type=text><p type=b>");
    check("[type=TEXT s]", "<input type=text>", "<input type=text>");
    check("[x]", "<p x=1 x=2>", "*<p x=1 x=2>");
    check("[x='2']", "<p x=1 x=2>", "<p x=1 x=2>");
}

static void
test_combinators(void **state)
{
    (void) state;
    check("div p", "<div><b><p></p></b></div><p>", "<div><b>*<p></p></b></div><p>");
    check("div > p", "<div><b><p></p></b><p></div>", "<div><b><p></p></b>*<p></div>");
    check("b + p", "<b></b><p></p><p></p><b></b>x<p></p>", "<b></b>*<p></p><p></p><b></b>x*<p></p>");
    check("b ~ p", "<p></p><b></b><i></i><p></p><p></p>", "<p></p><b></b><i></i>*<p></p>*<p></p>");
    check("ul > li + li a", "<ul><li><a>1</a><li><a>2</a></ul>", "<ul><li><a>1</a><li>*<a>2</a></ul>");
    check("table > tr", "<table><tr><td>", "<table><tr><td>");
    check("tbody > tr > td", "<table><tr><td>", "<table><tr>*<td>");
    check("div /**/ p", "<div><p>", "<div>*<p>");
}

static void
test_pseudos(void **state)
{
    static const char list[] = "<ul><li>1<li>2<li>3<li>4</ul>";

    (void) state;
    check("li:first-child", list, "<ul>*<li>1<li>2<li>3<li>4</ul>");
    check("li:nth-child(2n)", list, "<ul><li>1*<li>2<li>3*<li>4</ul>");
    check("li:nth-child( odd )", list, "<ul>*<li>1<li>2*<li>3<li>4</ul>");
    check("li:nth-child(-n + 2)", list, "<ul>*<li>1*<li>2<li>3<li>4</ul>");
    check("li:nth-child(3)", list, "<ul><li>1<li>2*<li>3<li>4</ul>");
    check("li:nth-child(n+3)", list, "<ul><li>1<li>2*<li>3*<li>4</ul>");
    check("p:first-of-type", "<i></i><p></p><p></p>", "<i></i>*<p></p><p></p>");
    check("p:nth-of-type(2)", "<p></p><i></i><p></p>", "<p></p><i></i>*<p></p>");
    check(":root", "<html><body>", "*<html><body>");
    check("p:not(.a)", "<p class=a><p class=b>", "<p class=a>*<p class=b>");
    check("p:not(div p, .a)", "<div><p></div><p class=a><p>", "<div><p></div><p class=a>*<p>");
    check(":is(h1, h2.a) > b", "<h1><b></b></h1><h2><b></b></h2>", "<h1>*<b></b></h1><h2><b></b></h2>");
    check(":where(ul > li)", "<ul><li><ol><li>", "<ul>*<li><ol><li>");
}

static void
test_escapes(void **state)
{
    (void) state;
    check("#\\31 23", "<p id=123>", "*<p id=123>");
    check(".md\\:w-1\\/2", "<p class='md:w-1/2'>", "*<p class='md:w-1/2'>");
    check("#\xe0\xb8\x81", "<p id=\xe0\xb8\x81>", "*<p id=\xe0\xb8\x81>");
    check("#\\e01", "<p id=\xe0\xb8\x81>", "*<p id=\xe0\xb8\x81>");
    check("[x='\\'']", "<p x=\"'\">", "*<p x=\"'\">");

    /* no code point: two bytes become three */
    check("#\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0", "<p id=x>", "<p id=x>");
    check("[x='\\0\\0']", "<p x=\xef\xbf\xbd\xef\xbf\xbd>", "*<p x=\xef\xbf\xbd\xef\xbf\xbd>");
}

static void
test_refused(void **state)
{
    static const struct {
        const char *selector;
        const char *text;
    } cases[] = {
        { "ul li:last-child", "at 6: ':last-child' cannot be known in a stream" },
        { "p:has(a)", "at 2: ':has' cannot be known in a stream" },
        { "p::before", "at 2: a pseudo-element is nothing" },
        { "p:hover", "at 2: ':hover' is a state of a browser" },
        { "p:wonder", "at 2: ':wonder' is not supported; these are:" },
        { "svg|a", "at 4: namespaces are not supported" },
        { "", "at 1: a selector is missing at the end" },
        { "p,", "at 3: a selector is missing at the end" },
        { "p >", "at 4: a selector is missing at the end" },
        { "> p", "at 1: a selector is expected, not '>'" },
        { "#1a", NULL },
        { ".1a", "at 2: a name cannot begin with a digit here" },
        { "[x", "at 3: ']', '=' or an operator" },
        { "[x='a]", "at 4: the string that begins here does not end" },
        { "p:nth-child(x)", "at 13: an+b is expected" },
        { "p:nth-child(2n+1 of .a)", "at 18: ':nth-child(... of ...)' is not supported" },
        { "p)", "at 2: ')' is not expected here" },
        { "p:not(", "at 7: a selector is missing" },
        { ":not(:not(:not(:not(:not(:not(:not(:not(:not(p)))))))))", "nest deeper than 8" },
        { "p\\", "nothing to escape" },
        { "div/**/p", "at 8: 'p' is not expected here" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pz_arena_t *arena = pz_arena_create(1 << 20, 0);
        pz_error_t  error = { .text = "" };
        const pz_selector_t *s = pz_selector_parse(arena, pz_str_from(cases[i].selector), &error);

        if (cases[i].text == NULL) {
            assert_non_null(s);
        } else {
            assert_null(s);
            if (strstr(error.text, cases[i].text) == NULL) {
                fail_msg("%s: '%s', not '%s'", cases[i].selector, error.text, cases[i].text);
            }
        }
        pz_arena_destroy(arena);
    }
}

static void
test_no_memory(void **state)
{
    (void) state;
    for (size_t budget = 0; budget < 4096; budget += 16) {
        pz_arena_t *arena = pz_arena_create(budget, 0);
        pz_error_t  error = { .text = "" };

        if (!pz_selector_parse(arena, PZ_STR("div > p.a[b='c']:not(.d, e f) , li"), &error)) {
            assert_non_null(strstr(error.text, "memory"));
        }
        pz_arena_destroy(arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_combinators),
        cmocka_unit_test(test_pseudos),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
