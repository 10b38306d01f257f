#include "pz_template_piece.h"

/* The one address that nothing answers (RFC 6694, and browsers' own choice). */
#define PZ_TEMPLATE_NOWHERE  PZ_STR("about:invalid")

int
pz_template_render(const pz_template_t *t, pz_sb_t *sb,
    pz_template_lookup_pt lookup, void *data)
{
    pz_str_t                   value;
    const pz_template_piece_t *piece;

    for (piece = t->pieces; piece != NULL; piece = piece->next) {
        if (!piece->is_value) {
            pz_sb_add(sb, piece->text);
            continue;
        }
        if (lookup(data, piece->text, &value) != 0 || value.len == 0) {
            value = piece->fallback;
        }
        if (pz_template_put(sb, piece->land, value) != 0) {
            if (piece->land == PZ_LAND_HEADER) {
                return -1;
            }
            pz_sb_add(sb, PZ_TEMPLATE_NOWHERE);
            piece = piece->last;
        }
    }
    return sb->failed ? -1 : 0;
}
