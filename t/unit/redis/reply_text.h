/*
 * A reply as text, so that two of them can be compared: ($3:abc :7 nil *2(...)).
 */
#ifndef REPLY_TEXT_H
#define REPLY_TEXT_H

#include "pz_redis.h"

static void
reply_text(pz_sb_t *sb, const pz_reply_t *reply)
{
    size_t  i;

    switch (reply->type) {
    case PZ_REPLY_NIL:
        pz_sb_literal(sb, "nil");
        return;
    case PZ_REPLY_INTEGER:
        pz_sb_printf(sb, ":%lld", (long long) reply->integer);
        return;
    case PZ_REPLY_ARRAY:
        pz_sb_printf(sb, "*%zu(", reply->nitems);

        for (i = 0; i < reply->nitems; i++) {
            pz_sb_literal(sb, i == 0 ? "" : " ");
            reply_text(sb, reply->items[i]);
        }

        pz_sb_literal(sb, ")");
        return;
    default:
        pz_sb_literal(sb, reply->type == PZ_REPLY_STATUS ? "+"
                          : reply->type == PZ_REPLY_ERROR ? "-" : "$");
        pz_sb_printf(sb, "%zu:", reply->text.len);
        pz_sb_add(sb, reply->text);
    }
}

#endif
