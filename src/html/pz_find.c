#include "pz_find.h"

#define STEPS  6    /* of 16 bytes, before memchr pays */


const char *
pz_find_far(const char *p, const char *end, char c)
{
    const char *hit;

#ifdef __SSE2__
    for (int i = 0; i < STEPS && end - p >= 16; i++, p += 16) {
        unsigned mask = pz_find_mask(_mm_loadu_si128((const __m128i *) p), c);

        if (mask) {
            return p + __builtin_ctz(mask);
        }
    }
#endif

    hit = p < end ? memchr(p, c, (size_t) (end - p)) : NULL;

    return hit ? hit : end;
}
