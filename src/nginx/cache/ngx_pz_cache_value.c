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


/* The next string of *rest; -1 when there is no whole one. */
static int
ngx_pz_cache_value_next(pz_str_t *rest, pz_str_t *text)
{
    size_t    i, len;
    unsigned  c;

    len = 0;

    for (i = 0; i < rest->len && i < NGX_PZ_CACHE_LENGTH; i++) {
        c = (unsigned char) rest->data[i];
        len |= (size_t) (c & 0x7f) << (7 * i);

        if (c < 0x80) {
            *rest = pz_str_skip(*rest, i + 1);

            if (len > rest->len) {
                return -1;
            }

            *text = pz_str_head(*rest, len);
            *rest = pz_str_skip(*rest, len);

            return 0;
        }
    }

    return -1;
}


pz_reply_t *
ngx_pz_cache_value_read(pz_arena_t *arena, pz_str_t value, size_t items)
{
    size_t       i;
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

    for (i = 0; i < items; i++) {
        strings[i].type = PZ_REPLY_STRING;
        reply->items[i] = &strings[i];

        if (ngx_pz_cache_value_next(&value, &strings[i].text) != 0) {
            return NULL;
        }
    }

    return reply;
}
