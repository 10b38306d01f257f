/*
 * MB/s of the rewriter over real pages: 0, 3, 30 and 300 selectors, whole and
 * in buffers of 16 KB, beside memchr to every '<' over the same bytes.
 *
 *   bench FOLDER [SECONDS A LINE]
 *
 * The selectors are such as campaigns use: ids and classes that are on few
 * pages, types with a class, a child; nothing makes the rewriter stop early.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pz_rewriter.h"

#define PAGES_MAX  64

typedef struct {
    char  *data;
    size_t len;
} page_t;

static page_t pages[PAGES_MAX];
static size_t npages, total;

/* CPU time of this process: what others do on the machine counts less. */
static double
now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}

static void
load(const char *folder)
{
    DIR           *dir = opendir(folder);
    struct dirent *entry;
    char           path[4096];

    while (dir && (entry = readdir(dir)) != NULL && npages < PAGES_MAX) {
        FILE *file;
        long  size;

        if (!strstr(entry->d_name, ".html")) {
            continue;
        }
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        file = fopen(path, "rb");
        if (file == NULL) {
            continue;
        }
        fseek(file, 0, SEEK_END);
        size = ftell(file);
        rewind(file);
        pages[npages].data = malloc((size_t) size);
        pages[npages].len = fread(pages[npages].data, 1, (size_t) size, file);
        total += pages[npages++].len;
        fclose(file);
    }

    if (dir) {
        closedir(dir);
    }
}

static int
on_span(void *data, const pz_span_t *span)
{
    *(size_t *) data += span->bytes.len;

    return 0;
}

/* The n-th selector: the first three are the usual ones. */
static void
selector_text(char *out, size_t size, unsigned n)
{
    static const char *const usual[] = { "#related-products", "main > .promo", "div.banner-slot" };

    if (n < 3) {
        snprintf(out, size, "%s", usual[n]);
    } else {
        switch (n % 5) {
        case 0:
            snprintf(out, size, "#slot-%u", n);
            break;
        case 1:
            snprintf(out, size, ".campaign-%u", n);
            break;
        case 2:
            snprintf(out, size, "section.area-%u > div", n);
            break;
        case 3:
            snprintf(out, size, "a[data-offer-%u]", n);
            break;
        default:
            snprintf(out, size, "ul.menu-%u li.item", n);
        }
    }
}

static size_t
rewrite_all(const pz_edit_t *edits, size_t n, size_t chunk, pz_arena_t *arena)
{
    size_t out = 0;

    for (size_t i = 0; i < npages; i++) {
        pz_rewriter_t *rw = pz_rewriter_create(arena, edits, n, NULL, on_span, &out);
        size_t         step = chunk ? chunk : pages[i].len;

        for (size_t at = 0; at < pages[i].len; at += step) {
            pz_str_t bytes = { pages[i].data + at, pages[i].len - at };

            pz_rewriter_feed(rw, pz_str_head(bytes, step));
        }
        pz_rewriter_end(rw);
        pz_arena_reset(arena);
    }

    return out;
}

static void
report(const char *name, size_t rounds, double seconds)
{
    printf("%-28s %9.0f MB/s\n", name, (double) rounds * (double) total / seconds / 1e6);
    fflush(stdout);
}

static void
bench_memchr(double limit)
{
    double          began = now();
    size_t          rounds = 0;
    volatile size_t found = 0;

    do {
        size_t n = 0;

        for (size_t i = 0; i < npages; i++) {
            const char *p = pages[i].data, *end = p + pages[i].len;

            while ((p = memchr(p, '<', (size_t) (end - p))) != NULL) {
                n++;
                p++;
            }
        }
        found += n;
        rounds++;
    } while (now() - began < limit);

    report("memchr to every '<'", rounds, now() - began);
}

static void
bench_selectors(unsigned n, size_t chunk, double limit)
{
    pz_arena_t *rules = pz_arena_create(16 << 20, 0), *arena = pz_arena_create(16 << 20, 65536);
    pz_edit_t  *edits = calloc(n + 1, sizeof(pz_edit_t));
    char        text[64];
    double      began;
    size_t      rounds = 0;

    for (unsigned i = 0; i < n; i++) {
        selector_text(text, sizeof(text), i);
        edits[i] = (pz_edit_t) { .op = PZ_EDIT_APPEND, .content = PZ_STR("<p>x</p>"),
                                 .slot = PZ_EDIT_NO_SLOT };
        edits[i].selector = pz_selector_parse(rules, pz_str_from(text), NULL);
    }

    if (rewrite_all(edits, n, chunk, arena) < total) {
        fprintf(stderr, "bench: output is missing\n");
        exit(1);
    }

    began = now();
    do {
        rewrite_all(edits, n, chunk, arena);
        rounds++;
    } while (now() - began < limit);

    snprintf(text, sizeof(text), "%3u selectors, %s", n, chunk ? "16 KB buffers" : "whole");
    report(text, rounds, now() - began);

    pz_arena_destroy(rules);
    pz_arena_destroy(arena);
    free(edits);
}

int
main(int argc, char **argv)
{
    static const unsigned counts[] = { 0, 3, 30, 300 };
    double                limit = argc > 2 ? atof(argv[2]) : 1;

    load(argc > 1 ? argv[1] : "../shared/pages");
    if (npages == 0) {
        fprintf(stderr, "bench: no pages in that folder\n");
        return 1;
    }

    printf("%zu pages, %zu bytes\n", npages, total);
    bench_memchr(limit);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        bench_selectors(counts[i], 0, limit);
        bench_selectors(counts[i], 16384, limit);
    }

    return 0;
}
