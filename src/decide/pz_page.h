/*
 * Which pages a campaign is for: "/" exact, "~^/category/" and "~*" PCRE2, as
 * in nginx.conf.  Matching has a limit on steps, so that no path can hang it.
 *
 * Patterns and paths are UTF-8: bytes of a path that are not match nothing.  A
 * page keeps PCRE2's match data, so it belongs to one thread, as its rule set.
 */
#ifndef PZ_PAGE_H
#define PZ_PAGE_H

#include "pz_arena.h"
#include "pz_error.h"

typedef struct pz_page_s pz_page_t;

/*
 * Compile one pattern; NULL with `error->text`.  The compiled code is
 * PCRE2's own memory: call pz_page_free when the rule set goes.
 */
pz_page_t *pz_page_compile(pz_arena_t *arena, pz_str_t pattern,
    pz_error_t *error);
void pz_page_free(pz_page_t *page);

/* 1 it matches, 0 it does not, -1 it ran into the limit (counts as no match). */
int pz_page_matches(const pz_page_t *page, pz_str_t path);

/* The pattern as it was written. */
pz_str_t pz_page_text(const pz_page_t *page);

#endif
