#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pz_rewriter.h"

#define EDITS_MAX  12

typedef struct {
    pz_arena_t           *rules;
    pz_edit_t             edits[EDITS_MAX];
    size_t                nedits;
    pz_rewriter_options_t options;

    char                 *out;
    size_t                len, room;
    size_t                spans, input_spans;
    pz_rewriter_outcome_t outcome;
    unsigned              matches[EDITS_MAX];
    const char           *chunk, *chunk_end;
    int                   stop_after;       /* spans until on_span says stop; 0: never */
} run_t;

static run_t *
begin(void)
{
    run_t *run = calloc(1, sizeof(run_t));

    run->rules = pz_arena_create(1 << 20, 0);
    return run;
}

static void
end(run_t *run)
{
    pz_arena_destroy(run->rules);
    free(run->out);
    free(run);
}

static pz_edit_t *
add(run_t *run, const char *selector, pz_edit_op_t op, const char *name, const char *content)
{
    pz_edit_t *edit = &run->edits[run->nedits++];

    *edit = (pz_edit_t) { .op = op, .name = pz_str_from(name), .content = pz_str_from(content),
                          .slot = PZ_EDIT_NO_SLOT };
    edit->selector = pz_selector_parse(run->rules, pz_str_from(selector), NULL);
    assert_non_null(edit->selector);

    return edit;
}

static int
on_span(void *data, const pz_span_t *span)
{
    run_t *run = data;
    char   slot[16];
    pz_str_t bytes = span->bytes;

    if (span->kind == PZ_SPAN_SLOT) {
        bytes = (pz_str_t) { slot, (size_t) snprintf(slot, sizeof(slot), "{%u}", span->slot) };
    }
    if (span->kind == PZ_SPAN_INPUT) {
        run->input_spans++;
        assert_true(bytes.data >= run->chunk && bytes.data + bytes.len <= run->chunk_end);
    }
    if (span->kind == PZ_SPAN_CONTENT) {
        assert_true(span->edit < run->nedits);
    }
    assert_true(bytes.len > 0);

    if (run->len + bytes.len >= run->room) {
        run->room = (run->len + bytes.len) * 2 + 64;
        run->out = realloc(run->out, run->room);
    }
    memcpy(run->out + run->len, bytes.data, bytes.len);
    run->len += bytes.len;
    run->out[run->len] = '\0';

    return run->stop_after && ++run->spans >= (size_t) run->stop_after ? -1 : 0;
}

/* Each chunk in memory of its own size: ASAN sees what is read behind it. */
static void
rewrite(run_t *run, const char *page, size_t len, size_t chunk, size_t budget)
{
    pz_arena_t    *arena = pz_arena_create(budget, 0);
    pz_rewriter_t *rw = pz_rewriter_create(arena, run->edits, run->nedits, &run->options,
                                           on_span, run);

    assert_non_null(rw);
    run->len = run->spans = run->input_spans = 0;
    for (size_t at = 0; at < len; at += chunk) {
        size_t n = len - at < chunk ? len - at : chunk;
        char  *copy = malloc(n);

        memcpy(copy, page + at, n);
        run->chunk = copy;
        run->chunk_end = copy + n;
        if (pz_rewriter_feed(rw, (pz_str_t) { copy, n })) {
            free(copy);
            break;
        }
        free(copy);
    }
    pz_rewriter_end(rw);
    run->outcome = pz_rewriter_outcome(rw);
    for (size_t i = 0; i < run->nedits; i++) {
        run->matches[i] = pz_rewriter_matches(rw, i);
    }
    pz_arena_destroy(arena);
}

/* In every chunk size. */
static void
check(run_t *run, const char *page, const char *expected)
{
    size_t len = strlen(page);

    for (size_t chunk = 1; chunk <= len + 1; chunk += chunk < 24 ? 1 : 17) {
        rewrite(run, page, len, chunk, 1 << 20);
        assert_string_equal(run->out, expected);
    }
    rewrite(run, page, len, len + 1, 1 << 20);
    assert_string_equal(run->out, expected);
}

static void
test_operations(void **state)
{
    (void) state;
    static const struct {
        const char  *selector;
        pz_edit_op_t op;
        const char  *name, *content, *expected;
    } cases[] = {
        { "p", PZ_EDIT_BEFORE, "", "+", "<div>+<p id=x class='a b'>hi</p></div>" },
        { "p", PZ_EDIT_AFTER, "", "+", "<div><p id=x class='a b'>hi</p>+</div>" },
        { "p", PZ_EDIT_PREPEND, "", "+", "<div><p id=x class='a b'>+hi</p></div>" },
        { "p", PZ_EDIT_APPEND, "", "+", "<div><p id=x class='a b'>hi+</p></div>" },
        { "p", PZ_EDIT_REPLACE, "", "+", "<div>+</div>" },
        { "p", PZ_EDIT_INNER, "", "+", "<div><p id=x class='a b'>+</p></div>" },
        { "p", PZ_EDIT_REMOVE, "", "", "<div></div>" },
        { "p", PZ_EDIT_SET_ATTR, "id", "a\"&<", "<div><p id=\"a&quot;&amp;&lt;\" class='a b'>hi</p></div>" },
        { "p", PZ_EDIT_SET_ATTR, "new", "v", "<div><p new=\"v\" id=x class='a b'>hi</p></div>" },
        { "p", PZ_EDIT_REMOVE_ATTR, "ID", "", "<div><p  class='a b'>hi</p></div>" },
        { "p", PZ_EDIT_ADD_CLASS, "c", "", "<div><p id=x class='a b c'>hi</p></div>" },
        { "p", PZ_EDIT_ADD_CLASS, "b", "", "<div><p id=x class='a b'>hi</p></div>" },
        { "p", PZ_EDIT_REMOVE_CLASS, "a", "", "<div><p id=x class='b'>hi</p></div>" },
        { "div", PZ_EDIT_ADD_CLASS, "c", "", "<div class=\"c\"><p id=x class='a b'>hi</p></div>" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run_t *run = begin();

        add(run, cases[i].selector, cases[i].op, cases[i].name, cases[i].content);
        check(run, "<div><p id=x class='a b'>hi</p></div>", cases[i].expected);
        assert_int_equal(run->matches[0], 1);
        end(run);
    }
}

/* Edits at one place come out in their order; what is inside a dropped element is left alone. */
static void
test_order(void **state)
{
    run_t *run = begin();

    (void) state;
    add(run, "p", PZ_EDIT_AFTER, "", "1");
    add(run, "div p", PZ_EDIT_AFTER, "", "2");
    add(run, "p", PZ_EDIT_PREPEND, "", "3");
    add(run, "p", PZ_EDIT_PREPEND, "", "4");
    add(run, "div", PZ_EDIT_APPEND, "", "5");
    add(run, "ul", PZ_EDIT_INNER, "", "6");
    add(run, "li", PZ_EDIT_BEFORE, "", "never");
    check(run, "<div><p>x</p><ul><li>a<li>b</ul></div>",
          "<div><p>34x</p>12<ul>6</ul>5</div>");
    assert_int_equal(run->matches[6], 0);
    end(run);
}

/* Tags that the page leaves out are written where an edit stands between elements. */
static void
test_left_out_tags(void **state)
{
    run_t *run = begin();

    (void) state;
    add(run, "li", PZ_EDIT_AFTER, "", "+");
    check(run, "<ul><li>a<li>b</ul>", "<ul><li>a</li>+<li>b</li>+</ul>");
    end(run);

    run = begin();
    add(run, "tbody", PZ_EDIT_APPEND, "", "+");
    check(run, "<table><tr><td>a</table>", "<table><tbody><tr><td>a</td></tr>+</table>");
    end(run);

    run = begin();
    add(run, "body", PZ_EDIT_PREPEND, "", "+");
    check(run, "<title>x</title><h1>y", "<title>x</title></head><body>+<h1>y");
    check(run, "{\"json\": \"<b>\"}", "{\"json\": \"<b>\"}");
    end(run);
}

static void
test_limit_and_slots(void **state)
{
    run_t *run = begin();

    (void) state;
    add(run, "p", PZ_EDIT_APPEND, "", "")->slot = 7;
    run->edits[0].limit = 2;
    check(run, "<p>a</p><p>b</p><p>c</p>", "<p>a{7}</p><p>b{7}</p><p>c</p>");
    assert_int_equal(run->matches[0], 2);
    assert_int_equal(run->outcome, PZ_OUTCOME_DONE);
    end(run);
}

static void
test_ascii(void **state)
{
    run_t *run = begin();

    (void) state;
    run->options.ascii_only = 1;
    add(run, "p", PZ_EDIT_APPEND, "", "\xe0\xb8\x81<script>'\xe0\xb8\x81\xf0\x9f\x98\x80'</script>"
        "<style>\xe0\xb8\x81</style>");
    add(run, "p", PZ_EDIT_SET_ATTR, "title", "\xe0\xb8\x81");
    check(run, "<p>x</p>", "<p title=\"&#3585;\">x&#3585;<script>'\\u0e01\\ud83d\\ude00'</script>"
          "<style>\\e01 </style></p>");
    end(run);
}

/* Places that look like tags and are not. */
static void
test_no_markup(void **state)
{
    static const char page[] =
        "<!DOCTYPE html><title><p></title><!-- <p> --><script>'<p>'<!--<script><p></script>"
        "<p>--></script><style><p></style><textarea></p><p></textarea><svg><![CDATA[<p>]]></svg>"
        "<x y='<p>' z=\"<p>\"></x><noscript><p></noscript><iframe><p></iframe><xmp><p></xmp>";
    run_t *run = begin();

    (void) state;
    add(run, "p", PZ_EDIT_REMOVE, "", "");
    check(run, page, page);
    assert_int_equal(run->matches[0], 0);
    end(run);
}

/* Neighbouring untouched bytes are one span. */
static void
test_spans(void **state)
{
    static const char page[] = "<div><b>1</b><b>2</b><p>3</p><b>4</b></div>";
    run_t *run = begin();

    (void) state;
    add(run, "p", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, page, strlen(page), sizeof(page), 1 << 20);
    assert_int_equal(run->input_spans, 2);
    end(run);

    run = begin();
    add(run, "nothing", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, page, strlen(page), sizeof(page), 1 << 20);
    assert_int_equal(run->input_spans, 1);
    end(run);
}

static void
test_stop(void **state)
{
    run_t *run = begin();

    (void) state;
    run->stop_after = 2;
    add(run, "p", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, "<p>a<p>b<p>c", 12, 5, 1 << 20);
    assert_int_equal(run->spans, 2);
    end(run);
}

/* `times` copies of `text`; whatever the limit, what comes out is what went in. */
static void
check_flood(const char *text, size_t times, pz_rewriter_outcome_t outcome)
{
    run_t *run = begin();
    size_t len = strlen(text);
    char  *page = malloc(len * times);

    for (size_t i = 0; i < times; i++) {
        memcpy(page + i * len, text, len);
    }
    add(run, "#never p", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, page, len * times, 16384, 1 << 20);
    assert_int_equal(run->len, len * times);
    assert_memory_equal(run->out, page, run->len);
    assert_int_equal(run->outcome, outcome);
    free(page);
    end(run);
}

static void
test_bounds(void **state)
{
    (void) state;
    check_flood("<div>", 200000, PZ_OUTCOME_DEPTH_LIMIT);
    check_flood("<p>", 300000, PZ_OUTCOME_DONE);
    check_flood("<b>", 200000, PZ_OUTCOME_DEPTH_LIMIT);
    check_flood("<b><p>", 100000, PZ_OUTCOME_DONE);
    check_flood("<a a=b ", 100000, PZ_OUTCOME_TAG_LIMIT);
    check_flood("<i></i>", 100000, PZ_OUTCOME_DONE);
    check_flood("text & more ", 200000, PZ_OUTCOME_DONE);
    check_flood("<!--", 200000, PZ_OUTCOME_DONE);
}

/* A plan of ten edits is cheap; an arena that is too small is not a crash. */
static void
test_memory(void **state)
{
    static const char page[] = "<!DOCTYPE html><html><body><div id=a><p>1<p>2</div></body></html>";
    static const char *const selectors[] = { "#a", ".b", "p", "main > p", "body", "h1.x",
                                             "a[href]", "ul li", "#footer", "div.card" };
    run_t         *run = begin();
    pz_arena_t    *arena;
    pz_rewriter_t *rw;

    (void) state;
    for (size_t i = 0; i < 10; i++) {
        add(run, selectors[i], PZ_EDIT_APPEND, "", "+");
    }

    arena = pz_arena_create(1 << 20, 0);
    rw = pz_rewriter_create(arena, run->edits, run->nedits, NULL, on_span, run);
    assert_non_null(rw);
    print_message("fixed cost of 10 edits: %zu bytes\n", pz_arena_used(arena));
    assert_true(pz_arena_used(arena) < 4096);
    pz_arena_destroy(arena);

    for (size_t budget = 64; budget < 8192; budget += 64) {
        arena = pz_arena_create(budget, 0);
        rw = pz_rewriter_create(arena, run->edits, run->nedits, NULL, on_span, run);
        run->len = 0;
        run->chunk = page;
        run->chunk_end = page + sizeof(page);
        if (rw) {
            pz_rewriter_feed(rw, (pz_str_t) { page, 40 });
            pz_rewriter_feed(rw, (pz_str_t) { page + 40, sizeof(page) - 41 });
            pz_rewriter_end(rw);
            assert_true(run->len >= sizeof(page) - 1);
        }
        pz_arena_destroy(arena);
    }
    end(run);
}

/* Every prefix of a page passes unchanged where nothing matches. */
static void
test_truncated(void **state)
{
    static const char page[] =
        "\xef\xbb\xbf<!DOCTYPE html><html><head><title>a &amp; b</title></head><body class='x y'>"
        "<!-- c --><p a=b c=\"d\">text<br/><script>if (a<b) '<!--'</script><svg><![CDATA[x]]></svg>"
        "<table><tr><td>x</table></body></html>";
    run_t *run = begin();

    (void) state;
    add(run, "p.never", PZ_EDIT_REPLACE, "", "+");
    for (size_t len = 1; len < sizeof(page); len++) {
        for (size_t chunk = 1; chunk <= len; chunk += 1 + chunk / 2) {
            rewrite(run, page, len, chunk, 1 << 20);
            assert_int_equal(run->len, len);
            assert_memory_equal(run->out, page, len);
        }
    }
    end(run);
}

static void
test_no_edits(void **state)
{
    run_t *run = begin();

    (void) state;
    check(run, "<p>a<!--", "<p>a<!--");
    assert_int_equal(run->outcome, PZ_OUTCOME_DONE);
    assert_string_equal(pz_rewriter_outcome_name(PZ_OUTCOME_AMBIGUOUS), "ambiguous");
    end(run);
}

/* Where a browser moves elements, editing ends rather than guess. */
static void
test_ambiguous(void **state)
{
    run_t *run = begin();

    (void) state;
    add(run, "b", PZ_EDIT_APPEND, "", "+");
    check(run, "<b>1<p>2</b>3</p><b>4</b>", "<b>1<p>2</b>3</p><b>4</b>");
    assert_int_equal(run->outcome, PZ_OUTCOME_AMBIGUOUS);
    end(run);

    run = begin();
    add(run, "div", PZ_EDIT_BEFORE, "", "+");
    check(run, "<table><div>x</div></table><div>y</div>", "<table><div>x</div></table><div>y</div>");
    assert_int_equal(run->outcome, PZ_OUTCOME_AMBIGUOUS);
    end(run);

    run = begin();
    add(run, "p", PZ_EDIT_APPEND, "", "+");
    check(run, "<b>1<div>2</b>3</div><p>4</p>", "<b>1<div>2</b>3</div><p>4+</p>");
    end(run);
}

/* A name that ends in NUL is another name: its content is no script. */
static void
test_nul_in_name(void **state)
{
    static const char page[] = "<script\0>a<p>b</p>";
    run_t            *run = begin();

    (void) state;
    add(run, "p", PZ_EDIT_APPEND, "", "+");
    add(run, "script", PZ_EDIT_APPEND, "", "never");
    for (size_t chunk = 1; chunk <= sizeof(page); chunk++) {
        rewrite(run, page, sizeof(page) - 1, chunk, 1 << 20);
        assert_int_equal(run->len, sizeof(page));
        assert_memory_equal(run->out, "<script\0>a<p>b+</p>", sizeof(page));
    }
    end(run);
}

/* What is inserted at the page's end must not become part of what is begun there. */
static void
test_open_end(void **state)
{
    static const char *const cases[][2] = {
        { "<p>a", "<p>a+" }, { "<p>a<", "<p>a<+" }, { "<p>a</", "<p>a</" },
        { "<p>a<!", "<p>a<!" }, { "<p>a<!--x", "<p>a<!--x" }, { "<p>a<b c", "<p>a+<b c" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run_t *run = begin();

        add(run, "p", PZ_EDIT_APPEND, "", "+");
        check(run, cases[i][0], cases[i][1]);
        end(run);
    }
}

/* A body tag that comes late gives body attributes: from there on they match. */
static void
test_late_body(void **state)
{
    static const struct {
        const char           *selector;
        pz_edit_op_t          op;
        const char           *name, *page, *expected;
        pz_rewriter_outcome_t outcome;
    } cases[] = {
        { "body.x p", PZ_EDIT_APPEND, "", "<p>0</p><body class=x><p>1</p>",
          "<p>0</p><body class=x><p>1+</p>", PZ_OUTCOME_DONE },
        { "body:not(.x) p", PZ_EDIT_APPEND, "", "<p>0</p><body class=x><p>1</p>",
          "<p>0+</p><body class=x><p>1</p>", PZ_OUTCOME_DONE },
        /* the first of a name counts */
        { ".y p", PZ_EDIT_APPEND, "", "<body class=x a=><body class=y id=i><p>1</p>",
          "<body class=x a=><body class=y id=i><p>1</p>", PZ_OUTCOME_DONE },
        { ".x#i[a=''] p", PZ_EDIT_APPEND, "", "<body class=x a=><body class=y id=i><p>1</p>",
          "<body class=x a=><body class=y id=i><p>1+</p>", PZ_OUTCOME_DONE },
        { "html.x > body > p", PZ_EDIT_APPEND, "", "<html><head></head><html class=x><body><p>1</p>",
          "<html><head></head><html class=x><body><p>1+</p>", PZ_OUTCOME_DONE },
        /* in a template it is nothing */
        { ".x p", PZ_EDIT_APPEND, "", "<body><template><body class=x></template><p>1</p>",
          "<body><template><body class=x></template><p>1</p>", PZ_OUTCOME_DONE },
        /* what is open already, or has gone out */
        { "body.x div > p", PZ_EDIT_APPEND, "", "<div><body class=x><p>1</p>",
          "<div><body class=x><p>1</p>", PZ_OUTCOME_AMBIGUOUS },
        { "body div > p", PZ_EDIT_APPEND, "", "<div><body class=x><p>1</p>",
          "<div><body class=x><p>1+</p>", PZ_OUTCOME_DONE },
        { ".x", PZ_EDIT_SET_ATTR, "n", "<p>0</p><body class=x>", "<p>0</p><body class=x>",
          PZ_OUTCOME_AMBIGUOUS },
        { "body.x", PZ_EDIT_SET_ATTR, "n", "<p>0</p><body class=x>", "<p>0</p><body class=x>",
          PZ_OUTCOME_AMBIGUOUS },
        { "div + p", PZ_EDIT_APPEND, "", "<div></div><body class=x><p>1</p>",
          "<div></div><body class=x><p>1+</p>", PZ_OUTCOME_DONE },
        { ".x > div ~ p", PZ_EDIT_APPEND, "", "<div></div><body class=x><div></div><p>1</p>",
          "<div></div><body class=x><div></div><p>1+</p>", PZ_OUTCOME_DONE },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run_t *run = begin();

        add(run, cases[i].selector, cases[i].op, cases[i].name, "+");
        check(run, cases[i].page, cases[i].expected);
        assert_int_equal(run->outcome, cases[i].outcome);
        end(run);
    }
}

/* Any number of late tags: bounded memory, and an end of editing. */
static void
test_many_late_bodies(void **state)
{
    run_t *run = begin();
    char   page[64 * 1024];
    size_t len = 0;

    (void) state;
    add(run, "body[z] p", PZ_EDIT_APPEND, "", "+");
    while (len + 20 < sizeof(page)) {
        len += (size_t) sprintf(page + len, "<body a%zu=1>", len);
    }
    rewrite(run, page, len, 1000, 4 << 20);
    assert_int_equal(run->len, len);
    assert_memory_equal(run->out, page, len);
    assert_int_equal(run->outcome, PZ_OUTCOME_AMBIGUOUS);
    end(run);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_left_out_tags),
        cmocka_unit_test(test_limit_and_slots),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_no_markup),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_no_edits),
        cmocka_unit_test(test_ambiguous),
        cmocka_unit_test(test_nul_in_name),
        cmocka_unit_test(test_open_end),
        cmocka_unit_test(test_late_body),
        cmocka_unit_test(test_many_late_bodies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
