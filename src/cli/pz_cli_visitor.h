/*
 * A visitor from a JSON file: { "id": "u1", "name": "Ann", "orders": 3,
 * "segments": ["vip"], "$products": [...], "$coupons": {...} }.
 */
#ifndef PZ_CLI_VISITOR_H
#define PZ_CLI_VISITOR_H

#include "pz_cli_case.h"

/* Fill profile and id of the case from c->json.  0, or -1 with `error`. */
int pz_cli_visitor_read(pz_cli_case_t *c, pz_error_t *error);

#endif
