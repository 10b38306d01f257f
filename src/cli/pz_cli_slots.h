/*
 * What stands in the slots of a preview: the visitor file's own "$products"
 * and "$coupons", or samples that say that they are.
 */
#ifndef PZ_CLI_SLOTS_H
#define PZ_CLI_SLOTS_H

#include "pz_cli_case.h"

/*
 * The HTML for wants[n] of the plan in slots[n], empty where there is nothing
 * to show.  0, or -1 when there is no memory.
 */
int pz_cli_slots_fill(pz_cli_case_t *c, const pz_ruleset_input_t *in, const pz_plan_t *plan,
    pz_str_t *slots);

#endif
