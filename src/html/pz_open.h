/*
 * What a '<' opens (HTML 13.2.5.6, 13.2.5.7, 13.2.5.42 and the states of raw text).
 */
#ifndef PZ_OPEN_H
#define PZ_OPEN_H

#include "pz_scan.h"

typedef enum {
    PZ_OPEN_MORE,       /* the bytes do not tell yet */
    PZ_OPEN_TEXT,       /* no markup: `used` bytes of text */
    PZ_OPEN_START,      /* a start tag; used: 1 */
    PZ_OPEN_END,        /* an end tag; used: 2 */
    PZ_OPEN_NOTHING,    /* "</>": neither text nor token */
    PZ_OPEN_COMMENT,
    PZ_OPEN_BOGUS,      /* a bogus comment, whose data begins after `used` */
    PZ_OPEN_DOCTYPE,
    PZ_OPEN_CDATA,
    PZ_OPEN_LEVEL       /* text, and the script's level changes to `level` */
} pz_open_kind_t;

typedef struct {
    pz_open_kind_t kind;
    unsigned       level;
    size_t         used;
} pz_open_t;

/* `p` is at a '<'; the scanner's mode, level and raw name tell how to read. */
pz_open_t pz_open_read(const pz_scan_t *scan, const char *p, const char *end);

#endif
