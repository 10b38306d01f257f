/*
 * A campaign that may fail, beside one that never does.
 */
#ifndef FAULT_CASE_H
#define FAULT_CASE_H

#include "rules_case.h"

/* A campaign that is on when BODY says so, beside one that is always on. */
#define RULES_WHEN(body) \
    "campaign \"bad\" { when = function(visitor, ctx) " body " end, show = header { \"X-Bad\", \"1\" } }\n" \
    "campaign \"good\" { show = header { \"X-Good\", \"1\" } }\n"

/* The function fails, its campaign is out, the other one is not. */
static inline void
assert_fault(rules_case_t *c, const char *rule, const char *part)
{
    rules_accept(c, rule);
    rules_plan(c);
    assert_true(c->faults >= 1);
    if (part != NULL && strstr(c->fault, part) == NULL) {
        fail_msg("the fault says: %s", c->fault);
    }
    assert_string_equal(c->rule, "bad");
    assert_null(rules_header(c, "X-Bad"));
    assert_non_null(rules_header(c, "X-Good"));
}

#endif
