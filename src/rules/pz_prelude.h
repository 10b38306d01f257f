/*
 * lua/personalize/ as C arrays, written at build time by embed.sh.
 */
#ifndef PZ_PRELUDE_H
#define PZ_PRELUDE_H

#include <stddef.h>

typedef struct {
    const char *name;    /* of the file, without ".lua"; NULL ends the list */
    const char *text;
    size_t      len;
} pz_prelude_chunk_t;

extern const pz_prelude_chunk_t pz_prelude_chunks[];

#endif
