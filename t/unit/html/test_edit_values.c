/* Edits with values: what others than the author chose never lands where it would run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pz_rewriter.h"

#define OUT_MAX  4096

typedef struct {
    char     text[OUT_MAX];
    size_t   len;
    unsigned matches;
    unsigned refused;
} result_t;


static int
on_span(void *data, const pz_span_t *span)
{
    result_t *r = data;

    if (span->kind == PZ_SPAN_SLOT) {
        assert_true(r->len + 6 < OUT_MAX);
        memcpy(r->text + r->len, "{slot}", 6);
        r->len += 6;
    } else if (!span->spare) {
        assert_true(r->len + span->bytes.len < OUT_MAX);
        memcpy(r->text + r->len, span->bytes.data, span->bytes.len);
        r->len += span->bytes.len;
    }
    return 0;
}


/* `page` as one edit leaves it, fed `chunk` bytes at a time. */
static void
rewrite(const char *page, const char *selector, pz_edit_t edit, size_t chunk, result_t *r)
{
    pz_str_t       rest = pz_str_from(page);
    pz_arena_t    *arena = pz_arena_create(1 << 20, 0);
    pz_rewriter_t *rw;

    memset(r, 0, sizeof(*r));
    edit.selector = pz_selector_parse(arena, pz_str_from(selector), NULL);
    assert_non_null(edit.selector);
    if (edit.slot == PZ_EDIT_NO_SLOT) {
        edit.content = PZ_STR("NEW");
    }
    if (edit.op == PZ_EDIT_SET_ATTR) {
        edit.name = PZ_STR("href");
    }
    rw = pz_rewriter_create(arena, &edit, 1, NULL, on_span, r);
    assert_non_null(rw);
    while (rest.len) {
        assert_int_equal(pz_rewriter_feed(rw, pz_str_head(rest, chunk)), 0);
        rest = pz_str_skip(rest, chunk);
    }
    assert_int_equal(pz_rewriter_end(rw), 0);
    r->text[r->len] = '\0';
    r->matches = pz_rewriter_matches(rw, 0);
    r->refused = pz_rewriter_refused(rw, 0);
    pz_arena_destroy(arena);
}


static void
refuses(const char *page, const char *selector, pz_edit_op_t op, int slot)
{
    result_t  r;
    size_t    chunk;
    pz_edit_t edit = { .op = op, .slot = slot, .has_values = 1 };

    for (chunk = 1; chunk < 200; chunk += 66) {
        rewrite(page, selector, edit, chunk, &r);
        assert_string_equal(r.text, page);
        assert_int_equal(r.matches, 0);
        assert_int_equal(r.refused, 1);
    }
    /* what the author alone wrote is the author's business */
    edit.has_values = 0;
    rewrite(page, selector, edit, 7, &r);
    assert_string_not_equal(r.text, page);
    assert_int_equal(r.matches, 1);
    assert_int_equal(r.refused, 0);
}


static void
allows(const char *page, const char *selector, pz_edit_op_t op, const char *want)
{
    result_t  r;
    pz_edit_t edit = { .op = op, .slot = PZ_EDIT_NO_SLOT, .has_values = 1 };

    rewrite(page, selector, edit, 5, &r);
    assert_string_equal(r.text, want);
    assert_int_equal(r.matches, 1);
    assert_int_equal(r.refused, 0);
}


static void
test_content(void **state)
{
    size_t                    i, k;
    char                      page[256];
    static const pz_edit_op_t inside[] = { PZ_EDIT_PREPEND, PZ_EDIT_APPEND, PZ_EDIT_INNER };
    static const char *const  names[] = {
        "script", "SCRIPT", "style", "xmp", "iframe", "noembed", "noframes", "noscript",
    };

    (void) state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(page, sizeof(page), "<!DOCTYPE html><html><head></head><body><p>a</p>"
                 "<%s id=x class=y>old</%s><p>b</p></body></html>", names[i], names[i]);
        for (k = 0; k < 3; k++) {
            refuses(page, "#x", inside[k], PZ_EDIT_NO_SLOT);
            refuses(page, "body > .y:not(a)", inside[k], 0);
        }
    }
    refuses("<body><plaintext id=x>old", "#x", PZ_EDIT_PREPEND, PZ_EDIT_NO_SLOT);
}


/* In SVG a script is parsed as markup, and its text runs all the same. */
static void
test_foreign(void **state)
{
    static const char page[] = "<!DOCTYPE html><body><svg><script class=s>1<a id=x>2</a>3</script>"
                               "</svg></body>";

    (void) state;
    refuses(page, ".s", PZ_EDIT_APPEND, PZ_EDIT_NO_SLOT);
    refuses(page, "#x", PZ_EDIT_BEFORE, PZ_EDIT_NO_SLOT);
    refuses(page, "#x", PZ_EDIT_AFTER, PZ_EDIT_NO_SLOT);
    refuses(page, "#x", PZ_EDIT_REPLACE, 0);
    refuses(page, "#x", PZ_EDIT_INNER, PZ_EDIT_NO_SLOT);
}


static void
test_attributes(void **state)
{
    (void) state;
    refuses("<body><script id=x src=/a.js></script>", "#x", PZ_EDIT_SET_ATTR, PZ_EDIT_NO_SLOT);
    refuses("<head><base id=x href=/>", "#x", PZ_EDIT_SET_ATTR, PZ_EDIT_NO_SLOT);
    refuses("<body><object id=x></object>", "#x", PZ_EDIT_SET_ATTR, PZ_EDIT_NO_SLOT);
    refuses("<body><svg><animateTransform id=x /></svg>", "#x", PZ_EDIT_SET_ATTR,
            PZ_EDIT_NO_SLOT);
    allows("<body><a id=x>", "#x", PZ_EDIT_SET_ATTR, "<body><a href=\"NEW\" id=x>");
}


/* Beside such elements, in place of them and in title and textarea all is as ever. */
static void
test_allowed(void **state)
{
    (void) state;
    allows("<body><script id=x>1</script>", "#x", PZ_EDIT_BEFORE,
           "<body>NEW<script id=x>1</script>");
    allows("<body><script id=x>1</script>", "#x", PZ_EDIT_REPLACE, "<body>NEW");
    allows("<title class=x>1</title>", ".x", PZ_EDIT_INNER, "<title class=x>NEW</title>");
    allows("<body><textarea class=x>1</textarea>", ".x", PZ_EDIT_APPEND,
           "<body><textarea class=x>1NEW</textarea>");
    allows("<body><script>1</script><p class=x>1</p>", ".x", PZ_EDIT_INNER,
           "<body><script>1</script><p class=x>NEW</p>");
}


/* What is refused uses up no limit: the next element gets its turn. */
static void
test_limit(void **state)
{
    result_t  r;
    pz_edit_t edit = { .op = PZ_EDIT_INNER, .slot = PZ_EDIT_NO_SLOT, .limit = 1,
                       .has_values = 1 };

    (void) state;
    rewrite("<body><script class=x>1</script><p class=x>1</p><p class=x>2</p>", ".x", edit, 3, &r);
    assert_string_equal(r.text, "<body><script class=x>1</script><p class=x>NEW</p>"
                        "<p class=x>2</p>");
    assert_int_equal(r.matches, 1);
    assert_int_equal(r.refused, 1);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
