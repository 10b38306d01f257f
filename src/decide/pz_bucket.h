/*
 * Stable buckets: fnv32a(fnv32a(seed .. id) .. "") % 10000, GrowthBook's hash
 * version 2, so that experiments agree with its SDKs in other languages.
 */
#ifndef PZ_BUCKET_H
#define PZ_BUCKET_H

#include "pz_str.h"

#define PZ_BUCKETS  10000

/* 0 to PZ_BUCKETS - 1. */
unsigned pz_bucket(pz_str_t seed, pz_str_t id);

/*
 * The bucket for a holdout: the same hash with ":holdout:" between seed and
 * id.  Were it pz_bucket itself, the visitors held out would all be missing
 * from the first variant.
 */
unsigned pz_bucket_holdout(pz_str_t seed, pz_str_t id);

/*
 * Which of `n` weights the bucket falls into (weights are shares of their
 * sum, laid end to end), or -1 when all are zero.  A weight that is negative or
 * no number counts as zero.
 */
int pz_bucket_choose(unsigned bucket, const double *weights, size_t n);

/* The same for weights that lie `stride` bytes apart, as members of structs do. */
int pz_bucket_choose_spaced(unsigned bucket, const double *first, size_t n,
    size_t stride);

#endif
