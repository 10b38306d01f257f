/*
 * What the files of the tokenizer share.
 */
#ifndef PZ_SCAN_IMPL_H
#define PZ_SCAN_IMPL_H

#include "pz_scan.h"

/* pz_scan_t.state */
enum {
    AT_DATA,        /* in text of any mode */
    AT_OPENING,     /* `hold` begins something that is not known yet */
    AT_TAG,         /* `hold` begins a tag */
    AT_DOCTYPE,
    AT_COMMENT,
    AT_BOGUS,
    AT_CDATA
};

/* A comment, CDATA section or script part begins at scan->p. */
void pz_scan_begin(pz_scan_t *scan, unsigned state);

/* These bytes wait for the next chunk; -1: no memory. */
int pz_scan_hold(pz_scan_t *scan, const char *p, size_t len);

/* The rest of the chunk, from `p`, waits for the next one, in that state. */
pz_scan_event_t pz_scan_hold_rest(pz_scan_t *scan, const char *p, unsigned state);

/* A tag that begins at `lt`; the rest of one that was cut. */
pz_scan_event_t pz_scan_tag(pz_scan_t *scan, const char *lt);
pz_scan_event_t pz_scan_resume_tag(pz_scan_t *scan);

/* The next '<' that may be more than text in raw text: of "</", in scripts also of "<!". */
const char *pz_scan_raw(pz_scan_t *scan, const char *p);

/* The k-th byte (from 1) before `q` in a body that may have begun in an earlier chunk. */
char pz_scan_before(const pz_scan_t *scan, const char *q, size_t k);

/* The chunk ends inside a body: remember its last bytes. */
void pz_scan_keep_tail(pz_scan_t *scan);

/* Read on in a comment, a bogus one or a CDATA section; PZ_SCAN_MORE: nothing to tell. */
pz_scan_event_t pz_scan_body(pz_scan_t *scan);

/* At the page's end: dashes that might have begun the comment's end are no part of its data. */
unsigned pz_scan_trim_at_eof(const pz_scan_t *scan);

#endif
