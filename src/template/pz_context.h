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

#include "pz_error.h"
#include "pz_url_context.h"

typedef enum {
    PZ_CONTEXT_TEXT,
    PZ_CONTEXT_TITLE,     /* title and textarea: text up to their end tag */
    PZ_CONTEXT_TAG,       /* between attributes */
    PZ_CONTEXT_QUOTED     /* an attribute's value */
} pz_context_state_t;

typedef struct {
    pz_str_t           source;
    const char        *file;
    unsigned           line;         /* of the source's begin */
    pz_error_t        *error;

    size_t             at;
    pz_context_state_t state;
    size_t             opened;       /* where the open tag or element begins */
    pz_str_t           element;      /* of the open tag, or TITLE's */
    pz_str_t           attribute;
    unsigned           element_is;   /* PZ_ELEMENT_* */
    unsigned           attribute_is; /* PZ_ATTRIBUTE_* */
    char               quote;
    int                after_value;  /* a space must follow */
    size_t             foreign;      /* open svg and math elements */
    size_t             value_at;     /* where the quoted value begins */
    pz_url_context_t   url;
} pz_context_t;

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

/* Report what is wrong at an offset of the source; -1. */
int pz_context_fail(const pz_context_t *context, size_t at, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#endif
