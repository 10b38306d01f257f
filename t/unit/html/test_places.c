/*
 * What is replayed from a page's places is what the tokenizer gives: every kind
 * of edit, on real pages, recorded and replayed in any chunks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>
#include <cmocka.h>

#include "pz_recorder.h"
#include "pz_replay.h"

#define EDITS_MAX  8
#define BUDGET     (64u << 20)

typedef struct {
    char  *data;
    size_t len, room;
} text_t;

/* One way through a page: what comes out when slots stay empty, and when they are filled. */
typedef struct {
    pz_arena_t           *rules, *arena;
    pz_edit_t             edits[EDITS_MAX];
    size_t                nedits;
    pz_rewriter_options_t options;
    pz_str_t              page;

    text_t                empty, filled;
    pz_recorder_t        *recorder;
    pz_rewriter_t        *rewriter;
} run_t;

static unsigned seed = 20261121;

static unsigned
chance(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 8) % n;
}

static void
add_text(text_t *text, pz_str_t bytes)
{
    if (text->len + bytes.len + 1 > text->room) {
        text->room = (text->len + bytes.len) * 2 + 64;
        text->data = realloc(text->data, text->room);
    }
    if (bytes.len) {
        memcpy(text->data + text->len, bytes.data, bytes.len);
    }
    text->len += bytes.len;
    text->data[text->len] = '\0';
}

static int
on_span(void *data, const pz_span_t *span)
{
    run_t   *run = data;
    pz_str_t bytes = span->bytes;
    char     slot[16];

    if (run->recorder) {
        pz_recorder_span(run->recorder, run->rewriter, span);
    }

    if (span->kind == PZ_SPAN_SLOT) {
        bytes = (pz_str_t) { slot, (size_t) snprintf(slot, sizeof(slot), "{%u}", span->slot) };
        add_text(&run->filled, bytes);
        return 0;
    }

    /* skipped: only where it stands is told */
    if (bytes.data == NULL) {
        assert_int_equal(span->kind, PZ_SPAN_INPUT);
        bytes.data = run->page.data + span->at;
    }
    if (span->kind == PZ_SPAN_INPUT) {
        assert_memory_equal(bytes.data, run->page.data + span->at, bytes.len);
    }

    add_text(&run->empty, bytes);
    if (!span->spare) {
        add_text(&run->filled, bytes);
    }

    return 0;
}

static void
reset(run_t *run)
{
    run->empty.len = run->filled.len = 0;
    add_text(&run->empty, PZ_STR_NONE);
    add_text(&run->filled, PZ_STR_NONE);
}

/* How long the next chunk is: `how` 0 is all at once, else up to so many bytes. */
static size_t
next_chunk(size_t left, unsigned how)
{
    size_t n = how == 0 ? left : 1 + chance(how);

    return n < left ? n : left;
}

/* The page by the tokenizer; its places, when they can be kept. */
static int
tokenize(run_t *run, unsigned how, pz_str_t *kept)
{
    pz_places_t places;
    size_t      n;
    int         rc;

    reset(run);
    run->recorder = pz_recorder_create(run->arena, run->nedits);
    run->rewriter = pz_rewriter_create(run->arena, run->edits, run->nedits, &run->options,
                                       on_span, run);

    for (size_t at = 0; at < run->page.len; at += n) {
        n = next_chunk(run->page.len - at, how);
        pz_str_t chunk = { malloc(n), n };

        memcpy((char *) chunk.data, run->page.data + at, n);
        pz_recorder_chunk(run->recorder, chunk);
        pz_rewriter_feed(run->rewriter, chunk);
        pz_recorder_fed(run->recorder, run->rewriter);
        free((char *) chunk.data);
    }
    pz_rewriter_end(run->rewriter);

    rc = pz_recorder_end(run->recorder, run->rewriter, (int) run->options.ascii_only, &places);
    if (rc == 0) {
        rc = pz_places_write(&places, run->arena, 256u << 10, kept);
    }
    run->recorder = NULL;

    return rc;
}

typedef enum { STREAMED, TRUSTED, SKIPPED } way_t;

/* The page by its places.  Returns whether it was another page. */
static int
replay(run_t *run, const pz_places_t *places, way_t way, unsigned how, pz_replay_t **used)
{
    pz_replay_t *rp = pz_replay_create(run->arena, run->edits, run->nedits, places, on_span, run);
    size_t       n;

    assert_non_null(rp);
    reset(run);
    if (way != STREAMED) {
        pz_replay_trust(rp);
    }

    for (size_t at = 0; at < run->page.len; at += n) {
        n = next_chunk(run->page.len - at, how);
        if (way == SKIPPED) {
            assert_int_equal(pz_replay_skip(rp, n), 0);
            continue;
        }

        pz_str_t chunk = { malloc(n), n };

        memcpy((char *) chunk.data, run->page.data + at, n);
        assert_int_equal(pz_replay_feed(rp, chunk), 0);
        free((char *) chunk.data);
    }
    assert_int_equal(pz_replay_end(rp), 0);
    *used = rp;

    return pz_replay_failed(rp);
}

static int
read_page(void *data, uint64_t from, size_t len, char *to)
{
    run_t *run = data;

    if (from + len > run->page.len) {
        return -1;
    }
    memcpy(to, run->page.data + from, len);

    return 0;
}

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

static const char *const selectors[] = {
    "body", "p", "a", "div", "li", "h1", "main", "title", "span", "td", "img", "head", "html",
    "pre", "ul > li:first-child", "div p", "[class]", "#content", "script", "a:nth-child(2)", "table",
};

static void
add_edit(run_t *run, unsigned op)
{
    pz_edit_t *edit = &run->edits[run->nedits++];

    *edit = (pz_edit_t) { .op = (pz_edit_op_t) op, .slot = PZ_EDIT_NO_SLOT };
    edit->selector = pz_selector_parse(run->rules, pz_str_from(
        selectors[chance(sizeof(selectors) / sizeof(selectors[0]))]), NULL);
    edit->name = PZ_STR("data-x");
    edit->content = chance(8) == 0 ? PZ_STR("\n<i>x</i>") : chance(8) ? PZ_STR("<b>\xe0\xb8\x81 hello</b>") : PZ_STR_NONE;
    edit->limit = chance(3) ? 1 + chance(3) : 0;
    edit->has_values = pz_edit_op_inserts(edit->op) && chance(4) == 0;
    if (pz_edit_op_inserts(edit->op) && chance(3) == 0) {
        edit->slot = (int) (run->nedits - 1);
        edit->content = PZ_STR_NONE;
    }
}

static void
make_edits(run_t *run)
{
    unsigned n = 1 + chance(4);

    run->nedits = 0;
    run->options = (pz_rewriter_options_t) { .ascii_only = chance(4) == 0 };
    for (unsigned i = 0; i < n; i++) {
        add_edit(run, chance(PZ_EDIT_REMOVE_CLASS + 1));
    }
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

static pz_str_t
load(const char *path)
{
    FILE    *file = fopen(path, "rb");
    pz_str_t page = PZ_STR_NONE;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    page.len = (size_t) ftell(file);
    page.data = malloc(page.len + 1);
    rewind(file);
    assert_int_equal(fread((char *) page.data, 1, page.len, file), page.len);
    fclose(file);

    return page;
}

static void
holds_in(const char *pattern, int rounds)
{
    glob_t found;
    int    kept = 0;

    if (glob(pattern, 0, NULL, &found)) {
        print_message("no %s: skipped\n", pattern);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        pz_str_t page = load(found.gl_pathv[i]);

        kept += page_holds(page, rounds);
        free((char *) page.data);
    }
    assert_true(kept > 0);
    globfree(&found);
}

static void
test_pages(void **state)
{
    (void) state;
    holds_in("t/pages/*.html", 20);
    holds_in("t/golden/html/*/*.html", 30);
    holds_in("../shared/pages/*.html", 4);
}

/* What is no places is refused, and does no harm. */
static void
test_broken_bytes(void **state)
{
    run_t       run = { .rules = pz_arena_create(1 << 20, 0), .arena = pz_arena_create(BUDGET, 0),
                        .page = PZ_STR("<body><p class=a>x</p><ul><li>a<li>b</ul></body>") };
    pz_str_t    kept;
    pz_places_t places;
    char       *copy;

    (void) state;
    for (int i = 0; i < 400; i++) {
        make_edits(&run);
        if (tokenize(&run, 0, &kept)) {
            continue;
        }
        copy = malloc(kept.len + 1);
        memcpy(copy, kept.data, kept.len);
        if (i & 1) {
            copy[chance((unsigned) kept.len)] ^= (char) (1u << chance(8));
        } else {
            kept.len = chance((unsigned) kept.len + 1);
        }
        if (pz_places_read(run.arena, (pz_str_t) { copy, kept.len }, &places) == 0
            && places.ncounts == run.nedits)
        {
            pz_replay_t *rp;

            replay(&run, &places, STREAMED, 20, &rp);
            pz_places_check(&places, read_page, &run);
        }
        free(copy);
        pz_arena_reset(run.arena);
    }
    free(run.empty.data);
    free(run.filled.data);
    pz_arena_destroy(run.arena);
    pz_arena_destroy(run.rules);
}

static void
test_signature(void **state)
{
    pz_arena_t           *arena = pz_arena_create(1 << 20, 0);
    pz_rewriter_options_t options = { .max_tag = 1000 };
    pz_edit_t             edit = { .op = PZ_EDIT_APPEND, .slot = PZ_EDIT_NO_SLOT,
                                   .content = PZ_STR("a") };
    uint64_t              first;

    (void) state;
    edit.selector = pz_selector_parse(arena, PZ_STR("main"), NULL);
    first = pz_places_signature(&edit, 1, &options);
    assert_true(first != 0);

    edit.content = PZ_STR("another visitor's");
    assert_true(pz_places_signature(&edit, 1, &options) == first);
    edit.content = PZ_STR_NONE;
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.content = PZ_STR("\nin a pre");
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.content = PZ_STR("a");
    edit.limit = 1;
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.limit = 0;
    edit.selector = pz_selector_parse(arena, PZ_STR("body"), NULL);
    assert_true(pz_places_signature(&edit, 1, &options) != first);

    edit.op = PZ_EDIT_SET_ATTR;
    edit.name = PZ_STR("class");
    first = pz_places_signature(&edit, 1, &options);
    edit.content = PZ_STR("b");
    assert_true(pz_places_signature(&edit, 1, &options) != first);
    edit.has_values = 1;
    assert_true(pz_places_signature(&edit, 1, &options) == 0);
    pz_arena_destroy(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_pages),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_broken_bytes),
        cmocka_unit_test(test_signature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
