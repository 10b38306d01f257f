/*
 * The rewriter: the same output and outcome however the page is cut; a page in
 * which nothing matches comes out as it went in.
 *
 * The first byte chooses the edits, the second the chunks; the rest is the page.
 */
#include <stdlib.h>
#include <string.h>

#include "pz_rewriter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    char  *data;
    size_t len, room;
} buffer_t;

typedef struct {
    const char  *selector;
    pz_edit_op_t op;
    const char  *name;
    const char  *content;
} case_t;

static const case_t cases[] = {
    { "p", PZ_EDIT_AFTER, "", "[after]" },
    { "div", PZ_EDIT_APPEND, "", "[append]" },
    { "li, td, option", PZ_EDIT_BEFORE, "", "[before]" },
    { "body", PZ_EDIT_PREPEND, "", "[prepend]" },
    { "b, i, a", PZ_EDIT_ADD_CLASS, "new", "" },
    { "table", PZ_EDIT_REPLACE, "", "[replace]" },
    { "div > p", PZ_EDIT_REMOVE, "", "" },
    { ".a", PZ_EDIT_INNER, "", "[inner]" },
    { "#a", PZ_EDIT_SET_ATTR, "title", "v\"<" },
    { "p + p, li ~ li", PZ_EDIT_REMOVE_ATTR, "class", "" },
    { "*:nth-child(2n+1)", PZ_EDIT_SET_ATTR, "n", "odd" },
    { ":not(div):nth-of-type(2)", PZ_EDIT_REMOVE_CLASS, "a", "" },
    { "nothing-like-this", PZ_EDIT_REMOVE, "", "" },
    { "svg *", PZ_EDIT_BEFORE, "", "[svg]" },
    { "html, head", PZ_EDIT_AFTER, "", "\xe0\xb8\x81" },
    { "[class^=a i]", PZ_EDIT_REPLACE, "", "[attr]" },
};

static int
on_span(void *data, const pz_span_t *span)
{
    buffer_t *b = data;
    size_t    len = span->kind == PZ_SPAN_SLOT ? 1 : span->bytes.len;

    if (b->len + len > b->room) {
        b->room = (b->len + len) * 2;
        b->data = realloc(b->data, b->room);
        if (b->data == NULL) {
            abort();
        }
    }
    memcpy(b->data + b->len, span->kind == PZ_SPAN_SLOT ? "#" : span->bytes.data, len);
    b->len += len;

    return 0;
}

/* Each chunk gets memory of its own, so that a read past its end is seen. */
static void
feed(pz_rewriter_t *rw, const char *p, size_t len)
{
    char *chunk = malloc(len ? len : 1);

    memcpy(chunk, p, len);
    pz_rewriter_feed(rw, (pz_str_t) { chunk, len });
    free(chunk);
}

static pz_rewriter_outcome_t
rewrite(const pz_edit_t *edits, size_t n, const char *page, size_t len, unsigned seed, buffer_t *out)
{
    pz_arena_t           *arena = pz_arena_create(4 << 20, 0);
    pz_rewriter_options_t options = { .max_tag = 300, .max_depth = 64, .ascii_only = seed & 1 };
    pz_rewriter_t        *rw = pz_rewriter_create(arena, edits, n, &options, on_span, out);
    unsigned              state = seed;
    pz_rewriter_outcome_t outcome;

    while (len) {
        size_t chunk = len;

        if (seed > 1) {
            state = state * 1103515245u + 12345u;
            chunk = seed < 4 ? 1 : 1 + (state >> 16) % (seed < 32 ? 4 : 40);
            chunk = chunk < len ? chunk : len;
        }
        feed(rw, page, chunk);
        page += chunk;
        len -= chunk;
    }

    pz_rewriter_end(rw);
    outcome = pz_rewriter_outcome(rw);
    pz_arena_destroy(arena);

    return outcome;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    buffer_t    whole = { NULL, 0, 0 }, cut = { NULL, 0, 0 };
    pz_arena_t *arena = pz_arena_create(1 << 20, 0);
    pz_edit_t   edits[4];
    size_t      n = sizeof(cases) / sizeof(cases[0]);
    const char *page = (const char *) data + 2;

    if (size < 2) {
        pz_arena_destroy(arena);
        return 0;
    }

    for (size_t i = 0; i < 4; i++) {
        const case_t *c = &cases[(data[0] + i * (1 + data[0] / n)) % n];

        edits[i] = (pz_edit_t) { .op = c->op, .name = pz_str_from(c->name), .limit = data[0] & 1,
                                 .content = pz_str_from(c->content), .slot = PZ_EDIT_NO_SLOT };
        edits[i].selector = pz_selector_parse(arena, pz_str_from(c->selector), NULL);
        if (edits[i].selector == NULL) {
            abort();
        }
    }

    pz_rewriter_outcome_t outcome = rewrite(edits, 4, page, size - 2, data[1] & 1, &whole);

    if (rewrite(edits, 4, page, size - 2, data[1] | 2, &cut) != outcome || cut.len != whole.len
        || (cut.len && memcmp(cut.data, whole.data, cut.len)))
    {
        abort();
    }

    cut.len = 0;
    edits[0].selector = pz_selector_parse(arena, PZ_STR("no-such-element.x > y"), NULL);
    rewrite(edits, 1, page, size - 2, data[1], &cut);
    if (cut.len != size - 2 || (cut.len && memcmp(cut.data, page, cut.len))) {
        abort();
    }

    free(whole.data);
    free(cut.data);
    pz_arena_destroy(arena);

    return 0;
}
