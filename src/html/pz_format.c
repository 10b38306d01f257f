/*
 * The list of active formatting elements (HTML 13.2.4.3).
 */
#include "pz_tree_rules.h"

#define FORMATS_FIRST  8
#define NOAH           3    /* so many alike elements are kept at the most */


void
pz_format_drop(pz_tree_t *t, unsigned index)
{
    const pz_format_t *format = &t->formats[index];

    if (format->atom) {
        t->ops->on_move(t->data, PZ_MOVE_FORGET, index, 0);
    }

    if (format->node) {
        t->nodes[format->node].flags &= (uint8_t) ~PZ_NODE_FORMATTING;
    } else if (format->atom) {
        t->closed_formats--;
    }

    t->nformats--;
    memmove(&t->formats[index], &t->formats[index + 1],
            (t->nformats - index) * sizeof(pz_format_t));
}


static pz_format_t *
append(pz_tree_t *t)
{
    if (t->nformats == t->formats_room) {
        uint32_t     room = t->formats_room ? t->formats_room * 2 : FORMATS_FIRST;
        pz_format_t *formats = pz_arena_alloc(t->arena, room * sizeof(pz_format_t));

        if (formats == NULL) {
            t->failed = 1;
            return NULL;
        }
        if (t->nformats) {
            memcpy(formats, t->formats, t->nformats * sizeof(pz_format_t));
        }
        t->formats = formats;
        t->formats_room = room;
    }

    return &t->formats[t->nformats++];
}


/* The same for the same attributes in any order; values as written. */
static uint32_t
hash_attrs(const pz_tag_t *tag)
{
    uint32_t    hash = 0;
    const char *at = NULL;
    pz_attr_t   attr;

    while (pz_tag_next_attr(tag, &at, &attr)) {
        uint64_t h = pz_key_of(attr.name) * PZ_KEY_MIX;

        for (size_t i = 0; i < attr.value.len; i++) {
            h = (h ^ (unsigned char) attr.value.data[i]) * PZ_KEY_MIX;
        }
        hash += (uint32_t) (h >> 32) | 1;
    }

    return hash;
}


void
pz_format_push(pz_tree_t *t)
{
    pz_format_t format = {
        .key = t->tag->key, .node = t->n - 1, .atom = t->tag->atom,
        /* of these there is never a second one */
        .attrs = t->tag->atom == PZ_ATOM_A || t->tag->atom == PZ_ATOM_NOBR
                 ? 0 : hash_attrs(t->tag)
    };
    unsigned alike = 0, first = 0;

    if (t->failed) {
        return;
    }

    for (unsigned i = t->nformats; i > 0 && t->formats[i - 1].atom; i--) {
        t->work++;
        if (t->formats[i - 1].key == format.key && t->formats[i - 1].attrs == format.attrs) {
            alike++;
            first = i - 1;
        }
    }

    if (alike >= NOAH) {
        pz_format_drop(t, first);
    }

    pz_format_t *place = append(t);

    if (place) {
        *place = format;
        t->nodes[format.node].flags |= PZ_NODE_FORMATTING;
    }
}


void
pz_format_marker(pz_tree_t *t)
{
    pz_format_t *place = t->failed ? NULL : append(t);

    if (place) {
        *place = (pz_format_t) { .atom = PZ_ATOM_NONE };
    }
}


void
pz_format_clear(pz_tree_t *t)
{
    unsigned marker = 0;

    while (t->nformats && !marker) {
        marker = t->formats[t->nformats - 1].atom == PZ_ATOM_NONE;
        pz_format_drop(t, t->nformats - 1);
    }
}


/* The node has been popped, and stays in the list. */
void
pz_format_closed(pz_tree_t *t, unsigned node)
{
    for (unsigned i = t->nformats; i > 0; i--) {
        pz_format_t *format = &t->formats[i - 1];

        t->work++;
        if (format->atom && format->node == node) {
            format->node = 0;
            format->touched |= t->nodes[node].flags & PZ_NODE_TOUCHED;
            t->closed_formats++;
            return;
        }
    }
}


/* Nodes from `from` on have moved by `by` places. */
void
pz_format_shift(pz_tree_t *t, unsigned from, int by)
{
    for (unsigned i = 0; i < t->nformats; i++) {
        if (t->formats[i].atom && t->formats[i].node >= from && t->formats[i].node) {
            t->formats[i].node = (uint32_t) ((int) t->formats[i].node + by);
        }
    }

    t->work += t->nformats;
}


unsigned
pz_format_find(const pz_tree_t *t, unsigned atom)
{
    for (unsigned i = t->nformats; i > 0 && t->formats[i - 1].atom; i--) {
        if (t->formats[i - 1].atom == atom) {
            return i;
        }
    }

    return 0;
}
