#include "pz_atom.h"
#include "pz_atom_slots.h"

#define PZ_ATOM_FLAGS(symbol, name, flags)  flags,
#define PZ_ATOM_NAME(symbol, name, flags)   name,

const uint32_t pz_atom_flags[PZ_ATOM_COUNT] = {
    PZ_AF_PLAIN,
    PZ_ATOMS(PZ_ATOM_FLAGS)
};

static const char *const names[PZ_ATOM_COUNT] = {
    "",
    PZ_ATOMS(PZ_ATOM_NAME)
};


const char *
pz_atom_name(unsigned atom)
{
    return names[atom < PZ_ATOM_COUNT ? atom : PZ_ATOM_NONE];
}


static uint64_t
mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * PZ_KEY_MIX;

    return hash ^ hash >> 29;
}


uint64_t
pz_key_long(const char *p, size_t len)
{
    uint64_t    hash = len;
    const char *last = p + len - 8;

    /* the last word overlaps the one before: no byte is left, none is past the end */
    for ( ; p < last; p += 8) {
        hash = mix(hash, pz_key_fold(pz_key_load(p)));
    }

    return mix(hash, pz_key_fold(pz_key_load(last))) | PZ_KEY_LONG;
}


uint64_t
pz_key_nul(const char *p, size_t len)
{
    return mix(len, pz_key_fold(pz_key_load_short(p, len))) | PZ_KEY_LONG;
}
