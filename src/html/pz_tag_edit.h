/*
 * A start tag with its attributes edited.
 */
#ifndef PZ_TAG_EDIT_H
#define PZ_TAG_EDIT_H

#include "pz_edit.h"
#include "pz_sb.h"
#include "pz_tag.h"

typedef struct {
    const pz_edit_t *edits;
    const uint32_t  *hits;      /* which of them, in order; others than attribute edits too */
    size_t           nhits;
    int              ascii;
    pz_sb_t         *plain;     /* room for a class without references */
} pz_tag_edits_t;

/* Whether the operation is one on attributes. */
int pz_tag_edit_is(pz_edit_op_t op);

/*
 * Append the tag as the edits make it, one after the other.  What they do not
 * name stays as it is written; of duplicates the first is edited, and all are
 * removed.  Returns 0 when nothing has changed (and nothing was appended).
 */
int pz_tag_edit(pz_sb_t *sb, const pz_tag_t *tag, const pz_tag_edits_t *edits);

#endif
