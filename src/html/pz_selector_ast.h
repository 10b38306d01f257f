/*
 * A parsed selector, as the matcher reads it.
 *
 * Each compound ("li.new") stands at the right of a combinator, or first.  A
 * compound that has something to its right is remembered on the elements that
 * match it, as state number `state`; the last one decides.
 */
#ifndef PZ_SELECTOR_AST_H
#define PZ_SELECTOR_AST_H

#include "pz_selector.h"

typedef enum {
    PZ_COND_ID,
    PZ_COND_CLASS,
    PZ_COND_ATTR,
    PZ_COND_ROOT,
    PZ_COND_NTH_CHILD,
    PZ_COND_NTH_OF_TYPE,
    PZ_COND_IS,
    PZ_COND_NOT
} pz_cond_kind_t;

typedef enum {
    PZ_ATTR_PRESENT,
    PZ_ATTR_EQUALS,
    PZ_ATTR_INCLUDES,       /* ~= */
    PZ_ATTR_DASH,           /* |= */
    PZ_ATTR_PREFIX,         /* ^= */
    PZ_ATTR_SUFFIX,         /* $= */
    PZ_ATTR_SUBSTRING       /* *= */
} pz_attr_op_t;

typedef struct pz_cond_s     pz_cond_t;
typedef struct pz_compound_s pz_compound_t;

struct pz_cond_s {
    pz_cond_kind_t  kind;
    pz_attr_op_t    op;
    int             fold;       /* the value without case */
    pz_str_t        name;       /* the id, the class, the attribute */
    pz_str_t        value;
    int             a, b;       /* an+b */
    pz_compound_t  *list;       /* of :is and :not; by `next` */
    pz_cond_t      *next;
};

typedef enum {
    PZ_COMBINE_NONE,
    PZ_COMBINE_DESCENDANT,
    PZ_COMBINE_CHILD,
    PZ_COMBINE_ADJACENT,
    PZ_COMBINE_SIBLING
} pz_combinator_t;

/* What to look a compound up by, the rarest first. */
typedef enum {
    PZ_KEY_ID,
    PZ_KEY_CLASS,
    PZ_KEY_ATTR,
    PZ_KEY_TYPE,
    PZ_KEY_ANY
} pz_key_kind_t;

#define PZ_NO_STATE  0xffffffffu

struct pz_compound_s {
    uint64_t         type;          /* the key of the element's name; 0: any */
    pz_str_t         type_name;
    pz_cond_t       *conds;
    pz_compound_t   *left;          /* what `combinator` refers to */
    pz_combinator_t  combinator;
    pz_combinator_t  use;           /* the combinator of the compound to the right */
    uint32_t         state;         /* to remember a match by; PZ_NO_STATE for the last */
    pz_key_kind_t    key_kind;
    uint64_t         key;
    pz_str_t         key_name;      /* what `key` is of */
    pz_compound_t   *next;          /* the next of a list */
    pz_compound_t   *next_test;     /* the next that has to be tested on each element */
};

/* pz_selector_s.features */
#define PZ_SELECTOR_SIBLINGS   0x1u     /* + or ~ */
#define PZ_SELECTOR_NTH        0x2u
#define PZ_SELECTOR_NTH_TYPE   0x4u
#define PZ_SELECTOR_ONCE       0x8u     /* only html, head or body can match */
#define PZ_SELECTOR_BARE       0x10u    /* with ONCE: and nothing but their names is asked for */

struct pz_selector_s {
    pz_str_t        text;
    pz_compound_t  *list;       /* the last compounds of the alternatives */
    pz_compound_t  *tests;      /* they and every compound with a state */
    uint32_t        nstates;
    uint32_t        ntests;
    unsigned        features;
};

#endif
