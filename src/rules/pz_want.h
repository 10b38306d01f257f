/*
 * Slots: what has to be fetched for them, and the HTML once it is there.
 */
#ifndef PZ_WANT_H
#define PZ_WANT_H

#include "pz_scope.h"

#define PZ_WANT_LISTS    16     /* lists tried for one slot */
#define PZ_WANT_EXCLUDE  100    /* SKUs left out of one slot */
#define PZ_WANT_PART     128    /* bytes of a part of a key */
#define PZ_WANT_HTML     (256 * 1024)

/* How a slot will look: what pz_want_t's `view` is. */
typedef struct {
    const pz_action_t   *action;
    const pz_decision_t *decision;    /* as it stood when the plan was made */
} pz_view_t;

/*
 * Fill `want` for an action with a slot.  0; 1 when nothing can be fetched for
 * this visitor (no list, no id to keep a coupon for); -1 no memory or a
 * function failed (scope->failed).
 */
int pz_want_make(pz_scope_t *scope, pz_want_t *want);

/*
 * Whether bytes may be a part of a key: 1 to PZ_WANT_PART of them, UTF-8, no
 * controls, no space, and no braces, which would move the key in a cluster.
 */
int pz_want_is_part(pz_str_t part);

#endif
