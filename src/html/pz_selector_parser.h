/*
 * What the files of the selector parser share.
 */
#ifndef PZ_SELECTOR_PARSER_H
#define PZ_SELECTOR_PARSER_H

#include "pz_selector_ast.h"
#include "pz_selector_lex.h"

typedef struct {
    pz_lex_t       lex;
    pz_selector_t *selector;
    unsigned       depth;       /* of :is(), :where() and :not() */
} pz_selector_parser_t;

/*
 * A condition that begins with `byte` ('#', '.', '[' or ':'), which is behind.  0, or -1;
 * 1: of :is(), :where() or :not(), and a list of selectors and ')' are to follow.
 */
int pz_selector_cond(pz_selector_parser_t *ps, char byte, pz_cond_t *cond);

/* Which of its parts a compound is looked up by: the one that the fewest elements have. */
void pz_selector_choose_key(pz_compound_t *c);

#endif
