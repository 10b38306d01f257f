/*
 * Replies as they stand in the zone.
 */
#include "ngx_pz_cache_value.h"

#define NGX_PZ_CACHE_LENGTH  5    /* bytes of a length at the most */


static void
ngx_pz_cache_value_length(pz_sb_t *sb, size_t len)
{
    while (len > 0x7f) {
        pz_sb_byte(sb, (char) (0x80 | (len & 0x7f)));
        len >>= 7;
    }

    pz_sb_byte(sb, (char) len);
}


int
ngx_pz_cache_value_write(pz_arena_t *arena, const pz_reply_t *reply, size_t max,
    pz_str_t *value)
{
    size_t   i, len;
    pz_sb_t  sb;

    if (reply == NULL || reply->type != PZ_REPLY_ARRAY) {
        return 1;
    }

    len = 0;

    for (i = 0; i < reply->nitems; i++) {
        if (reply->items[i]->type != PZ_REPLY_STRING) {
            return 1;
        }

        len += reply->items[i]->text.len + NGX_PZ_CACHE_LENGTH;

        if (len > max) {
            return 1;
        }
    }

    pz_sb_init(&sb, arena, len);

    for (i = 0; i < reply->nitems; i++) {
        ngx_pz_cache_value_length(&sb, reply->items[i]->text.len);
        pz_sb_add(&sb, reply->items[i]->text);
    }

    return pz_sb_done(&sb, value);
}


/* The string at *p; -1 when there is no whole one before `end`. */
static int
ngx_pz_cache_value_next(const char **p, const char *end, pz_str_t *text)
{
    size_t    len;
    unsigned  c, shift;

    len = 0;
    shift = 0;

    do {
        if (*p == end || shift == 7 * NGX_PZ_CACHE_LENGTH) {
            return -1;
        }

        c = (unsigned char) *(*p)++;
        len |= (size_t) (c & 0x7f) << shift;
        shift += 7;

    } while (c & 0x80);

    if (len > (size_t) (end - *p)) {
        return -1;
    }

    *text = (pz_str_t) { *p, len };
    *p += len;

    return 0;
}


pz_reply_t *
ngx_pz_cache_value_read(pz_arena_t *arena, pz_str_t value, size_t items)
{
    size_t       i;
    const char  *p;
    pz_reply_t  *reply, *strings;

    /* each has a byte of length at least */
    if (items > value.len) {
        return NULL;
    }

    strings = pz_arena_array(arena, items + 1, sizeof(pz_reply_t));
    if (strings == NULL) {
        return NULL;
    }

    reply = &strings[items];
    reply->type = PZ_REPLY_ARRAY;

    if (items == 0) {
        return reply;
    }

    reply->items = pz_arena_array(arena, items, sizeof(pz_reply_t *));
    if (reply->items == NULL) {
        return NULL;
    }

    reply->nitems = items;
    p = value.data;

    for (i = 0; i < items; i++) {
        strings[i].type = PZ_REPLY_STRING;
        reply->items[i] = &strings[i];

        if (ngx_pz_cache_value_next(&p, value.data + value.len, &strings[i].text) != 0) {
            return NULL;
        }
    }

    return reply;
}
