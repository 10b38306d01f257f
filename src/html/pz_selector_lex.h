/*
 * The words of a selector (CSS Syntax 3): identifiers, strings, an+b.
 */
#ifndef PZ_SELECTOR_LEX_H
#define PZ_SELECTOR_LEX_H

#include "pz_arena.h"
#include "pz_error.h"

typedef struct {
    pz_arena_t *arena;
    const char *start, *p, *end;
    pz_error_t *error;
    int         failed;
} pz_lex_t;

/* "at OFFSET: MESSAGE"; the first message stands.  Always -1. */
int pz_lex_fail(pz_lex_t *lex, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Skip white space and comments; whether there was white space. */
int pz_lex_space(pz_lex_t *lex);

/* The next byte, or 0 at the end. */
static inline char
pz_lex_peek(const pz_lex_t *lex)
{
    return lex->p < lex->end ? *lex->p : 0;
}

/* Take `c` if it is next. */
int pz_lex_take(pz_lex_t *lex, char c);

/* 0, or -1 with the error set.  Escapes are undone. */
int pz_lex_name(pz_lex_t *lex, pz_str_t *name);     /* as behind '#': may begin with a digit */
int pz_lex_ident(pz_lex_t *lex, pz_str_t *name);
int pz_lex_string(pz_lex_t *lex, pz_str_t *text);
int pz_lex_nth(pz_lex_t *lex, int *a, int *b);      /* 2n+1, odd, even, -n + 3, 5 */

#endif
