/*
 * Stage: what to do?  Facts and profile go to the rule set, a plan comes out.
 */
#ifndef NGX_PZ_DECISION_H
#define NGX_PZ_DECISION_H

#include "ngx_pz_request.h"

/* Decide, once: again only after pr->decision.made was taken back. */
void ngx_pz_decision_make(ngx_pz_request_t *pr);

/* The same input again, for what is rendered later. */
pz_ruleset_input_t ngx_pz_decision_input(ngx_pz_request_t *pr);

#endif
