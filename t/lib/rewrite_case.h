/*
 * cmocka, and a page that goes through the rewriter: begin, add edits, check.
 */
#ifndef REWRITE_CASE_H
#define REWRITE_CASE_H

/* cmocka.h needs these in front of it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static inline run_t *
run_begin(void)
{
    run_t *run = calloc(1, sizeof(run_t));

    run->rules = pz_arena_create(1 << 20, 0);
    run->room = 64;
    run->out = malloc(run->room);
    return run;
}

static inline void
run_end(run_t *run)
{
    pz_arena_destroy(run->rules);
    free(run->out);
    free(run);
}

static inline pz_edit_t *
run_add(run_t *run, const char *selector, pz_edit_op_t op, const char *name, const char *content)
{
    pz_edit_t *edit = &run->edits[run->nedits++];

    *edit = (pz_edit_t) { .op = op, .name = pz_str_from(name), .content = pz_str_from(content),
                          .slot = PZ_EDIT_NO_SLOT };
    edit->selector = pz_selector_parse(run->rules, pz_str_from(selector), NULL);
    assert_non_null(edit->selector);

    return edit;
}

static inline int
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
static inline void
rewrite(run_t *run, const char *page, size_t len, size_t chunk, size_t budget)
{
    pz_arena_t    *arena = pz_arena_create(budget, 0);
    pz_rewriter_t *rw = pz_rewriter_create(arena, run->edits, run->nedits, &run->options,
                                           on_span, run);

    assert_non_null(rw);
    run->len = run->spans = run->input_spans = 0;
    run->out[0] = '\0';
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
static inline void
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

/* One edit, one page, in every chunk size: what comes out, and how editing ends. */
typedef struct {
    const char           *selector;
    pz_edit_op_t          op;
    const char           *name, *content, *page, *expected;
    pz_rewriter_outcome_t outcome;
} rewrite_case_t;

static inline void
check_cases(const rewrite_case_t *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        run_t *run = run_begin();

        run_add(run, cases[i].selector, cases[i].op, cases[i].name, cases[i].content);
        check(run, cases[i].page, cases[i].expected);
        assert_int_equal(run->outcome, cases[i].outcome);
        run_end(run);
    }
}

/* The same edits on every page. */
typedef struct {
    const char  *selector;
    pz_edit_op_t op;
    const char  *content;
} edit_case_t;

typedef struct {
    const char           *page, *expected;
    pz_rewriter_outcome_t outcome;
} page_case_t;

static inline void
check_pages(const edit_case_t *edits, size_t nedits, const page_case_t *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        run_t *run = run_begin();

        for (size_t e = 0; e < nedits; e++) {
            run_add(run, edits[e].selector, edits[e].op, "", edits[e].content);
        }
        check(run, cases[i].page, cases[i].expected);
        assert_int_equal(run->outcome, cases[i].outcome);
        run_end(run);
    }
}

#endif
