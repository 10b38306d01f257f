/*
 * Where in a URL a value stands, told from the template's own text before it.
 */
#ifndef PZ_URL_CONTEXT_H
#define PZ_URL_CONTEXT_H

#include "pz_template_escape.h"

typedef enum {
    PZ_URL_START,    /* nothing yet */
    PZ_URL_NAME,     /* a scheme, or a relative path's first part */
    PZ_URL_SLASH,    /* one slash: a path, or a host if another follows */
    PZ_URL_HOST,
    PZ_URL_PATH,
    PZ_URL_QUERY     /* or fragment */
} pz_url_state_t;

typedef struct {
    pz_url_state_t state;
    int            is_html;       /* "&" begins a character reference */
    int            has_value;     /* in front of what is undecided */
    int            has_host;
    int            is_obscure;    /* a reference before the path: nobody can tell */
    int            is_refused;    /* its scheme is not allowed */
    char           scheme[8];
    size_t         len;
} pz_url_context_t;

void pz_url_context_init(pz_url_context_t *url, int is_html);

/* The template's own text; NULL, or what is wrong with it behind a value. */
const char *pz_url_context_text(pz_url_context_t *url, pz_str_t text);

/* A value stands here; NULL and *land, or why it may not. */
const char *pz_url_context_value(pz_url_context_t *url, pz_land_t *land);

#endif
