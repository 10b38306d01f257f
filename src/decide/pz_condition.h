/*
 * Declared conditions: { orders = { at_least = 3 } }, compiled at load.
 * All conditions of a segment must hold.
 */
#ifndef PZ_CONDITION_H
#define PZ_CONDITION_H

#include "pz_facts.h"
#include "pz_profile.h"

typedef enum {
    PZ_TEST_IS, PZ_TEST_IS_NOT,                        /* text, number or flag */
    PZ_TEST_AT_LEAST, PZ_TEST_AT_MOST,                 /* number or time */
    PZ_TEST_MORE_THAN, PZ_TEST_LESS_THAN,
    PZ_TEST_ONE_OF, PZ_TEST_NONE_OF,                   /* the operand is a list */
    PZ_TEST_HAS, PZ_TEST_HAS_NOT,                      /* a list field contains the operand */
    PZ_TEST_EXISTS                                     /* operand true or false */
} pz_test_t;

/* The test of that word ("at_least"); -1 when there is none. */
int pz_test_from(pz_str_t word);

/*
 * Whether a field of that type can be put to that test.  A list may be put to
 * ONE_OF (any of its items is) and NONE_OF.
 */
int pz_test_fits(pz_test_t test, pz_type_t type);

typedef struct {
    pz_field_t      field;      /* its name is "ctx.NAME" for a fact */
    int             is_fact;
    pz_test_t       test;
    pz_value_t      operand;
    const pz_str_t *list;       /* ONE_OF and NONE_OF */
    size_t          nlist;
} pz_condition_t;

/* What is asked for: a field of the profile, or "ctx.NAME" for a fact.  The name is borrowed. */
void pz_condition_ask(pz_condition_t *c, const pz_schema_t *schema, pz_str_t name);

/*
 * A field that is absent meets no ordering test; its type's default serves IS.
 * The operand must be of the field's type (EXISTS: a flag).  A fact is text,
 * but put to an operand that is a number, a time or a flag it is read as one.
 */
int pz_condition_holds(const pz_condition_t *c, const pz_profile_t *profile,
    const pz_facts_t *facts);

#endif
