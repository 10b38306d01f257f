/*
 * Names as numbers: every element, class and id name becomes a 64-bit key
 * (ASCII case folded), every name that tree construction knows an atom.
 *
 * A name of up to eight bytes is its own key.  A longer one is mixed: two
 * names could share a key, which costs a wrong pop of the element stack at the
 * worst; where it decides a match the bytes are compared as well.
 */
#ifndef PZ_ATOM_H
#define PZ_ATOM_H

#include <string.h>

#include "pz_atoms.h"
#include "pz_str.h"

#define PZ_ATOM_ENUM(symbol, name, flags)  PZ_ATOM_##symbol,

typedef enum {
    PZ_ATOM_NONE,
    PZ_ATOMS(PZ_ATOM_ENUM)
    PZ_ATOM_COUNT
} pz_atom_t;

#define PZ_ATOM_SHIFT  54    /* the hash keeps 10 bits: 1024 slots */
#define PZ_KEY_LONG    0x8000000000000000u    /* set in every mixed key, in no ASCII name's own */
#define PZ_KEY_MIX     0x9e3779b97f4a7c15u

extern const uint64_t pz_atom_keys[PZ_ATOM_COUNT];
extern const uint32_t pz_atom_flags[PZ_ATOM_COUNT];
extern const uint8_t  pz_atom_slots[1024];
extern const uint64_t pz_atom_factor;

/* The name of an atom as markup has it; "" for PZ_ATOM_NONE. */
const char *pz_atom_name(unsigned atom);

/* ASCII lower case, eight bytes at a time. */
static inline uint64_t
pz_key_fold(uint64_t w)
{
    uint64_t low7 = w & 0x7f7f7f7f7f7f7f7fu;
    uint64_t from_a = low7 + 0x3f3f3f3f3f3f3f3fu;      /* bit 7: >= 'A' */
    uint64_t past_z = low7 + 0x2525252525252525u;      /* bit 7: > 'Z' */
    uint64_t upper = (from_a ^ past_z) & ~w & 0x8080808080808080u;

    return w | upper >> 2;
}

static inline uint64_t
pz_key_load(const char *p)
{
    uint64_t w;

    memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

/* Fewer than eight bytes, nothing behind them read. */
static inline uint64_t
pz_key_load_short(const char *p, size_t len)
{
    uint64_t w = 0;

    for (size_t i = 0; i < len; i++) {
        w |= (uint64_t) (unsigned char) p[i] << (8 * i);
    }

    return w;
}

uint64_t pz_key_long(const char *p, size_t len);

/* A short name that ends in NUL: as its own key it would be the name without that. */
uint64_t pz_key_nul(const char *p, size_t len);

/* The key of a name of 1 to 8 bytes without NUL; 8 bytes at `p` may be read. */
static inline uint64_t
pz_key_short(const char *p, unsigned len)
{
    uint64_t mask = ~0ull >> (64 - 8 * len);
    uint64_t w = pz_key_load(p) & mask;

    /* no capital letter has this bit */
    return (~w & mask & 0x2020202020202020u) ? pz_key_fold(w) : w;
}

/* How long the name of such a key is; of a mixed key 8, which no such name has. */
static inline unsigned
pz_key_len(uint64_t key)
{
    return 8 - (unsigned) __builtin_clzll(key | 1) / 8;
}

/* The key of a name; bytes up to `end` may be read. */
static inline uint64_t
pz_key(const char *p, size_t len, const char *end)
{
    if (len > 8) {
        return pz_key_long(p, len);
    }

    if (len && p[len - 1] == '\0') {
        return pz_key_nul(p, len);
    }

    if (end - p >= 8) {
        return pz_key_fold(len ? pz_key_load(p) & (~0ull >> (64 - 8 * len)) : 0);
    }

    return pz_key_fold(pz_key_load_short(p, len));
}

static inline uint64_t
pz_key_of(pz_str_t s)
{
    return pz_key(s.data, s.len, s.data + s.len);
}

/* The atom with that key, PZ_ATOM_NONE for every other name. */
static inline unsigned
pz_atom_from(uint64_t key)
{
    unsigned atom = pz_atom_slots[(key * pz_atom_factor) >> PZ_ATOM_SHIFT];

    return pz_atom_keys[atom] == key ? atom : PZ_ATOM_NONE;
}

#endif
