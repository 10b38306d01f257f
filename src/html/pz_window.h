/*
 * 64 bytes at once, as bits: what follows what is then asked of the bits, and no
 * second look at the bytes has to wait for the first.  Where SSE2 is not there
 * is none of it, and PZ_WINDOW is not defined.
 */
#ifndef PZ_WINDOW_H
#define PZ_WINDOW_H

#include "pz_find.h"

#ifdef __SSE2__

#define PZ_WINDOW  64

/* Bit n is the n-th byte. */
typedef struct {
    uint64_t quotes;    /* '"' */
    uint64_t ends;      /* '>' */
    uint64_t signs;     /* '=' and '\'': these and quotes are what is not read as names and space */
} pz_window_t;

static inline void
pz_window_add(pz_window_t *w, const char *p, unsigned shift)
{
    __m128i v = _mm_loadu_si128((const __m128i *) p);
    __m128i equal = _mm_cmpeq_epi8(v, _mm_set1_epi8('='));
    __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('\''));
    __m128i sign = _mm_or_si128(equal, quote);

    w->quotes |= (uint64_t) pz_find_mask(v, '"') << shift;
    w->ends |= (uint64_t) pz_find_mask(v, '>') << shift;
    w->signs |= (uint64_t) (unsigned) _mm_movemask_epi8(sign) << shift;
}

/* All PZ_WINDOW bytes at `p` are read. */
static inline pz_window_t
pz_window(const char *p)
{
    pz_window_t w = { 0, 0, 0 };

    pz_window_add(&w, p, 0);
    pz_window_add(&w, p + 16, 16);
    pz_window_add(&w, p + 32, 32);
    pz_window_add(&w, p + 48, 48);

    return w;
}

#endif

#endif
