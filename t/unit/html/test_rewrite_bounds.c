/* What limits do: memory, depth, work, a page that ends anywhere. */

#include "rewrite_case.h"

/* `times` copies of `text`; whatever the limit, what comes out is what went in. */
static void
check_flood(const char *text, size_t times, pz_rewriter_outcome_t outcome)
{
    run_t *run = run_begin();
    size_t len = strlen(text);
    char  *page = malloc(len * times);

    for (size_t i = 0; i < times; i++) {
        memcpy(page + i * len, text, len);
    }
    run_add(run, "#never p", PZ_EDIT_BEFORE, "", "+");
    rewrite(run, page, len * times, 16384, 1 << 20);
    assert_int_equal(run->len, len * times);
    assert_memory_equal(run->out, page, run->len);
    assert_int_equal(run->outcome, outcome);
    free(page);
    run_end(run);
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
    run_t         *run = run_begin();
    pz_arena_t    *arena;
    pz_rewriter_t *rw;

    (void) state;
    for (size_t i = 0; i < 10; i++) {
        run_add(run, selectors[i], PZ_EDIT_APPEND, "", "+");
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
    run_end(run);
}

/* Every prefix of a page passes unchanged where nothing matches. */
static void
test_truncated(void **state)
{
    static const char page[] =
        "\xef\xbb\xbf<!DOCTYPE html><html><head><title>a &amp; b</title></head><body class='x y'>"
        "<!-- c --><p a=b c=\"d\">text<br/><script>if (a<b) '<!--'</script><svg><![CDATA[x]]></svg>"
        "<table><tr><td>x</table></body></html>";
    run_t *run = run_begin();

    (void) state;
    run_add(run, "p.never", PZ_EDIT_REPLACE, "", "+");
    for (size_t len = 1; len < sizeof(page); len++) {
        for (size_t chunk = 1; chunk <= len; chunk += 1 + chunk / 2) {
            rewrite(run, page, len, chunk, 1 << 20);
            assert_int_equal(run->len, len);
            assert_memory_equal(run->out, page, len);
        }
    }
    run_end(run);
}

/* Any number of late tags: bounded memory, and an end of editing. */
static void
test_many_late_bodies(void **state)
{
    run_t *run = run_begin();
    char   page[64 * 1024];
    size_t len = 0;

    (void) state;
    run_add(run, "body[z] p", PZ_EDIT_APPEND, "", "+");
    while (len + 20 < sizeof(page)) {
        len += (size_t) sprintf(page + len, "<body a%zu=1>", len);
    }
    rewrite(run, page, len, 1000, 4 << 20);
    assert_int_equal(run->len, len);
    assert_memory_equal(run->out, page, len);
    assert_int_equal(run->outcome, PZ_OUTCOME_AMBIGUOUS);
    run_end(run);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_many_late_bodies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
