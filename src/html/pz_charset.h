/*
 * Which character encoding a page is in, as far as inserting text needs it.
 * Order of the standard (WHATWG Encoding and HTML 13.2.3): BOM, the transport's
 * charset, then a <meta> in the first 1,024 bytes, else windows-1252.
 */
#ifndef PZ_CHARSET_H
#define PZ_CHARSET_H

#include "pz_str.h"

#define PZ_CHARSET_SNIFF  1024

typedef enum {
    PZ_CHARSET_UTF8,        /* insert as it is */
    PZ_CHARSET_ASCII,       /* ASCII-compatible: insert with numeric references */
    PZ_CHARSET_OPAQUE       /* UTF-16, UTF-32, ISO-2022-JP ...: leave the page alone */
} pz_charset_t;

/*
 * `transport`: the charset parameter of Content-Type, empty when there is none;
 * `head`: the first bytes of the page, up to PZ_CHARSET_SNIFF of them.
 */
pz_charset_t pz_charset_sniff(pz_str_t transport, pz_str_t head);

#endif
