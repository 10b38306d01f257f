/*
 * Names in order of addition, each once, found fast: by their hashes in a row
 * while they are few, by an index once they are many.
 */
#ifndef PZ_NAMES_H
#define PZ_NAMES_H

#include "pz_arena.h"

typedef struct {
    pz_arena_t *arena;
    pz_str_t   *names;
    uint32_t   *hashes;
    uint32_t   *slots;     /* position + 1, or 0; NULL while the names are few */
    size_t      n;
    size_t      room;
    size_t      nslots;    /* a power of two */
    uint64_t    seen;      /* a bit for each hash: most names that are not there tell so */
} pz_names_t;

void pz_names_init(pz_names_t *names, pz_arena_t *arena);

uint32_t pz_names_hash(pz_str_t name);

/* The position of a name, or -1. */
ptrdiff_t pz_names_find(const pz_names_t *names, pz_str_t name, uint32_t hash);

/*
 * The position of a name, added when it is new; the bytes are borrowed.
 * -1: no memory, and nothing has changed.
 */
ptrdiff_t pz_names_add(pz_names_t *names, pz_str_t name);

/* Take back the newest name. */
void pz_names_drop(pz_names_t *names);

#endif
