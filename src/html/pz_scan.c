#include "pz_find.h"
#include "pz_open.h"
#include "pz_scan_impl.h"

void
pz_scan_init(pz_scan_t *scan, pz_arena_t *arena, size_t max_tag)
{
    *scan = (pz_scan_t) { .arena = arena, .max_tag = max_tag };
}


void
pz_scan_set_mode(pz_scan_t *scan, pz_text_mode_t mode, pz_str_t name)
{
    scan->mode = (uint8_t) mode;
    scan->level = 0;
    scan->raw_len = (uint8_t) (name.len < PZ_SCAN_NAME ? name.len : 0);
    if (scan->raw_len != name.len) {
        scan->mode = PZ_TEXT_DATA;
    }

    for (size_t i = 0; i < scan->raw_len; i++) {
        scan->raw[i] = pz_lower(name.data[i]);
    }
}


void
pz_scan_set_cdata(pz_scan_t *scan)
{
    pz_scan_begin(scan, AT_CDATA);
}


int
pz_scan_at_data(const pz_scan_t *scan)
{
    return scan->state == AT_DATA && scan->mode == PZ_TEXT_DATA;
}


void
pz_scan_feed(pz_scan_t *scan, pz_str_t chunk)
{
    scan->start = scan->p = scan->from = scan->body = chunk.data;
    scan->end = chunk.data + chunk.len;
    scan->carry = (pz_str_t) { scan->hold, scan->held };
}


static pz_scan_event_t
scan_doctype(pz_scan_t *scan, const char *from)
{
    const char *gt = pz_find(scan->p, scan->end, '>');

    if (gt == scan->end) {
        return pz_scan_hold_rest(scan, from, AT_DOCTYPE);
    }

    scan->bytes = (pz_str_t) { from, (size_t) (gt + 1 - from) };
    scan->from = from;

    if (scan->carry.len) {
        if (pz_scan_hold(scan, from, scan->bytes.len)) {
            return PZ_SCAN_MEMORY;
        }
        scan->bytes = (pz_str_t) { scan->hold, scan->held };
        scan->from = scan->start;
        scan->held = 0;
    }

    scan->p = gt + 1;
    scan->state = AT_DATA;

    return scan->bytes.len > scan->max_tag ? PZ_SCAN_LIMIT : PZ_SCAN_DOCTYPE;
}


/*
 * Apply what the '<' opened.  `bytes` is text or data that stands between the
 * opening and scan->p.  PZ_SCAN_MORE: go on.
 */
static pz_scan_event_t
enter(pz_scan_t *scan, const pz_open_t *open, pz_str_t bytes)
{
    scan->state = AT_DATA;

    switch (open->kind) {

    case PZ_OPEN_COMMENT:
        pz_scan_begin(scan, AT_COMMENT);
        break;

    case PZ_OPEN_BOGUS:
        pz_scan_begin(scan, AT_BOGUS);
        scan->bytes = bytes;
        scan->trim = 0;
        return scan->want_comments ? PZ_SCAN_COMMENT : PZ_SCAN_MORE;

    case PZ_OPEN_CDATA:
        pz_scan_begin(scan, AT_CDATA);
        break;

    case PZ_OPEN_LEVEL:
        scan->level = (uint8_t) open->level;
        pz_scan_begin(scan, AT_DATA);
        if (open->used == 4) {
            memset(scan->tail, '-', 3);    /* "<!-->" leaves the level again */
            scan->seen = 2;
        }
        break;

    case PZ_OPEN_TEXT:
        pz_scan_begin(scan, AT_DATA);         /* no "--" reaches over a '<' */
        break;

    default:
        break;
    }

    scan->bytes = bytes;

    return scan->want_text && bytes.len ? PZ_SCAN_TEXT : PZ_SCAN_MORE;
}


static pz_scan_event_t
open_at(pz_scan_t *scan, const char *lt)
{
    pz_open_t open = pz_open_read(scan, lt, scan->end);
    pz_str_t  bytes = PZ_STR_NONE;

    scan->from = lt;

    switch (open.kind) {

    case PZ_OPEN_MORE:
        return pz_scan_hold_rest(scan, lt, AT_OPENING);

    case PZ_OPEN_START:
    case PZ_OPEN_END:
        return pz_scan_tag(scan, lt);

    case PZ_OPEN_DOCTYPE:
        scan->p = lt + open.used;
        return scan_doctype(scan, lt);

    case PZ_OPEN_TEXT:
    case PZ_OPEN_LEVEL:
        bytes = (pz_str_t) { lt, open.used };
        break;

    default:
        break;
    }

    scan->p = lt + open.used;

    return enter(scan, &open, bytes);
}


/*
 * The opening was cut: add byte after byte until it tells.  The byte that told
 * is not part of it, unless it was its last.
 */
static pz_scan_event_t
resume_opening(pz_scan_t *scan)
{
    pz_open_t       open = { PZ_OPEN_MORE, 0, 0 };
    pz_scan_event_t event;
    size_t          from = 0;

    while (scan->p < scan->end) {
        if (pz_scan_hold(scan, scan->p++, 1)) {
            return PZ_SCAN_MEMORY;
        }

        open = pz_open_read(scan, scan->hold, scan->hold + scan->held);
        if (open.kind != PZ_OPEN_MORE) {
            break;
        }
    }

    if (open.kind == PZ_OPEN_MORE) {
        return PZ_SCAN_MORE;
    }

    if (open.used < scan->held) {
        scan->held--;
        scan->p--;
    }

    if (open.kind == PZ_OPEN_START || open.kind == PZ_OPEN_END) {
        scan->tag_state = PZ_TAG_NAME;
        return pz_scan_resume_tag(scan);
    }

    if (open.kind == PZ_OPEN_DOCTYPE) {
        scan->state = AT_DOCTYPE;
        return scan_doctype(scan, scan->p);
    }

    if (open.kind == PZ_OPEN_BOGUS) {
        from = open.used;
    } else if (open.kind != PZ_OPEN_TEXT && open.kind != PZ_OPEN_LEVEL) {
        from = scan->held;
    }

    event = enter(scan, &open, (pz_str_t) { scan->hold + from, scan->held - from });
    scan->held = 0;
    scan->from = scan->start;

    if (event != PZ_SCAN_MORE) {
        return event;
    }

    /* the consumer has to pass the carry on before `hold` is used again */
    scan->bytes = open.kind == PZ_OPEN_TEXT ? scan->bytes : PZ_STR_NONE;

    return PZ_SCAN_TEXT;
}


static pz_scan_event_t
scan_text(pz_scan_t *scan)
{
    const char *from = scan->p, *lt;

    switch (scan->mode) {

    case PZ_TEXT_PLAINTEXT:
        lt = scan->end;
        break;

    case PZ_TEXT_DATA:
        lt = pz_find(from, scan->end, '<');
        break;

    default:
        lt = pz_scan_raw(scan, from);
    }

    if (lt == scan->end && scan->level) {
        pz_scan_keep_tail(scan);
    }

    scan->p = lt;
    if (lt > from && scan->want_text) {
        scan->bytes = (pz_str_t) { from, (size_t) (lt - from) };
        return PZ_SCAN_TEXT;
    }

    if (lt == scan->end) {
        return PZ_SCAN_MORE;
    }

    /* nearly all that a '<' opens is a tag */
    if (scan->mode == PZ_TEXT_DATA && scan->end - lt > 2
        && (pz_is_alpha(lt[1]) || (lt[1] == '/' && pz_is_alpha(lt[2]))))
    {
        return pz_scan_tag(scan, lt);
    }

    return open_at(scan, lt);
}


pz_scan_event_t
pz_scan_next(pz_scan_t *scan)
{
    pz_scan_event_t event;

    while (scan->p < scan->end) {
        switch (scan->state) {
        case AT_DATA:
            event = scan_text(scan);
            break;
        case AT_OPENING:
            event = resume_opening(scan);
            break;
        case AT_TAG:
            event = pz_scan_resume_tag(scan);
            break;
        case AT_DOCTYPE:
            event = scan_doctype(scan, scan->p);
            break;
        default:
            event = pz_scan_body(scan);
        }

        if (event != PZ_SCAN_MORE) {
            return event;
        }
    }

    return PZ_SCAN_MORE;
}


pz_scan_event_t
pz_scan_end(pz_scan_t *scan)
{
    unsigned state = scan->state;
    unsigned from = 0;

    pz_scan_feed(scan, (pz_str_t) { "", 0 });
    scan->trim = pz_scan_trim_at_eof(scan);
    scan->state = AT_DATA;
    scan->bytes = scan->carry;
    scan->held = 0;

    switch (state) {

    case AT_OPENING:
        if (scan->mode == PZ_TEXT_DATA && scan->bytes.len > 1 && scan->bytes.data[1] == '!') {
            from = 2;
            scan->bytes = (pz_str_t) { scan->bytes.data + from, scan->bytes.len - from };
            return PZ_SCAN_COMMENT_END;
        }
        return PZ_SCAN_TEXT;

    case AT_DOCTYPE:
        return PZ_SCAN_DOCTYPE;

    case AT_COMMENT:
    case AT_BOGUS:
        scan->bytes = PZ_STR_NONE;
        return PZ_SCAN_COMMENT_END;

    case AT_CDATA:
        scan->bytes = PZ_STR_NONE;
        return PZ_SCAN_CDATA_END;

    default:
        return PZ_SCAN_MORE;
    }
}
