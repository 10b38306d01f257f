/*
 * Text into markup, and markup into pages that are not UTF-8.
 */
#ifndef PZ_ESCAPE_H
#define PZ_ESCAPE_H

#include "pz_sb.h"

/*
 * Append an attribute's value for a quoted attribute.  With `ascii` everything
 * above 0x7f becomes a numeric reference; bytes that are not UTF-8 become
 * U+FFFD then.
 */
void pz_escape_attr(pz_sb_t *sb, pz_str_t text, int ascii);

/*
 * Append HTML with everything above 0x7f as references: numeric ones in markup,
 * \uXXXX inside script, \XXXXXX inside style, where HTML's do not count.
 */
void pz_escape_html_ascii(pz_sb_t *sb, pz_str_t html);

#endif
