/*
 * A page's tokens as a list, for the targets that compare two of them.
 */
#ifndef HTML_TOKENS_H
#define HTML_TOKENS_H

#include <stdlib.h>
#include <string.h>

#include "pz_tree_build.h"

typedef struct {
    char     kind;      /* S, E(nd), T(ext), C(omment), A (CDATA), D(octype), L(imit) */
    char     open;      /* more of it may come */
    uint64_t key;       /* of a tag */
    size_t   from, len;
} token_t;

typedef struct {
    token_t *items;
    size_t   n, room;
    char    *bytes;
    size_t   len, bytes_room;
} tokens_t;

static inline void
tokens_free(tokens_t *t)
{
    free(t->items);
    free(t->bytes);
    memset(t, 0, sizeof(*t));
}

/* Pieces of text, of a comment, of CDATA are one token. */
static inline void
tokens_add(tokens_t *t, char kind, uint64_t key, pz_str_t bytes, int open)
{
    token_t *last = t->n ? &t->items[t->n - 1] : NULL;

    if (t->len + bytes.len > t->bytes_room) {
        t->bytes_room = (t->len + bytes.len) * 2;
        t->bytes = realloc(t->bytes, t->bytes_room);
    }
    if (t->n == t->room) {
        t->room = t->room ? t->room * 2 : 64;
        t->items = realloc(t->items, t->room * sizeof(token_t));
        last = t->n ? &t->items[t->n - 1] : NULL;
    }
    if ((bytes.len && t->bytes == NULL) || t->items == NULL) {
        abort();
    }

    if (last == NULL || last->kind != kind || !last->open) {
        last = &t->items[t->n++];
        *last = (token_t) { kind, 0, key, t->len, 0 };
    }
    if (bytes.len) {
        memcpy(t->bytes + t->len, bytes.data, bytes.len);
    }
    t->len += bytes.len;
    last->len += bytes.len;
    last->open = (char) open;
}

static inline int
tokens_same(const tokens_t *a, const token_t *x, const tokens_t *b, const token_t *y)
{
    return x->kind == y->kind && x->len == y->len
           && (x->len == 0 || memcmp(a->bytes + x->from, b->bytes + y->from, x->len) == 0);
}

static inline void tokens_no_open(void *data, unsigned n, unsigned how)
{
    (void) data, (void) n, (void) how;
}

static inline void tokens_no_close(void *data, unsigned n, int own, int popped)
{
    (void) data, (void) n, (void) own, (void) popped;
}

static inline void tokens_no_move(void *data, pz_tree_move_t move, unsigned n, int touched)
{
    (void) data, (void) move, (void) n, (void) touched;
}

typedef struct {
    pz_scan_t scan;
    pz_tree_t tree;
    int       with_tree;
    int       given_up;
} tokens_reader_t;

static inline void
tokens_tag(tokens_reader_t *r, tokens_t *t)
{
    const pz_tag_t *tag = &r->scan.tag;

    tokens_add(t, tag->end ? 'E' : 'S', tag->key, tag->whole, 0);
    if (tag->end && r->scan.mode != PZ_TEXT_DATA) {
        pz_scan_set_mode(&r->scan, PZ_TEXT_DATA, PZ_STR_NONE);
    }
    if (!r->with_tree) {
        return;
    }
    if (tag->end) {
        pz_tree_end_tag(&r->tree, tag);
    } else {
        pz_tree_start(&r->tree, tag);
        if (r->tree.text != PZ_TEXT_DATA) {
            pz_scan_set_mode(&r->scan, r->tree.text, tag->name);
        }
    }
    r->scan.cdata = (uint8_t) pz_tree_in_foreign(&r->tree);
    if (r->tree.failed) {
        r->given_up = 1;
    }
}

static inline void
tokens_text(tokens_reader_t *r, tokens_t *t)
{
    pz_str_t text = r->scan.bytes;
    size_t   blank = 0;

    tokens_add(t, 'T', 0, text, 1);
    if (!r->with_tree || r->scan.mode != PZ_TEXT_DATA) {
        return;
    }
    while (blank < text.len && strchr(" \t\r\n\f", text.data[blank]) && text.data[blank]) {
        blank++;
    }
    if (blank) {
        pz_tree_text(&r->tree, 1);
    }
    if (blank < text.len) {
        pz_tree_text(&r->tree, 0);
    }
}

static inline void
tokens_event(tokens_reader_t *r, tokens_t *t, pz_scan_event_t event)
{
    pz_scan_t *scan = &r->scan;

    switch (event) {
    case PZ_SCAN_TAG:
        tokens_tag(r, t);
        break;
    case PZ_SCAN_DOCTYPE:
        tokens_add(t, 'D', 0, scan->bytes, 0);
        if (r->with_tree) {
            pz_tree_doctype(&r->tree, scan->bytes);
        }
        break;
    case PZ_SCAN_TEXT:
        if (scan->bytes.len) {
            tokens_text(r, t);
        }
        break;
    case PZ_SCAN_COMMENT:
    case PZ_SCAN_CDATA:
        tokens_add(t, event == PZ_SCAN_CDATA ? 'A' : 'C', 0, scan->bytes, 1);
        break;
    case PZ_SCAN_COMMENT_END:
    case PZ_SCAN_CDATA_END:
        tokens_add(t, event == PZ_SCAN_CDATA_END ? 'A' : 'C', 0, scan->bytes, 0);
        if (t->items[t->n - 1].len < scan->trim) {
            abort();
        }
        t->items[t->n - 1].len -= scan->trim;
        break;
    default:
        tokens_add(t, 'L', 0, PZ_STR_NONE, 0);
        r->given_up = 1;
    }

    scan->carry.len = 0;
}

/* Chunks of 1 + something below `most` bytes; each in memory of its own. */
static inline void
tokens_read(tokens_t *t, tokens_reader_t *r, const char *page, size_t len, unsigned most,
    unsigned seed)
{
    pz_scan_event_t event;

    while (len && !r->given_up) {
        size_t n = len;
        char  *chunk;

        if (most) {
            seed = seed * 1103515245u + 12345u;
            n = 1 + (seed >> 16) % most;
            n = n < len ? n : len;
        }
        chunk = malloc(n);
        memcpy(chunk, page, n);
        pz_scan_feed(&r->scan, (pz_str_t) { chunk, n });
        while (!r->given_up && (event = pz_scan_next(&r->scan)) != PZ_SCAN_MORE) {
            tokens_event(r, t, event);
        }
        free(chunk);
        page += n;
        len -= n;
    }

    if (!r->given_up && (event = pz_scan_end(&r->scan)) != PZ_SCAN_MORE) {
        tokens_event(r, t, event);
    }
}

static inline void
tokens_begin(tokens_reader_t *r, pz_arena_t *arena, int with_tree)
{
    static const pz_tree_ops_t ops = { tokens_no_open, tokens_no_close, tokens_no_move };

    memset(r, 0, sizeof(*r));
    pz_scan_init(&r->scan, arena, 1 << 20);
    r->scan.want_text = r->scan.want_comments = 1;
    r->with_tree = with_tree;
    if (pz_tree_init(&r->tree, arena, 4096, &ops, NULL)) {
        abort();
    }
}

#endif
