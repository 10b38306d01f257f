/*
 * Finding the next byte that matters: 16 at a time where SSE2 is (every
 * x86-64), one at a time elsewhere and near the end.  Nothing at or behind
 * `end` is read.  Each function returns `end` when there is no such byte.
 */
#ifndef PZ_FIND_H
#define PZ_FIND_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* HTML's white space as the tokenizer sees it; CR is there before normalization. */
static inline int
pz_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static inline int
pz_is_alpha(char c)
{
    return (unsigned char) ((c | 0x20) - 'a') < 26;
}

#ifdef __SSE2__

static inline unsigned
pz_find_mask(__m128i v, char c)
{
    return (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
}

/* A bit for each byte that is `a`, `b` or 0x20 and below. */
static inline unsigned
pz_find_mask_space(__m128i v, char a, char b)
{
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(' ')), v);
    __m128i is_a = _mm_cmpeq_epi8(v, _mm_set1_epi8(a));
    __m128i is_b = _mm_cmpeq_epi8(v, _mm_set1_epi8(b));

    return (unsigned) _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(is_a, is_b)));
}

#endif

#define PZ_FIND_BLOCK  16

/* Where a name ends in the block at `p`; PZ_FIND_BLOCK when it goes on behind it. */
static inline unsigned
pz_find_name_len(const char *p)
{
#ifdef __SSE2__
    __m128i  v = _mm_loadu_si128((const __m128i *) p);
    unsigned mask = pz_find_mask_space(v, '/', '>') | pz_find_mask(v, '=');

    return (unsigned) __builtin_ctz(mask | 1u << PZ_FIND_BLOCK);
#else
    unsigned len = 0;

    while (len < PZ_FIND_BLOCK && (unsigned char) p[len] > ' ' && p[len] != '/'
           && p[len] != '>' && p[len] != '=')
    {
        len++;
    }

    return len;
#endif
}

#define PZ_FIND_WORDS  32

/* A bit for each of the PZ_FIND_WORDS bytes at `p` that is 0x20 or below. */
static inline uint32_t
pz_find_blanks(const char *p)
{
#ifdef __SSE2__
    __m128i  low = _mm_loadu_si128((const __m128i *) p);
    __m128i  high = _mm_loadu_si128((const __m128i *) (p + 16));
    __m128i  space = _mm_set1_epi8(' ');
    uint32_t mask = (uint32_t) _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(high, space), high));

    return mask << 16
           | (uint32_t) _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(low, space), low));
#else
    uint32_t mask = 0;

    for (unsigned i = 0; i < PZ_FIND_WORDS; i++) {
        mask |= (uint32_t) ((unsigned char) p[i] <= ' ') << i;
    }

    return mask;
#endif
}

/* Long runs go to memchr, which has wider vectors; short ones do not pay its call. */
const char *pz_find_far(const char *p, const char *end, char c);

/* Most runs end in the first 32 bytes: one step, so that their lengths mislead no branch. */
static inline const char *
pz_find(const char *p, const char *end, char c)
{
#ifdef __SSE2__
    if (end - p >= 32) {
        unsigned low = pz_find_mask(_mm_loadu_si128((const __m128i *) p), c);
        unsigned high = pz_find_mask(_mm_loadu_si128((const __m128i *) (p + 16)), c);
        unsigned mask = low | high << 16;

        if (mask) {
            return p + __builtin_ctz(mask);
        }
        p += 32;
    }
#endif

    return pz_find_far(p, end, c);
}

static inline const char *
pz_find2(const char *p, const char *end, char a, char b)
{
#ifdef __SSE2__
    for ( ; end - p >= 16; p += 16) {
        __m128i  v = _mm_loadu_si128((const __m128i *) p);
        unsigned mask = pz_find_mask(v, a) | pz_find_mask(v, b);

        if (mask) {
            return p + __builtin_ctz(mask);
        }
    }
#endif

    while (p < end && *p != a && *p != b) {
        p++;
    }

    return p;
}

/* The first byte that is no white space. */
static inline const char *
pz_find_ink(const char *p, const char *end)
{
#ifdef __SSE2__
    for ( ; end - p >= 16; p += 16) {
        __m128i  v = _mm_loadu_si128((const __m128i *) p);
        __m128i  tab = _mm_sub_epi8(v, _mm_set1_epi8('\t'));
        __m128i  range = _mm_cmpeq_epi8(_mm_min_epu8(tab, _mm_set1_epi8('\r' - '\t')), tab);
        unsigned space = (unsigned) _mm_movemask_epi8(range) & ~pz_find_mask(v, '\v');
        unsigned ink = ~(space | pz_find_mask(v, ' ')) & 0xffff;

        if (ink) {
            return p + __builtin_ctz(ink);
        }
    }
#endif

    while (p < end && pz_is_space(*p)) {
        p++;
    }

    return p;
}

/* White space, `a` or `b`. */
static inline const char *
pz_find_space(const char *p, const char *end, char a, char b)
{
#ifdef __SSE2__
    for ( ; end - p >= 16; p += 16) {
        unsigned mask = pz_find_mask_space(_mm_loadu_si128((const __m128i *) p), a, b);

        for ( ; mask; mask &= mask - 1) {
            const char *hit = p + __builtin_ctz(mask);

            if (*hit == a || *hit == b || pz_is_space(*hit)) {
                return hit;
            }
        }
    }
#endif

    while (p < end && *p != a && *p != b && !pz_is_space(*p)) {
        p++;
    }

    return p;
}

/* Where an attribute's name ends: white space, '/', '>' or '='. */
static inline const char *
pz_find_name_end(const char *p, const char *end)
{
#ifdef __SSE2__
    for ( ; end - p >= 16; p += 16) {
        __m128i  v = _mm_loadu_si128((const __m128i *) p);
        unsigned mask = pz_find_mask_space(v, '/', '>') | pz_find_mask(v, '=');

        for ( ; mask; mask &= mask - 1) {
            const char *hit = p + __builtin_ctz(mask);

            if ((unsigned char) *hit > ' ' || pz_is_space(*hit)) {
                return hit;
            }
        }
    }
#endif

    while (p < end && *p != '/' && *p != '>' && *p != '=' && !pz_is_space(*p)) {
        p++;
    }

    return p;
}

#endif
