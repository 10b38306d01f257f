/*
 * Character references in attribute values (HTML 13.2.5.72 to .80), and the other
 * ways in which a value in a DOM is not what the page has (13.2.3.5): what is
 * compared with a selector, or with a class, is the value as a DOM has it.
 */
#ifndef PZ_REFERENCE_H
#define PZ_REFERENCE_H

#include "pz_sb.h"

/* Whether the value may be another one in a DOM: it has an '&', a CR or a NUL. */
int pz_reference_suspect(pz_str_t value);

/*
 * The value as a DOM has it: `value` itself where nothing is to be replaced, else
 * in `sb`, whose text is dropped first.  Where `sb` has no room it is marked as
 * failed, and the result is the value as written.
 */
pz_str_t pz_reference_decode(pz_sb_t *sb, pz_str_t value);

#endif
