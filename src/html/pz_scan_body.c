/*
 * Comments, CDATA and raw text: where they end, over the chunks' ends.
 */
#include "pz_find.h"
#include "pz_scan_impl.h"


void
pz_scan_begin(pz_scan_t *scan, unsigned state)
{
    scan->state = (uint8_t) state;
    scan->body = scan->p;
    scan->seen = 0;
}


/* The k-th byte (from 1) before `q` in a body that may have begun in an earlier chunk. */
char
pz_scan_before(const pz_scan_t *scan, const char *q, size_t k)
{
    size_t here = (size_t) (q - scan->body);

    if (k <= here) {
        return q[-(ptrdiff_t) k];
    }

    k -= here;

    return k <= scan->seen ? scan->tail[3 - k] : 0;
}


/* The chunk ends inside a body: remember its last bytes. */
void
pz_scan_keep_tail(pz_scan_t *scan)
{
    char    tail[3];
    size_t  seen = scan->seen + (size_t) (scan->end - scan->body);

    for (size_t k = 1; k <= 3; k++) {
        tail[3 - k] = pz_scan_before(scan, scan->end, k);
    }

    memcpy(scan->tail, tail, 3);
    scan->seen = (uint8_t) (seen < 3 ? seen : 3);
}


/* How many bytes before and with this '>' close the body; 0 when it goes on. */
static unsigned
closes(const pz_scan_t *scan, const char *gt)
{
    char   last = pz_scan_before(scan, gt, 1);
    size_t len = scan->seen + (size_t) (gt - scan->body);

    switch (scan->state) {

    case AT_BOGUS:
        return 1;

    case AT_CDATA:
        return last == ']' && pz_scan_before(scan, gt, 2) == ']' ? 3 : 0;

    default:
        if (len == 0) {
            return 1;
        }
        if (last == '-') {
            return len == 1 ? 2 : pz_scan_before(scan, gt, 2) == '-' ? 3 : 0;
        }
        return last == '!' && pz_scan_before(scan, gt, 2) == '-'
               && pz_scan_before(scan, gt, 3) == '-' ? 4 : 0;
    }
}


static pz_scan_event_t
body_event(const pz_scan_t *scan, int end)
{
    return scan->state == AT_CDATA ? (end ? PZ_SCAN_CDATA_END : PZ_SCAN_CDATA)
                                   : (end ? PZ_SCAN_COMMENT_END : PZ_SCAN_COMMENT);
}


/* A comment, a bogus one or a CDATA section; PZ_SCAN_MORE: nothing to tell. */
pz_scan_event_t
pz_scan_body(pz_scan_t *scan)
{
    const char     *from = scan->p, *gt = from;
    pz_scan_event_t event;

    for ( ;; ) {
        gt = pz_find(gt, scan->end, '>');
        if (gt == scan->end) {
            pz_scan_keep_tail(scan);
            event = body_event(scan, 0);
            scan->trim = 0;
            break;
        }

        scan->trim = closes(scan, gt++);
        if (scan->trim) {
            event = body_event(scan, 1);
            scan->state = AT_DATA;
            break;
        }
    }

    scan->bytes = (pz_str_t) { from, (size_t) (gt - from) };
    scan->p = gt;

    return scan->want_comments && (scan->bytes.len || scan->trim) ? event : PZ_SCAN_MORE;
}


/* Dashes that might have begun the comment's end are no part of its data. */
unsigned
pz_scan_trim_at_eof(const pz_scan_t *scan)
{
    if (scan->state != AT_COMMENT || scan->seen == 0) {
        return 0;
    }

    if (scan->tail[2] == '!' && scan->seen == 3) {
        return scan->tail[1] == '-' && scan->tail[0] == '-' ? 3 : 0;
    }

    if (scan->tail[2] != '-') {
        return 0;
    }

    return scan->seen >= 2 && scan->tail[1] == '-' ? 2 : 1;
}


/* In a script's comment-like parts "-->" leads back to plain script data. */
static const char *
next_in_level(pz_scan_t *scan, const char *p)
{
    while (scan->level) {
        p = pz_find2(p, scan->end, '<', '>');
        if (p == scan->end || *p == '<') {
            return p;
        }

        if (pz_scan_before(scan, p, 1) == '-' && pz_scan_before(scan, p, 2) == '-') {
            scan->level = 0;
        }
        p++;
    }

    return p;
}


const char *
pz_scan_raw(pz_scan_t *scan, const char *p)
{
    const char *end = scan->end;
    char        also = scan->mode == PZ_TEXT_SCRIPT ? '!' : '/';

    p = next_in_level(scan, p);
    if (scan->level) {
        return p;
    }

    for (p = pz_find(p, end, '<'); p < end; p = pz_find(p + 1, end, '<')) {
        if (p + 1 == end || p[1] == '/' || p[1] == also) {
            break;
        }
    }

    return p;
}
