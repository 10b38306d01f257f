/*
 * Hashes.  FNV-1a, 32 bit (Fowler, Noll, Vo; offset basis 0x811c9dc5, prime
 * 0x01000193): GrowthBook's bucketing is defined on it, so it must not change.
 */
#ifndef PZ_HASH_H
#define PZ_HASH_H

#include "pz_str.h"

#define PZ_FNV1A32_BASIS  0x811c9dc5u

/* Continue `hash` over `bytes`; start with PZ_FNV1A32_BASIS. */
uint32_t pz_hash_fnv1a32(uint32_t hash, pz_str_t bytes);

/* The same over ASCII-lowercased bytes, for names in HTML and HTTP. */
uint32_t pz_hash_name(pz_str_t name);

/*
 * For tables of our own, which nobody else has to agree with: words of 8 bytes
 * as the machine has them, the last one filled up with zeroes, then the length.
 * `hash` is a seed, or the hash of what comes before.
 */
#define PZ_HASH_WORDS_BASIS  0x9e3779b97f4a7c15u

static inline uint64_t
pz_hash_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * PZ_HASH_WORDS_BASIS;

    return hash ^ (hash >> 32);
}

uint64_t pz_hash_words(uint64_t hash, pz_str_t bytes);

#endif
