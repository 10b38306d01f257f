/*
 * How far the scanner of a template's markup has come, and what its files have
 * in common: reading on from there, and telling what is wrong.
 */
#ifndef PZ_CONTEXT_STATE_H
#define PZ_CONTEXT_STATE_H

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

/* Report what is wrong at an offset of the source; -1. */
int pz_context_fail(const pz_context_t *context, size_t at, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#define PZ_CONTEXT_SHOWN  40    /* bytes of a name in an error */

/* For "%.*s" */
#define pz_shown(s)  (int) pz_str_head((s), PZ_CONTEXT_SHOWN).len, (s).data

static inline pz_str_t
pz_context_rest(const pz_context_t *c)
{
    return pz_str_skip(c->source, c->at);
}

static inline int
pz_context_is_letter(char c)
{
    c = pz_lower(c);
    return c >= 'a' && c <= 'z';
}

#endif
