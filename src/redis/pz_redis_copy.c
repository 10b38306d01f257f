#include "pz_redis.h"

static int copy_into(pz_arena_t *arena, const pz_reply_t *from, pz_reply_t *to);


static int
copy_items(pz_arena_t *arena, const pz_reply_t *from, pz_reply_t *to)
{
    size_t       i;
    pz_reply_t  *items;

    to->items = pz_arena_array(arena, from->nitems, sizeof(pz_reply_t *));
    items = pz_arena_array(arena, from->nitems, sizeof(pz_reply_t));

    if (to->items == NULL || items == NULL) {
        return -1;
    }

    for (i = 0; i < from->nitems; i++) {
        to->items[i] = &items[i];

        if (copy_into(arena, from->items[i], &items[i]) != 0) {
            return -1;
        }
    }

    return 0;
}


/* As deep as the reply, whose reader has bounded it. */
static int
copy_into(pz_arena_t *arena, const pz_reply_t *from, pz_reply_t *to)
{
    *to = *from;

    if (from->text.data != NULL && pz_arena_copy(arena, from->text, &to->text) != 0) {
        return -1;
    }

    return from->nitems == 0 ? 0 : copy_items(arena, from, to);
}


pz_reply_t *
pz_redis_reply_copy(pz_arena_t *arena, const pz_reply_t *reply)
{
    pz_reply_t  *copy;

    copy = pz_arena_alloc(arena, sizeof(pz_reply_t));

    return copy != NULL && copy_into(arena, reply, copy) == 0 ? copy : NULL;
}
