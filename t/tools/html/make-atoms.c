/*
 * Writes src/html/pz_atom_slots.h: the keys of all atoms and a factor that
 * sends each of them to a slot of its own.  Build and run it with
 * t/tools/html/make-atoms after a change to pz_atoms.h.
 */
#include <stdio.h>

#include "pz_atom.h"

#define NAME(symbol, name, flags)  name,

static const char *const names[PZ_ATOM_COUNT] = { "", PZ_ATOMS(NAME) };

/* pz_atom.c needs the file that this program writes: it brings its own. */
static uint64_t
key_of(const char *name)
{
    size_t len = strlen(name);

    if (len <= 8) {
        return pz_key_load_short(name, len);
    }

    uint64_t hash = len;
    const char *last = name + len - 8;

    for ( ; name < last; name += 8) {
        hash = (hash ^ pz_key_load(name)) * PZ_KEY_MIX;
        hash ^= hash >> 29;
    }

    hash = (hash ^ pz_key_load(last)) * PZ_KEY_MIX;
    return (hash ^ hash >> 29) | PZ_KEY_LONG;
}

static int
fits(uint64_t factor, const uint64_t *keys, uint8_t *slots)
{
    memset(slots, 0, 1024);

    for (unsigned i = 1; i < PZ_ATOM_COUNT; i++) {
        uint8_t *slot = &slots[(keys[i] * factor) >> PZ_ATOM_SHIFT];

        if (*slot) {
            return 0;
        }
        *slot = (uint8_t) i;
    }

    return 1;
}

int
main(void)
{
    static uint8_t slots[1024];
    uint64_t keys[PZ_ATOM_COUNT], factor = 1, state = 88172645463325252u;

    for (unsigned i = 0; i < PZ_ATOM_COUNT; i++) {
        keys[i] = i ? key_of(names[i]) : ~0ull;
    }

    while (!fits(factor, keys, slots)) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        factor = state | 1;
    }

    printf("/* Written by t/tools/html/make-atoms from pz_atoms.h: do not edit. */\n"
           "#ifndef PZ_ATOM_SLOTS_H\n#define PZ_ATOM_SLOTS_H\n\n"
           "const uint64_t pz_atom_factor = 0x%llxu;\n\n"
           "const uint64_t pz_atom_keys[PZ_ATOM_COUNT] = {", (unsigned long long) factor);
    for (unsigned i = 0; i < PZ_ATOM_COUNT; i++) {
        printf("%s0x%llxu,", i % 4 ? " " : "\n    ", (unsigned long long) keys[i]);
    }
    printf("\n};\n\nconst uint8_t pz_atom_slots[1024] = {");
    for (unsigned i = 0; i < 1024; i++) {
        printf("%s%u,", i % 20 ? " " : "\n    ", slots[i]);
    }
    printf("\n};\n\n#endif\n");

    return 0;
}
