/*
 * JSON (RFC 8259): a writer on a string builder and a bounded reader.
 *
 * The writer escapes `<`, `>`, `&`, U+2028 and U+2029 as well, so that what it
 * writes can stand inside a script element; bytes that are not UTF-8 become
 * U+FFFD.  Commas are its own business.
 */
#ifndef PZ_JSON_H
#define PZ_JSON_H

#include "pz_error.h"
#include "pz_sb.h"

typedef struct {
    pz_sb_t *sb;
    int      comma;   /* the next item wants one before it */
} pz_json_writer_t;

void pz_json_begin(pz_json_writer_t *w, pz_sb_t *sb);
void pz_json_object(pz_json_writer_t *w);
void pz_json_object_end(pz_json_writer_t *w);
void pz_json_array(pz_json_writer_t *w);
void pz_json_array_end(pz_json_writer_t *w);
void pz_json_key(pz_json_writer_t *w, pz_str_t name);
void pz_json_string(pz_json_writer_t *w, pz_str_t text);
void pz_json_number(pz_json_writer_t *w, double number);
void pz_json_bool(pz_json_writer_t *w, int truth);
void pz_json_null(pz_json_writer_t *w);

typedef enum {
    PZ_JSON_NULL, PZ_JSON_BOOL, PZ_JSON_NUMBER, PZ_JSON_STRING,
    PZ_JSON_ARRAY, PZ_JSON_OBJECT
} pz_json_type_t;

typedef struct pz_json_s pz_json_t;

struct pz_json_s {
    pz_json_type_t type;
    pz_str_t       name;     /* the member's name when it stands in an object */
    double         number;   /* also 0 or 1 for a boolean */
    pz_str_t       text;     /* a string decoded, a number as it was written */
    pz_json_t     *first;    /* children of arrays and objects, in order */
    pz_json_t     *next;
};

/*
 * The one value in `text`, built in `arena`; NULL with `error` (line set) for
 * anything that is not JSON in UTF-8, nests deeper than 32 or does not fit the
 * arena.  A byte order mark before it is skipped; an escaped surrogate without
 * its other half becomes U+FFFD.  Numbers and member names that need no
 * decoding point into `text`, which must live as long as the tree.
 */
pz_json_t *pz_json_read(pz_arena_t *arena, pz_str_t text, pz_error_t *error);

/* The member `name` of an object, the last if there are several; or NULL. */
const pz_json_t *pz_json_member(const pz_json_t *object, pz_str_t name);

#endif
