/*
 * Skimming changes nothing: a page in one piece, most of whose tags are skimmed,
 * comes out as it does in pieces that no tag fits in.
 */
#include "page_files.h"
#include "rewrite_case.h"

#define BUDGET  (64u << 20)

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
    "<body>x and so on<div a=\"b\" id='t'><i b=\"id='t'\" c='\"><p class=t>'>1</i></div><b =\"c>d\" class=t>2</b><i "
    "\nclass=\"t\"\nid=\"u\">3</i><p a=b=\"c>d\"e=\"f\">4</p><p a class=\"t\" b/>5</p><p a\"b=\"c\" class=\"t\">6</p>",
    "<body>x and so on<p data-id=\"t\" id=\"t\">1</p><p data-class=\"t\">2</p><p \001class=\"t\">3</p><p/class=\"t\">4"
    "</p><a title=\"it's > all\" href=\"a value that goes on, and on, and on, and beyond the end of the window\" CLASS=\"t\">5</a>",
    "<body>x and so on<p class=\"more-words than-two-blocks-of 16-bytes-have in-them t\">1</p><p class=\"u\" id =\"t\">2</p>"
    "<p class=\"a\" id= \"t\">3</p><p class=\"\"id=\"t\">4</p><p class=\"u\"/id=\"t\"/>5</p><p id>6</p><p id class>7</p>",
    "<body>x<template><div class=\"t\"><p>j</p></div></template><p id=\"t\"><span>k</p><span>l</span></p>",
    "<body>x<script>if (a<b && '</div>' < c) {}<!-- <script> </script> --></script><textarea><p></textarea><p>",
    "<frameset><frame></frameset><p>m</p> and more text that nobody asked for at all, to the end of the page",
};

static const char *const selectors[] = {
    ".\\1 ab", ".a", "p", ".t", "#t", "div > p", "td", "option", "svg a", "b", "li + li", "p:nth-of-type(2)", "*",
    "custom-name-long", "[id]", "button", "div", "span:not(.t)", "section", "a:nth-child(2)", "div > div > a",
    "ul ~ p", "h2 + div", "path:nth-child(3)", "td:nth-child(2)", "tr + tr a", "li:nth-child(3) a",
};

/* The page whole, and in pieces of `step` bytes, by the edits that the run has. */
static void
compare(run_t *run, const char *name, pz_str_t page, size_t step)
{
    pz_rewriter_outcome_t outcome;
    unsigned              matches[EDITS_MAX];
    size_t                len;
    char                 *whole;

    rewrite(run, page.data, page.len, page.len, BUDGET);
    len = run->len;
    whole = malloc(len + 1);
    memcpy(whole, run->out, len + 1);
    memcpy(matches, run->matches, sizeof(matches));
    outcome = run->outcome;

    rewrite(run, page.data, page.len, step, BUDGET);
    if (len != run->len || memcmp(whole, run->out, len)) {
        size_t at = 0;

        while (at < len && at < run->len && whole[at] == run->out[at]) {
            at++;
        }
        fail_msg("%s, edit 0 is operation %d: at byte %zu\nwhole:  %.200s\npieces: %.200s", name,
                 (int) run->edits[0].op, at, whole + at, run->out + at);
    }
    assert_int_equal(outcome, run->outcome);
    assert_memory_equal(matches, run->matches, sizeof(matches));
    free(whole);
}

/* A chunk's last bytes are not skimmed: the page is followed by more of them. */
static void
compare_text(const char *selector, pz_edit_op_t op, const char *text)
{
    char   page[1024];
    size_t len = (size_t) snprintf(page, sizeof(page),
                                   "%s, and some more text to the end of the page", text);
    run_t *run = run_begin();

    assert_true(len < sizeof(page));
    run_add(run, selector, op, "", "[+]");
    compare(run, selector, (pz_str_t) { page, len }, 1);
    run_end(run);
}

static void
test_nothing_changes(void **state)
{
    (void) state;

    for (size_t s = 0; s < sizeof(selectors) / sizeof(selectors[0]); s++) {
        for (size_t p = 0; p < sizeof(pages) / sizeof(pages[0]); p++) {
            for (pz_edit_op_t op = PZ_EDIT_BEFORE; op <= PZ_EDIT_REMOVE; op++) {
                compare_text(selectors[s], op, pages[p]);
            }
        }
    }
}

/* The window in which attributes are read ends anywhere in them. */
static void
test_windows(void **state)
{
    static const char *const attrs[] = {
        "id=\"t\"", "class=\"a t\"", "title=\"id='t'>\" id=\"t\"", "a href=\"?\" class=\"x\"", "id='t'",
        "class='t'", "class=\"t", "alt=\"'\" b class=\"t\"/",
    };
    char page[512];

    (void) state;

    for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
        for (int len = 0; len < 140; len++) {
            snprintf(page, sizeof(page), "<body>x and so on<a href=\"%0*d\" %s>1</a><i x=\"%0*d\" %s>2</i>",
                     len, 0, attrs[i], len / 2, 0, attrs[(i + 1) % 3]);
            compare_text("#t", PZ_EDIT_AFTER, page);
            compare_text(".t", PZ_EDIT_PREPEND, page);
        }
    }
}

static void
test_empty_text(void **state)
{
    (void) state;

    compare_text("p", PZ_EDIT_AFTER, "<!-- a --><!----><!-->x<?pi?></><!DOCTYPE a><p>&amp;</p><!--");
}

/* Each selector alone, by one operation after the other; then as many as a run takes. */
static void
on_page(void *data, const char *name, pz_str_t page)
{
    static const size_t n = sizeof(selectors) / sizeof(selectors[0]);
    size_t             *count = data;
    run_t              *run;

    for (size_t s = 0; s < n; s++) {
        run = run_begin();
        run_add(run, selectors[s], (pz_edit_op_t) ((s + (*count)++) % (PZ_EDIT_REMOVE + 1)), "", "[+]");
        compare(run, name, page, 17);
        run_end(run);
    }

    run = run_begin();
    for (size_t s = 0; s < EDITS_MAX; s++) {
        run_add(run, selectors[(s + *count) % n], s % 2 ? PZ_EDIT_ADD_CLASS : PZ_EDIT_APPEND, "pz", "[+]");
    }
    compare(run, name, page, 17);
    run_end(run);
}

static void
test_files(void **state)
{
    size_t count = 0;

    (void) state;
    assert_true(page_files("t/pages/*.html", on_page, &count) > 0);
    page_files("../shared/pages/*.html", on_page, &count);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_changes),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_empty_text),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
