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

#endif
