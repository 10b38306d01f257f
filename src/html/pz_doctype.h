/*
 * Doctypes (HTML 13.2.5.53-68) and the quirks mode that they choose (13.2.6.4.1).
 */
#ifndef PZ_DOCTYPE_H
#define PZ_DOCTYPE_H

#include "pz_str.h"

typedef struct {
    pz_str_t name;          /* as written; data NULL: missing */
    pz_str_t public_id;     /* without quotes; data NULL: missing */
    pz_str_t system_id;
    int      force_quirks;
} pz_doctype_t;

/* `bytes`: from "<!" to the '>', which the end of the page may have cut off. */
void pz_doctype_read(pz_str_t bytes, pz_doctype_t *doctype);

/* Whether it chooses quirks mode, in which a p may contain a table. */
int pz_doctype_is_quirky(pz_str_t bytes);

#endif
