#include "pz_bucket.h"
#include "pz_hash.h"

/* The outer hash is over the inner one in decimal, as GrowthBook's is. */
static unsigned
pz_bucket_of(uint32_t inner)
{
    char   digits[10];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char) ('0' + inner % 10);
        inner /= 10;
    } while (inner != 0);

    return pz_hash_fnv1a32(PZ_FNV1A32_BASIS,
                           (pz_str_t) { digits + at, sizeof(digits) - at })
           % PZ_BUCKETS;
}

unsigned
pz_bucket(pz_str_t seed, pz_str_t id)
{
    uint32_t hash = pz_hash_fnv1a32(PZ_FNV1A32_BASIS, seed);

    return pz_bucket_of(pz_hash_fnv1a32(hash, id));
}

unsigned
pz_bucket_holdout(pz_str_t seed, pz_str_t id)
{
    uint32_t hash = pz_hash_fnv1a32(PZ_FNV1A32_BASIS, seed);

    hash = pz_hash_fnv1a32(hash, PZ_STR(":holdout:"));
    return pz_bucket_of(pz_hash_fnv1a32(hash, id));
}

/* A weight that counts: neither negative nor NaN. */
static double
pz_bucket_weight(const double *first, size_t n, size_t stride)
{
    double weight = *(const double *) (const void *) ((const char *) first + n * stride);

    return weight > 0 ? weight : 0;
}

int
pz_bucket_choose_spaced(unsigned bucket, const double *first, size_t n, size_t stride)
{
    int    last = -1;
    size_t i;
    double weight, sum = 0, end = 0;

    for (i = 0; i < n; i++) {
        sum += pz_bucket_weight(first, i, stride);
    }
    for (i = 0; i < n; i++) {
        weight = pz_bucket_weight(first, i, stride);
        if (weight == 0) {
            continue;
        }
        last = (int) i;
        end += weight;
        if (bucket * sum < end * PZ_BUCKETS) {
            break;
        }
    }
    /* where rounding leaves the very last bucket over, it is the last weight's */
    return last;
}

int
pz_bucket_choose(unsigned bucket, const double *weights, size_t n)
{
    return pz_bucket_choose_spaced(bucket, weights, n, sizeof(double));
}
