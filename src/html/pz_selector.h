/*
 * CSS selectors (Selectors Level 4) that a stream can decide at the start tag.
 *
 * A selector is parsed once, when its rule loads, and is immutable: any number
 * of rewriters may use it at a time.  What no stream can know (:has,
 * :last-child, pseudo-elements, namespaces ...) is refused with the offset in
 * the selector's text and the reason.
 */
#ifndef PZ_SELECTOR_H
#define PZ_SELECTOR_H

#include "pz_arena.h"
#include "pz_error.h"

typedef struct pz_selector_s pz_selector_t;

/*
 * Parse a selector list.  The result and everything that it points to live in
 * `arena` (`text` is copied).  NULL with `error->text` such as
 * "at 7: ':last-child' cannot be known in a stream"; file and line are the
 * caller's to fill in.
 */
const pz_selector_t *pz_selector_parse(pz_arena_t *arena, pz_str_t text,
    pz_error_t *error);

/* The text it was parsed from. */
pz_str_t pz_selector_text(const pz_selector_t *selector);

#endif
