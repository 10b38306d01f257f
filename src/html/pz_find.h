/*
 * Finding the next byte that matters: 16 at a time where SSE2 is (every
 * x86-64), one at a time elsewhere and near the end.  Nothing at or behind
 * `end` is read.  Each function returns `end` when there is no such byte.
 */
#ifndef PZ_FIND_H
#define PZ_FIND_H

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

/* Long runs go to memchr, which has wider vectors; short ones do not pay its call. */
static inline const char *
pz_find(const char *p, const char *end, char c)
{
#ifdef __SSE2__
    for (int i = 0; i < 8; i++) {
        if (end - p < 16) {
            break;
        }

        unsigned mask = pz_find_mask(_mm_loadu_si128((const __m128i *) p), c);

        if (mask) {
            return p + __builtin_ctz(mask);
        }
        p += 16;
    }
#endif

    const char *hit = p < end ? memchr(p, c, (size_t) (end - p)) : NULL;

    return hit ? hit : end;
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
