/*
 * A template as it is kept: text and values in turn.
 */
#ifndef PZ_TEMPLATE_PIECE_H
#define PZ_TEMPLATE_PIECE_H

#include "pz_template.h"
#include "pz_template_escape.h"

typedef struct pz_template_piece_s pz_template_piece_t;

struct pz_template_piece_s {
    pz_template_piece_t *next;
    pz_str_t             text;        /* as it is, or a value's name */
    pz_str_t             fallback;
    pz_template_piece_t *last;        /* of the URL that this value begins; or itself */
    pz_land_t            land;
    unsigned             is_value:1;
    unsigned             is_first:1;  /* of that name */
};

struct pz_template_s {
    pz_template_piece_t *pieces;
    size_t               nvalues;
    pz_template_kind_t   kind;
};

#endif
