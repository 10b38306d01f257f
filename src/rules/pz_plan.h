/*
 * A plan: what to do to one response.  Data only; see docs/adr/0001.
 */
#ifndef PZ_PLAN_H
#define PZ_PLAN_H

#include "pz_campaign.h"
#include "pz_edit.h"

typedef struct {
    pz_str_t name;
    pz_str_t value;    /* a valid HTTP field value, checked */
} pz_plan_header_t;

typedef enum {
    PZ_WANT_RECOMMENDATIONS,
    PZ_WANT_COUPON
} pz_want_kind_t;

/*
 * Content that must still be fetched: one a slot.  Keys are without the
 * configured prefix ("recs:popular:all"), made of checked parts only.
 */
typedef struct {
    pz_want_kind_t  kind;
    pz_str_t        campaign;

    /* RECOMMENDATIONS: lists to try in order, until `count` products are found */
    const pz_str_t *lists;
    size_t          nlists;
    unsigned        count;
    const pz_str_t *exclude;      /* SKUs: in the cart, or this page's own */
    size_t          nexclude;

    /* COUPON */
    pz_str_t        pool;
    int64_t         ttl;          /* seconds that a code stays this visitor's */

    const void     *view;         /* the rule engine's template for it */
} pz_want_t;

typedef struct {
    pz_decision_t           decision;
    const pz_plan_header_t *headers;
    size_t                  nheaders;
    const pz_edit_t        *edits;     /* slot n is filled by wants[n] */
    size_t                  nedits;
    const pz_want_t        *wants;
    size_t                  nwants;
} pz_plan_t;

#endif
