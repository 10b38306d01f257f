#include "rewrite_case.h"

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
        run_t *run = run_begin();

        run_add(run, cases[i].selector, cases[i].op, cases[i].name, cases[i].content);
        check(run, "<div><p id=x class='a b'>hi</p></div>", cases[i].expected);
        assert_int_equal(run->matches[0], 1);
        run_end(run);
    }
}

/* Class edits one after the other: what is removed and added again comes last, as in a DOM. */
static void
test_class_order(void **state)
{
    static const struct {
        const char *edits, *page, *expected;
    } cases[] = {
        { "-a +a", "<p class='a b'>", "<p class='b a'>" },
        { "+a -a", "<p class='a b'>", "<p class='b'>" },
        { "+c +d -c +c", "<p class='a b'>", "<p class='a b d c'>" },
        { "-c +c -c", "<p class='a b'>", "<p class='a b'>" },
        { "-b +c +b", "<p class=b>", "<p class=\"c b\">" },
        { "+a -a", "<p>", "<p>" },
        { "-a +b", "<p class='&#97; &amp; &#98;'>", "<p class='&amp; &#98;'>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run_t *run = run_begin();
        char   names[8][2] = { "" };
        size_t n = 0;

        for (const char *e = cases[i].edits; *e; e += e[2] ? 3 : 2, n++) {
            names[n][0] = e[1];
            run_add(run, "p", *e == '+' ? PZ_EDIT_ADD_CLASS : PZ_EDIT_REMOVE_CLASS, names[n], "");
        }
        check(run, cases[i].page, cases[i].expected);
        run_end(run);
    }
}

/* Edits at one place come out in their order; what is inside a dropped element is left alone. */
static void
test_order(void **state)
{
    run_t *run = run_begin();

    (void) state;
    run_add(run, "p", PZ_EDIT_AFTER, "", "1");
    run_add(run, "div p", PZ_EDIT_AFTER, "", "2");
    run_add(run, "p", PZ_EDIT_PREPEND, "", "3");
    run_add(run, "p", PZ_EDIT_PREPEND, "", "4");
    run_add(run, "div", PZ_EDIT_APPEND, "", "5");
    run_add(run, "ul", PZ_EDIT_INNER, "", "6");
    run_add(run, "li", PZ_EDIT_BEFORE, "", "never");
    check(run, "<div><p>x</p><ul><li>a<li>b</ul></div>",
          "<div><p>34x</p>12<ul>6</ul>5</div>");
    assert_int_equal(run->matches[6], 0);
    run_end(run);
}

static void
test_limit_and_slots(void **state)
{
    run_t *run = run_begin();

    (void) state;
    run_add(run, "p", PZ_EDIT_APPEND, "", "")->slot = 7;
    run->edits[0].limit = 2;
    check(run, "<p>a</p><p>b</p><p>c</p>", "<p>a{7}</p><p>b{7}</p><p>c</p>");
    assert_int_equal(run->matches[0], 2);
    assert_int_equal(run->outcome, PZ_OUTCOME_DONE);
    run_end(run);
}

static void
test_ascii(void **state)
{
    run_t *run = run_begin();

    (void) state;
    run->options.ascii_only = 1;
    run_add(run, "p", PZ_EDIT_APPEND, "", "\xe0\xb8\x81<script>'\xe0\xb8\x81\xf0\x9f\x98\x80'</script>"
        "<style>\xe0\xb8\x81</style>");
    run_add(run, "p", PZ_EDIT_SET_ATTR, "title", "\xe0\xb8\x81");
    check(run, "<p>x</p>", "<p title=\"&#3585;\">x&#3585;<script>'\\u0e01\\ud83d\\ude00'</script>"
          "<style>\\e01 </style></p>");
    run_end(run);
}

/* Places that look like tags and are not. */
static void
test_no_markup(void **state)
{
    static const char page[] =
        "<!DOCTYPE html><title><p></title><!-- <p> --><script>'<p>'<!--<script><p></script>"
        "<p>--></script><style><p></style><textarea></p><p></textarea><svg><![CDATA[<p>]]></svg>"
        "<x y='<p>' z=\"<p>\"></x><noscript><p></noscript><iframe><p></iframe><xmp><p></xmp>";
    run_t *run = run_begin();

    (void) state;
    run_add(run, "p", PZ_EDIT_REMOVE, "", "");
    check(run, page, page);
    assert_int_equal(run->matches[0], 0);
    run_end(run);
}

/* Neighbouring untouched bytes are one span. */
static void
test_spans(void **state)
{
    static const char page[] = "<div><b>1</b><b>2</b><p>3</p><b>4</b></div>";
    run_t *run = run_begin();

    (void) state;
    run_add(run, "p", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, page, strlen(page), sizeof(page), 1 << 20);
    assert_int_equal(run->input_spans, 2);
    run_end(run);

    run = run_begin();
    run_add(run, "nothing", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, page, strlen(page), sizeof(page), 1 << 20);
    assert_int_equal(run->input_spans, 1);
    run_end(run);
}

static void
test_stop(void **state)
{
    run_t *run = run_begin();

    (void) state;
    run->stop_after = 2;
    run_add(run, "p", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, "<p>a<p>b<p>c", 12, 5, 1 << 20);
    assert_int_equal(run->spans, 2);
    run_end(run);
}

static void
test_no_edits(void **state)
{
    run_t *run = run_begin();

    (void) state;
    check(run, "<p>a<!--", "<p>a<!--");
    assert_int_equal(run->outcome, PZ_OUTCOME_DONE);
    assert_string_equal(pz_rewriter_outcome_name(PZ_OUTCOME_AMBIGUOUS), "ambiguous");
    run_end(run);
}

/* A name that ends in NUL is another name: its content is no script. */
static void
test_nul_in_name(void **state)
{
    static const char page[] = "<script\0>a<p>b</p>";
    run_t            *run = run_begin();

    (void) state;
    run_add(run, "p", PZ_EDIT_APPEND, "", "+");
    run_add(run, "script", PZ_EDIT_APPEND, "", "never");
    for (size_t chunk = 1; chunk <= sizeof(page); chunk++) {
        rewrite(run, page, sizeof(page) - 1, chunk, 1 << 20);
        assert_int_equal(run->len, sizeof(page));
        assert_memory_equal(run->out, "<script\0>a<p>b+</p>", sizeof(page));
    }
    run_end(run);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_class_order),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_limit_and_slots),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_no_markup),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_no_edits),
        cmocka_unit_test(test_nul_in_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
