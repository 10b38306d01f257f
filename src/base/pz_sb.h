/*
 * A string builder on an arena, with a cap and a sticky failure: append
 * without checking, ask once at the end.
 */
#ifndef PZ_SB_H
#define PZ_SB_H

#include "pz_arena.h"

typedef struct {
    pz_arena_t *arena;
    char       *data;
    size_t      len;
    size_t      room;
    size_t      max;
    int         failed;
} pz_sb_t;

/* An empty builder whose result may be at most `max` bytes. */
void pz_sb_init(pz_sb_t *sb, pz_arena_t *arena, size_t max);

void pz_sb_add(pz_sb_t *sb, pz_str_t bytes);
void pz_sb_byte(pz_sb_t *sb, char byte);
void pz_sb_literal(pz_sb_t *sb, const char *zero_terminated);

/* printf in the C locale's manner for %s %d %u %zu %lld %llu %x %c %.*s only. */
void pz_sb_printf(pz_sb_t *sb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * A number as people write it: 1500, 12.5; never an exponent below 1e15, and as
 * many digits as it takes to read the same number back.  "nan", "inf", "-inf".
 */
void pz_sb_number(pz_sb_t *sb, double number);

/*
 * The text so far, zero-terminated in the arena.  Returns 0, or -1 when an
 * append ran into the cap or the arena's budget: then nothing is usable.
 */
int pz_sb_done(pz_sb_t *sb, pz_str_t *text);

#endif
