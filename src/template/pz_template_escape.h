/*
 * One value, written as it must be where it lands.
 */
#ifndef PZ_TEMPLATE_ESCAPE_H
#define PZ_TEMPLATE_ESCAPE_H

#include "pz_sb.h"

typedef enum {
    PZ_LAND_TEXT,        /* HTML text or a quoted attribute: character references */
    PZ_LAND_PLAIN,       /* as it is */
    PZ_LAND_HEADER,      /* as it is, or refused */
    PZ_LAND_URL,         /* a whole URL, or its beginning: its scheme is checked */
    PZ_LAND_URL_ATTR,    /* the same in an attribute */
    PZ_LAND_SEGMENT,     /* the first of a URL's path: never empty */
    PZ_LAND_PATH,        /* further on in a URL's path: may have slashes inside */
    PZ_LAND_COMPONENT    /* a part of a URL's query, fragment or host */
} pz_land_t;

/*
 * Append `text`.  Bytes that are not UTF-8, and control bytes other than tab,
 * LF and CR, become U+FFFD (in URLs: its percent-encoding).  0; -1 when it may
 * not stand there: a header with control bytes, a URL whose scheme is not
 * allowed.  Then nothing was appended.
 */
int pz_template_put(pz_sb_t *sb, pz_land_t land, pz_str_t text);

/* Whether a URL may have that scheme: http, https, mailto, tel, in any case. */
int pz_template_is_scheme(pz_str_t scheme);

#endif
