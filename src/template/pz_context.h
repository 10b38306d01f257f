/*
 * Where in HTML a value of a template lands: a small scanner of the template's
 * own markup.
 *
 * It is strict: markup that two parsers could read differently is refused
 * rather than guessed at, whether or not a value stands near it, since what is
 * inserted must never swallow the page behind it.  It follows the WHATWG
 * standard's tokenizer for what it accepts.
 */
#ifndef PZ_CONTEXT_H
#define PZ_CONTEXT_H

#include "pz_context_state.h"

void pz_context_init(pz_context_t *context, pz_str_t source, const char *file,
    unsigned line, pz_error_t *error);

/*
 * Read on up to `until`, where a value or the end of the source is; stops
 * early where a quoted value ends (context->at is behind the quote).  0 or -1.
 */
int pz_context_read(pz_context_t *context, size_t until);

/* A value stands here, up to `behind`: how it must be written.  0 or -1. */
int pz_context_place(pz_context_t *context, size_t behind, int raw,
    pz_land_t *land);

/* The source is over: nothing may be left open.  0 or -1. */
int pz_context_end(pz_context_t *context);

#endif
