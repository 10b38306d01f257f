/*
 * What is replayed from a page's places is what the tokenizer gives: every kind
 * of edit, on real pages, recorded and replayed in any chunks.
 */
#include "page_files.h"
#include "places_case.h"

static pz_str_t
copy_text(run_t *run, const text_t *text)
{
    pz_str_t copy;

    assert_int_equal(pz_arena_copy(run->arena, (pz_str_t) { text->data, text->len }, &copy), 0);
    return copy;
}

static void
same(const text_t *text, pz_str_t expected)
{
    assert_int_equal(text->len, expected.len);
    assert_memory_equal(text->data, expected.data, expected.len);
}

/* A byte around an edge is another one: it is noticed, and nothing half goes out. */
static void
damage(run_t *run, const pz_places_t *places)
{
    const pz_splice_t *splice = &places->splices[chance((unsigned) places->nsplices)];
    const pz_edge_t   *edge = &splice->edges[chance(splice->nedges)];
    pz_places_t        some = *places;
    pz_replay_t       *rp;
    char              *byte;

    if (edge->len == 0) {
        return;
    }
    byte = (char *) run->page.data + edge->from + chance(edge->len);
    if (splice->removed && splice->removed <= PZ_PLACES_WHOLE) {
        byte = (char *) run->page.data + splice->at + chance((unsigned) splice->removed);
    }
    *byte = (char) (*byte ^ 1);
    assert_int_equal(pz_places_check(places, read_page, run), 0);

    if (pz_places_stream(places)) {
        pz_str_t got[2];
        int      found = 0;

        assert_int_equal(replay(run, places, STREAMED, chance(3) * 700, &rp), 1);
        got[0] = copy_text(run, &run->empty);
        got[1] = copy_text(run, &run->filled);

        /* the page as it is now, with the first of the splices and no other */
        for (some.nsplices = 0; some.nsplices < places->nsplices && !found; some.nsplices++) {
            replay(run, &some, TRUSTED, 0, &rp);
            found = run->empty.len == got[0].len && run->filled.len == got[1].len
                    && memcmp(run->empty.data, got[0].data, got[0].len) == 0
                    && memcmp(run->filled.data, got[1].data, got[1].len) == 0;
        }
        assert_true(found);
    }
    *byte = (char) (*byte ^ 1);
}

/* Returns 1 when the page's places could be kept. */
static int
compare(run_t *run)
{
    pz_str_t              kept, empty, filled;
    pz_places_t           places;
    pz_rewriter_outcome_t outcome;
    pz_replay_t          *rp;
    int                   rc;

    rc = tokenize(run, chance(4) * 3000, &kept);
    outcome = pz_rewriter_outcome(run->rewriter);
    if (rc) {
        return 0;
    }
    empty = copy_text(run, &run->empty);
    filled = copy_text(run, &run->filled);

    assert_int_equal(pz_places_read(run->arena, kept, &places), 0);
    assert_int_equal(places.total, run->page.len);
    assert_int_equal(pz_places_check(&places, read_page, run), 1);

    for (unsigned i = 0; i < 7; i++) {
        static const unsigned hows[] = { 0, 1, 30, 5000, 0, 3000, 0 };
        way_t way = i < 4 ? STREAMED : i < 6 ? TRUSTED : SKIPPED;

        if (way == STREAMED && !pz_places_stream(&places)) {
            continue;
        }
        assert_int_equal(replay(run, &places, way, hows[i], &rp), 0);
        same(&run->empty, empty);
        same(&run->filled, filled);
        assert_int_equal(pz_replay_outcome(rp), outcome);
        for (size_t e = 0; e < run->nedits; e++) {
            assert_int_equal(pz_replay_matches(rp, e), pz_rewriter_matches(run->rewriter, e));
            assert_int_equal(pz_replay_refused(rp, e), pz_rewriter_refused(run->rewriter, e));
        }
    }

    if (places.nsplices) {
        damage(run, &places);
    }

    /* shorter, or longer */
    if (run->page.len > 40 && pz_places_stream(&places)) {
        run->page.len -= 1 + chance(30);
        replay(run, &places, STREAMED, 500, &rp);
        assert_int_equal(pz_replay_failed(rp), 1);
    }

    return 1;
}

/* Returns how many ways through the page could be kept. */
static int
page_holds(pz_str_t page, int rounds)
{
    int kept = 0;

    for (int i = 0; i < rounds; i++) {
        run_t run = { .rules = pz_arena_create(1 << 20, 0),
                      .arena = pz_arena_create(BUDGET, 64u << 10) };

        run.page = (pz_str_t) { malloc(page.len + 1), page.len };
        memcpy((char *) run.page.data, page.data, page.len);
        void *memory = (char *) run.page.data;

        make_edits(&run);
        kept += compare(&run);

        free(memory);
        free(run.empty.data);
        free(run.filled.data);
        pz_arena_destroy(run.arena);
        pz_arena_destroy(run.rules);
    }

    return kept;
}

static void
test_small_pages(void **state)
{
    static const char *const pages[] = {
        "", " ", "text", "<p>", "<p>a<p>b<p>c", "<ul><li>a<li>b</ul>", "<title>x</title><h1>y",
        "<!DOCTYPE html><html><head><title>t</title></head><body class='a'><main><p>x</p></main>"
        "</body></html>",
        "<table><tr><td>a<td class=x>b</table>", "<b><p></b><p>x", "<div><div><p>x</div>y<p>z</div>",
        "\xef\xbb\xbf<body><h1>bom</h1>", "<div class=a><span class=\"b c\">x</span></div><img><p",
        "<body><div id=content><ul><li>1</li><li>2</li></ul></div><!-- c", "<a href=x>1</a><a>2</a>",
        "<div class='", "<pre>\n\nx</pre><p>y<pre>\r\nz", "<p>one</p>\n<p class=x>two</p>\n<p>three</p></body></html>\n",
    };
    int kept = 0;

    (void) state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        kept += page_holds(pz_str_from(pages[i]), 200);
    }
    assert_true(kept > 2000);
}

/* How often a file's page is gone through, and how often its places could be kept. */
typedef struct {
    int rounds, kept;
} tally_t;

static void
on_page(void *data, const char *name, pz_str_t page)
{
    tally_t *tally = data;

    (void) name;
    tally->kept += page_holds(page, tally->rounds);
}

static void
holds_in(const char *pattern, int rounds)
{
    tally_t tally = { rounds, 0 };

    if (page_files(pattern, on_page, &tally)) {
        assert_true(tally.kept > 0);
    }
}

static void
test_pages(void **state)
{
    (void) state;
    holds_in("t/pages/*.html", 20);
    holds_in("t/golden/html/*/*.html", 30);
    holds_in("../shared/pages/*.html", 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_pages),
        cmocka_unit_test(test_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
