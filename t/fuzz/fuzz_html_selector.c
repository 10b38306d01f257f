/*
 * The selector parser: what it takes, it takes again from the text that it
 * keeps; what it refuses, it refuses with a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "pz_selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pz_arena_t          *arena = pz_arena_create(1 << 20, 0);
    pz_error_t           error;
    char                *text = malloc(size ? size : 1);
    const pz_selector_t *s;

    memcpy(text, data, size);
    memset(&error, 0, sizeof(error));
    s = pz_selector_parse(arena, (pz_str_t) { text, size }, &error);
    free(text);

    if (s == NULL && error.text[0] == '\0') {
        abort();
    }

    if (s && (pz_selector_text(s).len != size
              || pz_selector_parse(arena, pz_selector_text(s), &error) == NULL))
    {
        /* the second parse may find the arena full: then the text says so */
        if (strstr(error.text, "memory") == NULL) {
            abort();
        }
    }

    pz_arena_destroy(arena);

    return 0;
}
