/*
 * Stage: what to do?
 */
#include "ngx_pz_decision.h"
#include "ngx_pz_facts.h"


static void
ngx_pz_decision_on_fault(void *data, pz_str_t rule, const pz_error_t *error,
    int switched_off)
{
    char               text[NGX_MAX_CONF_ERRSTR];
    ngx_str_t          name;
    ngx_pz_request_t  *pr = data;

    name = ngx_pz_ngx_str(rule);

    ngx_pz_request_count(pr, RULE_FAULT);

    if (switched_off) {
        ngx_pz_request_count(pr, RULE_SWITCHED_OFF);
    }

    ngx_log_error(NGX_LOG_ERR, pr->request->connection->log, 0,
                  "personalize rule \"%V\" failed%s: %s", &name,
                  switched_off ? " too often and is switched off until its file changes" : "",
                  pz_error_print(error, text, sizeof(text)));
}


pz_ruleset_input_t
ngx_pz_decision_input(ngx_pz_request_t *pr)
{
    pz_ruleset_input_t  in;

    ngx_memzero(&in, sizeof(pz_ruleset_input_t));

    in.arena = pr->arena;
    in.profile = pr->lookup.profile;
    in.facts = &pr->decision.facts;
    in.visitor = ngx_pz_str(pr->visitor.id);
    in.on_fault = ngx_pz_decision_on_fault;
    in.data = pr;

    return in;
}


static ngx_pz_status_e
ngx_pz_decision_plan(ngx_pz_request_t *pr)
{
    ngx_pz_decision_t   *decision;
    pz_ruleset_input_t   in;

    decision = &pr->decision;

    if (pr->lookup.failure != NGX_PZ_STATUS_APPLIED) {
        return pr->lookup.failure;
    }

    decision->rules = pr->worker->rulebooks[pr->settings->rulebook]->rules;

    if (decision->rules == NULL) {
        return NGX_PZ_STATUS_RULES;
    }

    pz_ruleset_hold(decision->rules);

    if (ngx_pz_facts_collect(pr->request, pr->settings, &decision->facts) != NGX_OK) {
        return NGX_PZ_STATUS_MEMORY;
    }

    decision->facts.consent = pr->visitor.consent;
    decision->facts.returning = pr->visitor.returning;

    in = ngx_pz_decision_input(pr);

    if (pz_ruleset_plan(decision->rules, &in, &decision->plan) != 0) {
        return NGX_PZ_STATUS_MEMORY;
    }

    return decision->plan.nheaders != 0 || decision->plan.nedits != 0
           ? NGX_PZ_STATUS_APPLIED : NGX_PZ_STATUS_NOTHING;
}


static void
ngx_pz_decision_time(ngx_pz_request_t *pr, uint64_t since)
{
    if (pr->decision.status == NGX_PZ_STATUS_APPLIED) {
        ngx_pz_request_time(pr, DECISION_APPLIED, since);

    } else if (pr->decision.status == NGX_PZ_STATUS_NOTHING) {
        ngx_pz_request_time(pr, DECISION_NOTHING, since);
    }
}


void
ngx_pz_decision_make(ngx_pz_request_t *pr)
{
    uint64_t  since;

    if (pr->decision.made) {
        return;
    }

    since = ngx_pz_clock();

    if (pr->decision.rules != NULL) {
        pz_ruleset_release(pr->decision.rules);
    }

    ngx_memzero(&pr->decision, sizeof(ngx_pz_decision_t));

    pr->decision.made = 1;
    pr->decision.status = ngx_pz_decision_plan(pr);

    ngx_pz_decision_time(pr, since);

    if (pr->decision.status != NGX_PZ_STATUS_APPLIED) {
        /* half a plan is no plan */
        pr->decision.plan.nheaders = 0;
        pr->decision.plan.nedits = 0;
        pr->decision.plan.nwants = 0;
    }
}
