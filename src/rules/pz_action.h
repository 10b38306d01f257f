/*
 * Actions: what a variant does to the page, compiled.
 */
#ifndef PZ_ACTION_H
#define PZ_ACTION_H

#include "pz_edit.h"
#include "pz_template.h"
#include "pz_zone.h"

typedef enum {
    PZ_ACTION_HEADER,
    PZ_ACTION_EDIT,
    PZ_ACTION_RECOMMENDATIONS,
    PZ_ACTION_COUPON
} pz_action_kind_t;

/* A name that an action brings to its templates: a text, or a function's result. */
typedef struct {
    pz_str_t name;
    pz_str_t text;
    int      function;    /* or PZ_NO_FUNCTION */
    unsigned needed:1;    /* without it the action is left out */
} pz_action_value_t;

/* What a template is known to be: text that never changes, or the template. */
typedef struct {
    const pz_template_t *pattern;    /* NULL: `constant` */
    pz_str_t             constant;
} pz_content_t;

/* Where a recommendation list comes from. */
typedef enum {
    PZ_STRATEGY_VISITOR,        /* recs:visitor:{ID} */
    PZ_STRATEGY_SEGMENT,        /* recs:segment:S, for each of the visitor's */
    PZ_STRATEGY_POPULAR,        /* recs:popular:all */
    PZ_STRATEGY_BOUGHT_WITH,    /* recs:bought_with:SKU of the page, or the last in the cart */
    PZ_STRATEGY_LIST            /* recs:NAME:KEY as written, with values in KEY */
} pz_strategy_kind_t;

typedef struct {
    pz_strategy_kind_t  kind;
    pz_str_t            name;
    pz_content_t        key;
} pz_strategy_t;

/* How fetched content looks. */
typedef struct {
    pz_content_t open;     /* a coupon is all `open` */
    pz_content_t item;     /* a product with a picture */
    pz_content_t plain;    /* a product without one */
    pz_content_t close;
} pz_layout_t;

typedef struct {
    pz_action_kind_t         kind;
    unsigned                 line;
    pz_edit_t                edit;       /* EDIT and what has a slot: selector, op, limit */
    pz_str_t                 name;       /* HEADER; the attribute */
    pz_content_t             class_name;
    pz_content_t             content;    /* HTML, an attribute's or a header's value */
    const pz_action_value_t *values;
    size_t                   nvalues;

    const pz_strategy_t     *strategies;
    size_t                   nstrategies;
    unsigned                 count;
    pz_str_t                 pool;
    int64_t                  ttl;
    const pz_zone_t         *zone;       /* for times that people read */
    pz_layout_t              layout;
} pz_action_t;

/* The actions of one variant. */
typedef struct {
    const pz_action_t *items;
    size_t             n;
} pz_actions_t;

#endif
