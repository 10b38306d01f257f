/*
 * Skimming changes nothing: a page in one piece, most of whose tags are skimmed,
 * comes out as it does byte by byte, where none can be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pz_rewriter.h"
#include "pz_sb.h"

static const char *const pages[] = {
    "<!doctype html><body class=x><div><p>a<p>b</div><ul><li>1<li class=\"t\">2</li></ul><p>c</p></body>",
    "<body>x<table><tbody><tr><td>1</td><td><b>2</b></td></tr> <tr><th>3</th>x</tr></tbody></table><p>d</p>",
    "<body>x<table><tr><td><table><tr><td>in</td></tr></table></td></tr></table><b>bold</b><i>it</i>",
    "<body>x<select><option>1</option><option>2<option selected>3</select><button><b>t</b></button>",
    "<body>x<svg><g><path d=\"M1\"/><a><circle></circle></a></g><foreignObject><div><![CDATA[<p>]]></div>"
    "<![CDATA[<p>]]></foreignObject></svg><p class=\"t u\">e</p>",
    "<body>x<a href=\"1\"><b><b><b><b>four</b></b></b></b><a href=\"2\">other</a><em><p>f</em>g</p>",
    "<body>x<h1>a<h2>b</h2></h1><button>c<button>d</button><dl><dt>e<dd>f</dl><div/><br/><img src=a>",
    "<body>x<div id = t></div><div id\n=\"t\"></div><div ID=t></div><div\nid='t'></div><div a=b=\"id=t>\">"
    "</div><div class=\"a\nt\tb\"></div><div class=\"at ta tt\"></div><div id id=t></div><p class=t",
    "<body>x<DIV CLASS=\"T t\"><SPAN>g</SPAN ></DIV\n><custom-name-long>h</custom-name-long><x-y>i</x-y>",
    "<body>x<p class=\"\001ab\"></p><p class=\"x \001ab\"></p><p class=\"ab\"></p><p class=a></p><p class='c a'>",
    "<body>x<template><div class=\"t\"><p>j</p></div></template><p id=\"t\"><span>k</p><span>l</span></p>",
    "<body>x<script>if (a<b && '</div>' < c) {}<!-- <script> </script> --></script><textarea><p></textarea><p>",
    "<frameset><frame></frameset><p>m</p> and more text that nobody asked for at all, to the end of the page",
};

static const char *const selectors[] = {
    ".\\1 ab", ".a", "p", ".t", "#t", "div > p", "td", "option", "svg a", "b", "li + li", "p:nth-of-type(2)", "*",
    "custom-name-long", "[id]", "button", "div", "span:not(.t)", "section",
};

static int
on_span(void *data, const pz_span_t *span)
{
    pz_sb_add(data, span->bytes);

    return 0;
}

static pz_rewriter_outcome_t
rewrite(pz_arena_t *arena, pz_edit_t *edit, pz_str_t page, size_t step, pz_sb_t *out)
{
    pz_rewriter_t *rw = pz_rewriter_create(arena, edit, 1, NULL, on_span, out);

    for (size_t at = 0; at < page.len; at += step) {
        assert_int_equal(0, pz_rewriter_feed(rw, pz_str_head(pz_str_skip(page, at), step)));
    }
    assert_int_equal(0, pz_rewriter_end(rw));

    return pz_rewriter_outcome(rw);
}

/* A chunk's last bytes are not skimmed: the page is followed by more of them. */
static void
compare(const char *selector, pz_edit_op_t op, const char *text)
{
    pz_arena_t *arena = pz_arena_create(4 << 20, 0);
    pz_edit_t   edit = { .op = op, .content = PZ_STR("[+]"), .slot = PZ_EDIT_NO_SLOT };
    pz_sb_t     whole, bytes, sb;
    pz_str_t    page;

    pz_sb_init(&sb, arena, 1 << 20);
    pz_sb_printf(&sb, "%s, and some more text to the end of the page", text);
    assert_int_equal(0, pz_sb_done(&sb, &page));

    edit.selector = pz_selector_parse(arena, pz_str_from(selector), NULL);
    assert_non_null(edit.selector);
    pz_sb_init(&whole, arena, 1 << 20);
    pz_sb_init(&bytes, arena, 1 << 20);

    assert_int_equal(rewrite(arena, &edit, page, page.len, &whole),
                     rewrite(arena, &edit, page, 1, &bytes));
    if (whole.len != bytes.len
        || (whole.len && memcmp(whole.data, bytes.data, whole.len)))
    {
        fail_msg("%s, operation %d\nwhole: %.*s\nbytes: %.*s", selector, (int) op,
                 (int) whole.len, whole.data, (int) bytes.len, bytes.data);
    }

    pz_arena_destroy(arena);
}

static void
test_nothing_changes(void **state)
{
    (void) state;

    for (size_t s = 0; s < sizeof(selectors) / sizeof(selectors[0]); s++) {
        for (size_t p = 0; p < sizeof(pages) / sizeof(pages[0]); p++) {
            for (pz_edit_op_t op = PZ_EDIT_BEFORE; op <= PZ_EDIT_REMOVE; op++) {
                compare(selectors[s], op, pages[p]);
            }
        }
    }
}

static void
test_empty_text(void **state)
{
    (void) state;

    compare("p", PZ_EDIT_AFTER, "<!-- a --><!----><!-->x<?pi?></><!DOCTYPE a><p>&amp;</p><!--");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_changes),
        cmocka_unit_test(test_empty_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
