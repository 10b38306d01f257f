#include "pz_names.h"
#include "pz_hash.h"

#include <string.h>

#define PZ_NAMES_FIRST  16    /* also the most that are searched in a row */

void
pz_names_init(pz_names_t *names, pz_arena_t *arena)
{
    memset(names, 0, sizeof(pz_names_t));
    names->arena = arena;
}

uint32_t
pz_names_hash(pz_str_t name)
{
    return (uint32_t) pz_hash_words(PZ_HASH_WORDS_BASIS, name);
}

static uint64_t
pz_names_bit(uint32_t hash)
{
    return 1ull << (hash >> 26);
}

ptrdiff_t
pz_names_find(const pz_names_t *names, pz_str_t name, uint32_t hash)
{
    size_t at, i;

    if ((names->seen & pz_names_bit(hash)) == 0) {
        return -1;
    }
    if (names->slots == NULL) {
        for (i = 0; i < names->n; i++) {
            if (names->hashes[i] == hash && pz_str_eq(names->names[i], name)) {
                return (ptrdiff_t) i;
            }
        }
        return -1;
    }
    for (at = hash;; at++) {
        i = names->slots[at & (names->nslots - 1)];
        if (i == 0) {
            return -1;
        }
        if (names->hashes[i - 1] == hash && pz_str_eq(names->names[i - 1], name)) {
            return (ptrdiff_t) i - 1;
        }
    }
}

static void
pz_names_index(pz_names_t *names, size_t position)
{
    size_t at = names->hashes[position];

    while (names->slots[at & (names->nslots - 1)] != 0) {
        at++;
    }
    names->slots[at & (names->nslots - 1)] = (uint32_t) position + 1;
}

/* Twice the room; with an index that is at most half full. */
static int
pz_names_grow(pz_names_t *names)
{
    size_t     i, room = names->room == 0 ? PZ_NAMES_FIRST : names->room * 2;
    pz_str_t  *strings;
    uint32_t  *hashes, *slots = NULL;

    if (room > UINT32_MAX / 4) {
        return -1;
    }
    strings = pz_arena_alloc(names->arena, room * sizeof(pz_str_t));
    hashes = pz_arena_alloc(names->arena, room * sizeof(uint32_t));
    if (strings == NULL || hashes == NULL) {
        return -1;
    }
    if (room > PZ_NAMES_FIRST) {
        slots = pz_arena_array(names->arena, room * 2, sizeof(uint32_t));
        if (slots == NULL) {
            return -1;
        }
    }
    if (names->n != 0) {
        memcpy(strings, names->names, names->n * sizeof(pz_str_t));
        memcpy(hashes, names->hashes, names->n * sizeof(uint32_t));
    }
    names->names = strings;
    names->hashes = hashes;
    names->slots = slots;
    names->nslots = room * 2;
    names->room = room;
    for (i = 0; slots != NULL && i < names->n; i++) {
        pz_names_index(names, i);
    }
    return 0;
}

ptrdiff_t
pz_names_add(pz_names_t *names, pz_str_t name)
{
    uint32_t  hash = pz_names_hash(name);
    ptrdiff_t at = pz_names_find(names, name, hash);

    if (at >= 0) {
        return at;
    }
    if (names->n == names->room && pz_names_grow(names) != 0) {
        return -1;
    }
    at = (ptrdiff_t) names->n++;
    names->names[at] = name;
    names->hashes[at] = hash;
    names->seen |= pz_names_bit(hash);
    if (names->slots != NULL) {
        pz_names_index(names, (size_t) at);
    }
    return at;
}

void
pz_names_drop(pz_names_t *names)
{
    size_t at = names->hashes[names->n - 1];

    /* nothing was put in after it, so no other name's search passes its slot */
    if (names->slots != NULL) {
        while (names->slots[at & (names->nslots - 1)] != names->n) {
            at++;
        }
        names->slots[at & (names->nslots - 1)] = 0;
    }
    names->n--;
}
