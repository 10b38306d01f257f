/*
 * Tags, whole or cut by chunks' ends, and what is held until the next chunk comes.
 */
#include "pz_find.h"
#include "pz_scan_impl.h"

#define HOLD_FIRST  256


int
pz_scan_hold(pz_scan_t *scan, const char *p, size_t len)
{
    if (scan->held + len > scan->room) {
        size_t room = scan->room ? scan->room : HOLD_FIRST;

        while (room < scan->held + len) {
            room *= 2;
        }

        char *hold = pz_arena_alloc(scan->arena, room);

        if (hold == NULL) {
            return -1;
        }
        if (scan->held) {
            memcpy(hold, scan->hold, scan->held);
        }
        scan->carry.data = hold;
        scan->hold = hold;
        scan->room = room;
    }

    memcpy(scan->hold + scan->held, p, len);
    scan->held += len;

    return 0;
}


pz_scan_event_t
pz_scan_hold_rest(pz_scan_t *scan, const char *p, unsigned state)
{
    size_t len = (size_t) (scan->end - p);

    scan->state = (uint8_t) state;
    scan->p = scan->end;
    scan->from = scan->carry.len ? scan->start : p;

    if (scan->held + len > scan->max_tag) {
        return PZ_SCAN_LIMIT;
    }

    return pz_scan_hold(scan, p, len) ? PZ_SCAN_MEMORY : PZ_SCAN_MORE;
}


/* Name, key and attributes of the tag that begins at `lt`; NULL when it is not complete. */
static inline const char *
read_tag(pz_scan_t *scan, const char *lt, const char *end)
{
    pz_tag_t   *tag = &scan->tag;
    const char *name = lt + (lt[1] == '/' ? 2 : 1);
    const char *p = pz_find_space(name, end, '/', '>');

    if (p == end) {
        return NULL;
    }

    tag->end = lt[1] == '/';
    tag->name = (pz_str_t) { name, (size_t) (p - name) };
    tag->key = pz_key(name, tag->name.len, end);
    tag->atom = (uint8_t) pz_atom_from(tag->key);

    p = *p == '>' ? pz_tag_bare(tag, p) : pz_tag_walk(tag, p, end);
    if (p != NULL) {
        tag->whole = (pz_str_t) { lt, (size_t) (p - lt) };
    }

    return p;
}


pz_scan_event_t
pz_scan_tag(pz_scan_t *scan, const char *lt)
{
    const char *p = read_tag(scan, lt, scan->end);

    if (p != NULL) {
        scan->p = p;
        scan->from = lt;
        scan->state = AT_DATA;
        return scan->tag.whole.len > scan->max_tag ? PZ_SCAN_LIMIT : PZ_SCAN_TAG;
    }

    pz_tag_state_t state = PZ_TAG_NAME;

    pz_tag_resume(&state, lt + (lt[1] == '/' ? 2 : 1), scan->end);
    scan->tag_state = (uint8_t) state;

    return pz_scan_hold_rest(scan, lt, AT_TAG);
}


pz_scan_event_t
pz_scan_resume_tag(pz_scan_t *scan)
{
    pz_tag_state_t state = scan->tag_state;
    const char    *from = scan->p;
    const char    *p = pz_tag_resume(&state, from, scan->end);

    scan->tag_state = (uint8_t) state;
    if (state != PZ_TAG_CLOSED) {
        return pz_scan_hold_rest(scan, from, AT_TAG);
    }

    scan->from = scan->start;
    if (scan->held + (size_t) (p - from) > scan->max_tag) {
        return PZ_SCAN_LIMIT;
    }

    if (pz_scan_hold(scan, from, (size_t) (p - from))) {
        return PZ_SCAN_MEMORY;
    }

    read_tag(scan, scan->hold, scan->hold + scan->held);
    scan->p = p;
    scan->state = AT_DATA;
    scan->held = 0;

    return PZ_SCAN_TAG;
}
