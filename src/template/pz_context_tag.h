/*
 * Tags of a template's markup: pz_context's states between `<` and `>`, and
 * what follows of elements whose content is no markup.
 */
#ifndef PZ_CONTEXT_TAG_H
#define PZ_CONTEXT_TAG_H

#include "pz_context_state.h"

/*
 * `</name >` at c->at, up to `until`: its name and the offset behind it.
 * Attributes in an end tag are nobody's intention.
 */
int pz_context_end_tag(const pz_context_t *c, size_t until, pz_str_t *name,
    size_t *behind);

/* `<` and a letter at c->at. */
int pz_context_start_tag(pz_context_t *c);

/* Within a start tag: one attribute, space, or its end. */
int pz_context_in_tag(pz_context_t *c, size_t until);

#endif
