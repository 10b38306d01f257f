/*
 * A page by the tokenizer, which keeps its places, and by these places: any
 * edits, any chunks.
 */
#ifndef PLACES_CASE_H
#define PLACES_CASE_H

/* cmocka.h needs these in front of it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static inline unsigned
chance(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 8) % n;
}

static inline void
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

static inline int
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

static inline void
reset(run_t *run)
{
    run->empty.len = run->filled.len = 0;
    add_text(&run->empty, PZ_STR_NONE);
    add_text(&run->filled, PZ_STR_NONE);
}

/* How long the next chunk is: `how` 0 is all at once, else up to so many bytes. */
static inline size_t
next_chunk(size_t left, unsigned how)
{
    size_t n = how == 0 ? left : 1 + chance(how);

    return n < left ? n : left;
}

/* The page by the tokenizer; its places, when they can be kept. */
static inline int
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
static inline int
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

static inline int
read_page(void *data, uint64_t from, size_t len, char *to)
{
    run_t *run = data;

    if (from + len > run->page.len) {
        return -1;
    }
    memcpy(to, run->page.data + from, len);

    return 0;
}

static const char *const selectors[] = {
    "body", "p", "a", "div", "li", "h1", "main", "title", "span", "td", "img", "head", "html",
    "pre", "ul > li:first-child", "div p", "[class]", "#content", "script", "a:nth-child(2)", "table",
};

static inline void
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

static inline void
make_edits(run_t *run)
{
    unsigned n = 1 + chance(4);

    run->nedits = 0;
    run->options = (pz_rewriter_options_t) { .ascii_only = chance(4) == 0 };
    for (unsigned i = 0; i < n; i++) {
        add_edit(run, chance(PZ_EDIT_REMOVE_CLASS + 1));
    }
}

#endif
