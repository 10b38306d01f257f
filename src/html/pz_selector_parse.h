/*
 * What the files of the selector parser share.
 */
#ifndef PZ_SELECTOR_PARSE_H
#define PZ_SELECTOR_PARSE_H

#include "pz_selector_ast.h"
#include "pz_selector_lex.h"

typedef struct {
    pz_lex_t       lex;
    pz_selector_t *selector;
    unsigned       depth;       /* of :is(), :where() and :not() */
} pz_selector_parser_t;

/* Selectors up to what is no part of a list; `nested`: inside a pseudo-class.  NULL: an error. */
pz_compound_t *pz_selector_list(pz_selector_parser_t *ps, int nested);

/* A condition that begins with `byte` ('#', '.', '[' or ':'), which is behind.  0, or -1. */
int pz_selector_cond(pz_selector_parser_t *ps, char byte, pz_cond_t *cond);

/* Which of its parts a compound is looked up by: the one that the fewest elements have. */
void pz_selector_choose_key(pz_compound_t *c);

#endif
