/* What stands behind the end of body, and edits that wait for the end of what is open there. */

#include "rewrite_case.h"

/* All three on each page. */
static void
test_behind_body(void **state)
{
    static const edit_case_t edits[] = {
        { "div", PZ_EDIT_APPEND, "D" }, { "div", PZ_EDIT_AFTER, "A" }, { "body", PZ_EDIT_APPEND, "B" },
    };
    static const page_case_t cases[] = {
        { "<body><div>x</body>\n</html>\n", "<body><div>xD</div>AB</body>\n</html>\n", PZ_OUTCOME_DONE },
        { "<body><div>x</body><!-- c --></html>", "<body><div>xD</div>AB</body><!-- c --></html>",
          PZ_OUTCOME_DONE },
        { "<body><div>x</html>", "<body><div>xD</div>AB</html>", PZ_OUTCOME_DONE },
        { "<body><div>x</body></body>", "<body><div>xD</div>AB</body></body>", PZ_OUTCOME_DONE },
        /* it goes on in the element */
        { "<body><div>x</body> <p>y</p></html>", "<body><div>x</body> <p>y</p>D</div>AB</html>",
          PZ_OUTCOME_DONE },
        { "<body><div>x</body>y", "<body><div>x</body>yD</div>AB", PZ_OUTCOME_DONE },
        { "<body><div>x</body></div>y", "<body><div>x</body><body>D</div>AyB", PZ_OUTCOME_DONE },
        { "<body><div>x</body><i>y</i></body>", "<body><div>x</body><i>y</i>D</div>AB</body>",
          PZ_OUTCOME_DONE },
        { "<body><div><svg></body><![CDATA[y]]></html>", "<body><div><svg></body><![CDATA[y]]></html>"
          "</svg><body>D</div>AB", PZ_OUTCOME_DONE },
        { "<body><div><svg></body><![CDA!>y</html>", "<body><div><svg></body><![CDA!>y</html></svg>"
          "<body>D</div>AB", PZ_OUTCOME_DONE },
        { "<body><div><svg></body><!-- c -->", "<body><div><svg></body><!-- c --></svg><body>D</div>AB",
          PZ_OUTCOME_DONE },
        /* nothing is open: the end tag is the end */
        { "<body><div>x</div></body>y", "<body><div>xD</div>AB</body>y", PZ_OUTCOME_DONE },
        /* a comment that the page leaves open */
        { "<body><div>x</body><!-- c", "<body><div>xD</div>AB</body><!-- c", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_pages(edits, sizeof(edits) / sizeof(edits[0]), cases, sizeof(cases) / sizeof(cases[0]));
}

static void
test_one_edit(void **state)
{
    static const rewrite_case_t cases[] = {
        { "body", PZ_EDIT_AFTER, "", "A", "<body><p>x</body></html>", "<body><p>x</body>A</html>",
          PZ_OUTCOME_DONE },
        { "html", PZ_EDIT_APPEND, "", "H", "<html><body>x</body></html>", "<html><body>x</body>H</html>",
          PZ_OUTCOME_DONE },
        { "html", PZ_EDIT_APPEND, "", "H", "<html><body><p>x</html>", "<html><body><p>x</body>H</html>",
          PZ_OUTCOME_DONE },
        { "div", PZ_EDIT_REMOVE, "", "", "<body><div>x</body>\n</html>", "<body></body>\n</html>",
          PZ_OUTCOME_DONE },
        { "div", PZ_EDIT_REMOVE, "", "", "<body><div>x</body>\n<!-- c --><p>y</html>",
          "<body></body><!-- c --><body></html>", PZ_OUTCOME_DONE },
        { "div", PZ_EDIT_REMOVE, "", "", "<body><div>x</body><p>y</div>z", "<body></body><body>z",
          PZ_OUTCOME_DONE },
        { "dd", PZ_EDIT_REMOVE, "", "", "<body><dd><svg>x</body> <!-- > c --></html>", "<body></body><body>",
          PZ_OUTCOME_DONE },
        { "html", PZ_EDIT_AFTER, "", "+", "<html><body><svg>x</html>", "<html><body><svg>x</html>",
          PZ_OUTCOME_AMBIGUOUS },
        { "body", PZ_EDIT_AFTER, "", "+", "<body><svg>x</body>", "<body><svg>x</body>",
          PZ_OUTCOME_AMBIGUOUS },
        { "p", PZ_EDIT_BEFORE, "", "+", "<body><i><math>x</body><p>y",
          "<body><i><math>x</body></math><body>+<p>y", PZ_OUTCOME_DONE },
        { "p", PZ_EDIT_BEFORE, "", "+", "<body>x</body><p>y", "<body>x</body><body>+<p>y",
          PZ_OUTCOME_DONE },
        { "p", PZ_EDIT_AFTER, "", "+", "<body>x</body><p>y", "<body>x</body><p>y</p>+",
          PZ_OUTCOME_DONE },
        { "body", PZ_EDIT_INNER, "", "+", "<body><p>x</body></html>", "<body>+</body></html>",
          PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* html's edits have a place in what would be held: what is open is closed, and may not go on. */
static void
test_html_watched(void **state)
{
    static const edit_case_t edits[] = {
        { "body", PZ_EDIT_APPEND, "B" }, { "html", PZ_EDIT_APPEND, "H" }, { "never", PZ_EDIT_REMOVE, "" },
    };
    static const page_case_t cases[] = {
        { "<html><body><p>x</body></html>", "<html><body><p>x</p>B</body>H</html>", PZ_OUTCOME_DONE },
        { "<html><body><p>x</body></html>y", "<html><body><p>x</p>B</body>H</html>y", PZ_OUTCOME_AMBIGUOUS },
        { "<html><body>x</body></html>y", "<html><body>xB</body>H</html>y", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_pages(edits, sizeof(edits) / sizeof(edits[0]), cases, sizeof(cases) / sizeof(cases[0]));
}

/* More than is held: the edits are done, and what is open may not go on. */
static void
test_far_end(void **state)
{
    static const size_t sizes[] = { 4070, 4080, 4085, 4090, 4100, 20000 };

    (void) state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t                len = sizes[i];
        char                 *page = malloc(len + 100), *first = NULL;
        pz_rewriter_outcome_t outcome = PZ_OUTCOME_DONE;
        run_t                *run = run_begin();

        run_add(run, "div", PZ_EDIT_APPEND, "", "+");
        len = (size_t) sprintf(page, "<body><div>x</body><!--%*s--><p>y</html>", (int) len, "");

        for (size_t chunk = len; chunk > 0; chunk = chunk > 2 ? chunk * 2 / 3 : chunk - 1) {
            rewrite(run, page, len, chunk, 1 << 20);
            if (first == NULL) {
                first = strdup(run->out);
                outcome = run->outcome;
            }
            assert_string_equal(run->out, first);
            assert_int_equal(run->outcome, outcome);
        }
        assert_int_equal(run->outcome, sizes[i] > 4080 ? PZ_OUTCOME_AMBIGUOUS : PZ_OUTCOME_DONE);
        assert_int_equal(strncmp(first, "<body><div>x+", 13) == 0, sizes[i] > 4080);
        free(first);
        free(page);
        run_end(run);
    }
}

/* A comment behind body stays, however the page is cut, where a late html tag ends editing. */
static void
test_comment_behind_dropped(void **state)
{
    run_t *run = run_begin();

    (void) state;
    run_add(run, ".a", PZ_EDIT_INNER, "", "I")->limit = 1;
    run_add(run, "p:not(div):nth-of-type(2)", PZ_EDIT_REMOVE_CLASS, "a", "");
    check(run, "<body><div class=a>x</body></ c><html lang=th>y", "<body><div class=a>I</body></ c>");
    assert_int_equal(run->outcome, PZ_OUTCOME_AMBIGUOUS);
    run_end(run);
}

/* A form that is gone must not let in one that a parser leaves out. */
static void
test_removed_form(void **state)
{
    static const rewrite_case_t cases[] = {
        { "form", PZ_EDIT_REMOVE, "", "", "<div><form>x</form></div>y", "<div></div>y", PZ_OUTCOME_DONE },
        { "form", PZ_EDIT_REMOVE, "", "", "<div><form>x</div><form>y</form>", "<div></div><form>y</form>",
          PZ_OUTCOME_AMBIGUOUS },
        { "form", PZ_EDIT_REMOVE, "", "", "<table><form><tr><td>x</table>", "<table><form><tr><td>x</table>",
          PZ_OUTCOME_AMBIGUOUS },
        { "form", PZ_EDIT_SET_ATTR, "a", "b", "<table><form><tr><td>x</table>",
          "<table><form a=\"b\"><tr><td>x</table>", PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

/* An element that a slot replaces goes on behind body, where comments begin at once: each byte
   comes once. */
static void
test_slot_behind_body(void **state)
{
    static const char *const pages[] = {
        "<body><svg><a>x</body></ bogus>y", "<body><svg><a>x</body><!---->y",
        "<body><svg><a>x</body><!--c--><!-->y", "<body><svg><a>x</body><?pi?><![CDATA[]]>y",
    };

    (void) state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        run_t *run = run_begin();
        char   expected[100];

        run_add(run, "svg *", PZ_EDIT_REPLACE, "", "")->slot = 0;
        run->options.explicit_only = 1;
        snprintf(expected, sizeof(expected), "<body><svg>{0}%s", pages[i] + strlen("<body><svg>"));
        check(run, pages[i], expected);
        run_end(run);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slot_behind_body),
        cmocka_unit_test(test_comment_behind_dropped),
        cmocka_unit_test(test_behind_body),
        cmocka_unit_test(test_one_edit),
        cmocka_unit_test(test_html_watched),
        cmocka_unit_test(test_far_end),
        cmocka_unit_test(test_removed_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
