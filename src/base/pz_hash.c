#include "pz_hash.h"

#include <string.h>

#define PZ_FNV1A32_PRIME  0x01000193u

uint32_t
pz_hash_fnv1a32(uint32_t hash, pz_str_t bytes)
{
    size_t i;

    for (i = 0; i < bytes.len; i++) {
        hash = (hash ^ (unsigned char) bytes.data[i]) * PZ_FNV1A32_PRIME;
    }
    return hash;
}

uint32_t
pz_hash_name(pz_str_t name)
{
    size_t   i;
    uint32_t hash = PZ_FNV1A32_BASIS;

    for (i = 0; i < name.len; i++) {
        hash = (hash ^ (unsigned char) pz_lower(name.data[i])) * PZ_FNV1A32_PRIME;
    }
    return hash;
}

uint64_t
pz_hash_words(uint64_t hash, pz_str_t bytes)
{
    uint64_t word;
    size_t   i;

    for (i = 0; i + sizeof(word) <= bytes.len; i += sizeof(word)) {
        memcpy(&word, bytes.data + i, sizeof(word));
        hash = pz_hash_word(hash, word);
    }
    if (i < bytes.len) {
        word = 0;
        memcpy(&word, bytes.data + i, bytes.len - i);
        hash = pz_hash_word(hash, word);
    }
    return pz_hash_word(hash, bytes.len);
}
