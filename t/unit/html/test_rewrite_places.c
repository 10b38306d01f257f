/* Where the page leaves tags out, has them late, or not where the element ends. */

#include "rewrite_case.h"

/* Tags that the page leaves out are written where an edit stands between elements. */
static void
test_left_out_tags(void **state)
{
    static const rewrite_case_t cases[] = {
        { "li", PZ_EDIT_AFTER, "", "+", "<ul><li>a<li>b</ul>", "<ul><li>a</li>+<li>b</li>+</ul>",
          PZ_OUTCOME_DONE },
        { "tbody", PZ_EDIT_APPEND, "", "+", "<table><tr><td>a</table>",
          "<table><tbody><tr><td>a</td></tr>+</table>", PZ_OUTCOME_DONE },
        { "body", PZ_EDIT_PREPEND, "", "+", "<title>x</title><h1>y",
          "<title>x</title></head><body>+<h1>y", PZ_OUTCOME_DONE },
        { "body", PZ_EDIT_PREPEND, "", "+", "{\"json\": \"<b>\"}", "{\"json\": \"<b>\"}",
          PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* What one token implies, closes and opens again: each tag once, and in its place. */
static void
test_implied_tags(void **state)
{
    static const struct {
        pz_edit_op_t op;
        const char  *name, *selector;
        const char  *page, *expected;
    } cases[] = {
        { PZ_EDIT_APPEND, "", "p", "<p>x", "<html><head>H</head><body>B<p>x+" },
        { PZ_EDIT_BEFORE, "", "p", "<p>x", "<html><head>H</head><body>B+<p>x" },
        { PZ_EDIT_SET_ATTR, "n", "html", "<p>x", "<html n=\"+\"><head>H</head><body>B<p>x" },
        { PZ_EDIT_BEFORE, "", "head", "<p>x", "<html>+<head>H</head><body>B<p>x" },
        { PZ_EDIT_AFTER, "", "head", "<p>x", "<html><head>H</head>+<body>B<p>x" },
        { PZ_EDIT_BEFORE, "", "body", "<body>x", "<html><head>H</head>+<body>Bx" },
        { PZ_EDIT_BEFORE, "", "p", "<title>t</title><p>x",
          "<html><head><title>t</title>H</head><body>B+<p>x" },
        { PZ_EDIT_APPEND, "", "p", "<html><p>x", "<html><head>H</head><body>B<p>x+" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run_t *run = run_begin();

        run_add(run, "head", PZ_EDIT_APPEND, "", "H");
        run_add(run, "body", PZ_EDIT_PREPEND, "", "B");
        run_add(run, cases[i].selector, cases[i].op, cases[i].name, "+");
        check(run, cases[i].page, cases[i].expected);
        assert_int_equal(run->outcome, PZ_OUTCOME_DONE);
        run_end(run);
    }
}

static void
test_implied_one_by_one(void **state)
{
    static const rewrite_case_t cases[] = {
        { "p", PZ_EDIT_BEFORE, "", "+", "<head><title>t</title><p>x",
          "<head><title>t</title></head><body>+<p>x", PZ_OUTCOME_DONE },
        { "td", PZ_EDIT_BEFORE, "", "+", "<table><caption><div><td>x",
          "<table><caption><div><tbody><tr>+<td>x", PZ_OUTCOME_DONE },
        { "td", PZ_EDIT_BEFORE, "", "+", "<table><colgroup><col><td>x<tr><td>y",
          "<table><colgroup><col><tbody><tr>+<td>x<tr>+<td>y", PZ_OUTCOME_DONE },
        { "tbody", PZ_EDIT_SET_ATTR, "n", "+", "<table><caption><div><td>x",
          "<table><caption><div></div></caption><tbody n=\"+\"><td>x", PZ_OUTCOME_DONE },
        { "frameset", PZ_EDIT_BEFORE, "", "+", "<frameset></frameset>",
          "<head></head>+<frameset></frameset>", PZ_OUTCOME_DONE },
        { "head, body", PZ_EDIT_BEFORE, "", "+", "<body>x",
          "<html>+<head></head>+<body>x", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* A frameset may take the place of a body in which there is no text: nobody knows before. */
static void
test_frameset(void **state)
{
    static const rewrite_case_t cases[] = {
        { "frame", PZ_EDIT_BEFORE, "", "+", "<frameset><frame></frameset>", "<frameset>+<frame></frameset>",
          PZ_OUTCOME_DONE },
        { "p", PZ_EDIT_BEFORE, "", "+", "<p></p><frameset><frame></frameset>",
          "<body>+<p></p><frameset><frame></frameset>", PZ_OUTCOME_AMBIGUOUS },
        { "frameset", PZ_EDIT_REPLACE, "", "+", "<p></p><frameset><frame></frameset>",
          "<p></p><frameset><frame></frameset>", PZ_OUTCOME_AMBIGUOUS },
        { "frameset", PZ_EDIT_REPLACE, "", "+", "<p>x</p><frameset><frame></frameset>",
          "<p>x</p><frameset><frame></frameset>", PZ_OUTCOME_DONE },
        { "br", PZ_EDIT_REMOVE, "", "", "<p><br><frameset></p>x<br>", "<p><frameset></p>x<br>",
          PZ_OUTCOME_AMBIGUOUS },
        { "i", PZ_EDIT_INNER, "", "", "<p><i>x</i><frameset></p>x<i>y", "<p><i></i><frameset></p>x<i>y",
          PZ_OUTCOME_AMBIGUOUS },
        { "i", PZ_EDIT_REMOVE, "", "", "<p>x<i><frameset>y</i>z<i>", "<p>xz", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* An object that a table closes leaves a marker, and behind it no b opens anew. */
static void
test_marker(void **state)
{
    static const rewrite_case_t cases[] = {
        { "b", PZ_EDIT_APPEND, "", "+", "<table><b><object><col>x", "<table><b><object><col>x",
          PZ_OUTCOME_AMBIGUOUS },
        { "object", PZ_EDIT_REMOVE, "", "", "<table><b><object>y<col>x", "<table><b><col>x",
          PZ_OUTCOME_AMBIGUOUS },
        { "i", PZ_EDIT_APPEND, "", "+", "<table><i><object></object><col>",
          "<table><i><object></object>+<col>", PZ_OUTCOME_DONE },
        { "p", PZ_EDIT_APPEND, "", "+", "<table><p><object><col>",
          "<table><p><object></object>+<col>", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* A parser drops a newline behind the start tag of pre: that one, and no other. */
static void
test_newline(void **state)
{
    static const rewrite_case_t cases[] = {
        { "pre", PZ_EDIT_PREPEND, "", "+", "<pre>\nx</pre>", "<pre>\n+x</pre>", PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_PREPEND, "", "+", "<pre>\r\nx</pre>", "<pre>\n+x</pre>",
          PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_PREPEND, "", "+", "<pre>\r\r\nx</pre>", "<pre>\n+\r\nx</pre>",
          PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_PREPEND, "", "+", "<pre>\n\nx</pre>", "<pre>\n+\nx</pre>",
          PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_PREPEND, "", "\n+", "<pre>x</pre>", "<pre>\n\n+x</pre>",
          PZ_OUTCOME_DONE },
        { "listing", PZ_EDIT_PREPEND, "", "+", "<listing>\r", "<listing>\n+", PZ_OUTCOME_DONE },
        { "textarea", PZ_EDIT_PREPEND, "", "+", "<textarea>\nx</textarea>",
          "<textarea>\n+x</textarea>", PZ_OUTCOME_DONE },
        { "textarea", PZ_EDIT_INNER, "", "\n+", "<textarea>\nx</textarea>",
          "<textarea>\n\n+</textarea>", PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_INNER, "", "+", "<pre>\nx</pre>", "<pre>+</pre>", PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_APPEND, "", "\n+", "<pre></pre>", "<pre>\n\n+</pre>", PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_APPEND, "", "\n+", "<pre>\n</pre>", "<pre>\n\n+</pre>",
          PZ_OUTCOME_DONE },
        { "b", PZ_EDIT_BEFORE, "", "\n+", "<pre><b>x</b></pre>", "<pre>\n\n+<b>x</b></pre>",
          PZ_OUTCOME_DONE },
        { "b", PZ_EDIT_BEFORE, "", "+", "<pre><b>x</b></pre>", "<pre>+<b>x</b></pre>",
          PZ_OUTCOME_DONE },
        { "b", PZ_EDIT_REMOVE, "", "", "<pre><b>x</b>\nx</pre>", "<pre>\n\nx</pre>",
          PZ_OUTCOME_DONE },
        { "br", PZ_EDIT_REMOVE, "", "", "<pre><br>\nx<br></pre>", "<pre>\n\nx</pre>",
          PZ_OUTCOME_DONE },
        { "col", PZ_EDIT_REMOVE, "", "", "<table><div><listing><col><caption>",
          "<table><div><listing><colgroup><caption>", PZ_OUTCOME_DONE },
        { "b", PZ_EDIT_REPLACE, "", "+", "<pre><b>x</b>\nx</pre>", "<pre>+\nx</pre>",
          PZ_OUTCOME_DONE },
        { "pre", PZ_EDIT_PREPEND, "", "+", "<div>\n</div><p>\n<pre>a", "<div>\n</div><p>\n<pre>\n+a",
          PZ_OUTCOME_DONE },
        { "p", PZ_EDIT_PREPEND, "", "+", "<pre>x</pre></p>", "<pre>x</pre><p>+</p>",
          PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* Where a browser moves elements, editing ends rather than guess. */
static void
test_ambiguous(void **state)
{
    static const rewrite_case_t cases[] = {
        { "b", PZ_EDIT_APPEND, "", "+", "<b>1<p>2</b>3</p><b>4</b>", "<b>1<p>2</b>3</p><b>4</b>",
          PZ_OUTCOME_AMBIGUOUS },
        { "div", PZ_EDIT_BEFORE, "", "+", "<table><div>x</div></table><div>y</div>",
          "<table><div>x</div></table><div>y</div>", PZ_OUTCOME_AMBIGUOUS },
        { "p", PZ_EDIT_APPEND, "", "+", "<b>1<div>2</b>3</div><p>4</p>", "<b>1<div>2</b>3</div><p>4+</p>",
          PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* What is inserted at the page's end must not become part of what is begun there. */
static void
test_open_end(void **state)
{
    static const edit_case_t edit = { "p", PZ_EDIT_APPEND, "+" };
    static const page_case_t cases[] = {
        { "<p>a", "<p>a+", PZ_OUTCOME_DONE }, { "<p>a<", "<p>a<+", PZ_OUTCOME_DONE },
        { "<p>a</", "<p>a</", PZ_OUTCOME_AMBIGUOUS }, { "<p>a<!", "<p>a<!", PZ_OUTCOME_AMBIGUOUS },
        { "<p>a<!--x", "<p>a<!--x", PZ_OUTCOME_AMBIGUOUS }, { "<p>a<b c", "<p>a+<b c", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_pages(&edit, 1, cases, sizeof(cases) / sizeof(cases[0]));
}

/* A body tag that comes late gives body attributes: from there on they match. */
static void
test_late_body(void **state)
{
    static const rewrite_case_t cases[] = {
        { "body.x p", PZ_EDIT_APPEND, "", "+", "<p>0</p><body class=x><p>1</p>",
          "<p>0</p><body class=x><p>1+</p>", PZ_OUTCOME_DONE },
        { "body:not(.x) p", PZ_EDIT_APPEND, "", "+", "<p>0</p><body class=x><p>1</p>",
          "<p>0+</p><body class=x><p>1</p>", PZ_OUTCOME_DONE },
        /* the first of a name counts */
        { ".y p", PZ_EDIT_APPEND, "", "+", "<body class=x a=><body class=y id=i><p>1</p>",
          "<body class=x a=><body class=y id=i><p>1</p>", PZ_OUTCOME_DONE },
        { ".x#i[a=''] p", PZ_EDIT_APPEND, "", "+", "<body class=x a=><body class=y id=i><p>1</p>",
          "<body class=x a=><body class=y id=i><p>1+</p>", PZ_OUTCOME_DONE },
        { "html.x > body > p", PZ_EDIT_APPEND, "", "+", "<html><head></head><html class=x><body><p>1</p>",
          "<html><head></head><html class=x><body><p>1+</p>", PZ_OUTCOME_DONE },
        /* in a template it is nothing */
        { ".x p", PZ_EDIT_APPEND, "", "+", "<body><template><body class=x></template><p>1</p>",
          "<body><template><body class=x></template><p>1</p>", PZ_OUTCOME_DONE },
        /* what is open already, or has gone out */
        { "body.x div > p", PZ_EDIT_APPEND, "", "+", "<div><body class=x><p>1</p>",
          "<div><body class=x><p>1</p>", PZ_OUTCOME_AMBIGUOUS },
        { "body div > p", PZ_EDIT_APPEND, "", "+", "<div><body class=x><p>1</p>",
          "<div><body class=x><p>1+</p>", PZ_OUTCOME_DONE },
        { ".x", PZ_EDIT_SET_ATTR, "n", "+", "<p>0</p><body class=x>", "<p>0</p><body class=x>",
          PZ_OUTCOME_AMBIGUOUS },
        { "body.x", PZ_EDIT_SET_ATTR, "n", "+", "<p>0</p><body class=x>", "<p>0</p><body class=x>",
          PZ_OUTCOME_AMBIGUOUS },
        { "div + p", PZ_EDIT_APPEND, "", "+", "<div></div><body class=x><p>1</p>",
          "<div></div><body class=x><p>1+</p>", PZ_OUTCOME_DONE },
        { ".x > div ~ p", PZ_EDIT_APPEND, "", "+", "<div></div><body class=x><div></div><p>1</p>",
          "<div></div><body class=x><div></div><p>1+</p>", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_left_out_tags),
        cmocka_unit_test(test_implied_tags),
        cmocka_unit_test(test_implied_one_by_one),
        cmocka_unit_test(test_frameset),
        cmocka_unit_test(test_marker),
        cmocka_unit_test(test_newline),
        cmocka_unit_test(test_ambiguous),
        cmocka_unit_test(test_open_end),
        cmocka_unit_test(test_late_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
