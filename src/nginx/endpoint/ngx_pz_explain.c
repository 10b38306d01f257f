#include "ngx_pz_explain.h"

#include "ngx_pz_lookup.h"
#include "ngx_pz_reply.h"

#define NGX_PZ_EXPLAIN_MAX       (1024 * 1024)
#define NGX_PZ_EXPLAIN_DEADLINE  1000   /* ms: a person waits, maybe for a first connection */


static void
ngx_pz_explain_on_cleanup(void *data)
{
    ngx_pz_explain_t  *explain = data;
    ngx_pz_lookup_t   *lookup;

    lookup = &explain->pr.lookup;

    if (lookup->pending) {
        lookup->pending = 0;
        ngx_pz_fetch_cancel(&lookup->fetch);
    }
}


/*
 * Where the location has no rules or Redis of its own, the only ones that
 * there are can be meant.
 */
static const char *
ngx_pz_explain_sources(ngx_pz_explain_t *explain, ngx_pz_worker_t *worker)
{
    ngx_pz_settings_t  *settings;

    settings = &explain->settings;

    if (settings->rules.len == 0) {
        if (worker->nrulebooks != 1) {
            return worker->nrulebooks == 0
                   ? "there are no rules: set personalize_rules"
                   : "there are several personalize_rules: set the one to explain in this location";
        }

        settings->rulebook = 0;
    }

    if (settings->redis == NULL && worker->nstores == 1) {
        settings->redis = worker->redis[0];
        settings->store = 0;
    }

    explain->book = worker->rulebooks[settings->rulebook];
    settings->deadline = ngx_max(settings->deadline, NGX_PZ_EXPLAIN_DEADLINE);

    return NULL;
}


static void
ngx_pz_explain_on_step(void *data, const pz_campaign_t *campaign, pz_verdict_t verdict,
    const pz_campaign_t *other)
{
    ngx_pz_explain_t       *explain = data;
    ngx_pz_explain_step_t  *step;

    if (explain->nsteps < explain->room) {
        step = &explain->steps[explain->nsteps++];
        step->campaign = campaign;
        step->other = other;
        step->verdict = verdict;
    }
}


static void
ngx_pz_explain_on_fault(void *data, pz_str_t rule, const pz_error_t *error, int switched_off)
{
    ngx_pz_explain_t        *explain = data;
    ngx_pz_explain_fault_t  *fault;

    fault = pz_arena_zalloc(explain->pr.arena, sizeof(ngx_pz_explain_fault_t));

    if (fault != NULL && pz_arena_copy(explain->pr.arena, rule, &fault->rule) == 0) {
        fault->error = *error;
        fault->switched_off = switched_off;
        fault->next = explain->faults;
        explain->faults = fault;
    }
}


/* What ngx_pz_decision_make does for a page, with a trace and without its counters. */
static ngx_pz_status_e
ngx_pz_explain_decide(ngx_pz_explain_t *explain)
{
    pz_plan_t           *plan;
    pz_ruleset_t        *rules;
    ngx_pz_request_t    *pr;
    pz_ruleset_input_t   in;

    pr = &explain->pr;
    plan = &pr->decision.plan;
    rules = explain->book->rules;

    if (pr->lookup.failure != NGX_PZ_STATUS_APPLIED) {
        return pr->lookup.failure;
    }

    if (rules == NULL) {
        return NGX_PZ_STATUS_RULES;
    }

    explain->room = pz_ruleset_campaigns(rules)->ncampaigns;
    explain->steps = pz_arena_array(pr->arena, explain->room + 1, sizeof(ngx_pz_explain_step_t));
    if (explain->steps == NULL) {
        return NGX_PZ_STATUS_MEMORY;
    }

    ngx_memzero(&in, sizeof(pz_ruleset_input_t));
    in.arena = pr->arena;
    in.profile = pr->lookup.profile;
    in.facts = &pr->decision.facts;
    in.visitor = ngx_pz_str(pr->visitor.id);
    in.trace = ngx_pz_explain_on_step;
    in.on_fault = ngx_pz_explain_on_fault;
    in.data = explain;

    if (pz_ruleset_plan(rules, &in, plan) != 0) {
        ngx_memzero(plan, sizeof(pz_plan_t));
        return NGX_PZ_STATUS_MEMORY;
    }

    return (plan->nheaders > 0 || plan->nedits > 0) ? NGX_PZ_STATUS_APPLIED : NGX_PZ_STATUS_NOTHING;
}


static ngx_int_t
ngx_pz_explain_answer(ngx_pz_explain_t *explain)
{
    ngx_http_request_t   *r;
    ngx_pz_json_reply_t   reply;

    r = explain->pr.request;
    explain->pr.status = ngx_pz_explain_decide(explain);

    if (ngx_pz_json_open(r, &reply, NGX_PZ_EXPLAIN_MAX) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_pz_explain_write(explain, &reply.w);

    return ngx_pz_json_send(r, &reply, NGX_HTTP_OK);
}


static void
ngx_pz_explain_on_done(ngx_pz_request_t *pr)
{
    ngx_pz_reply_resume(pr->request, ngx_pz_explain_answer((ngx_pz_explain_t *) pr));
}


static ngx_pz_explain_t *
ngx_pz_explain_create(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker)
{
    ngx_pz_explain_t    *explain;
    ngx_pool_cleanup_t  *cleanup;

    explain = ngx_pcalloc(r->pool, sizeof(ngx_pz_explain_t));
    if (explain == NULL
        || ngx_array_init(&explain->named, r->pool, 4, sizeof(pz_fact_t)) != NGX_OK)
    {
        return NULL;
    }

    explain->settings = *settings;
    explain->settings.cache = NULL;    /* what Redis says now */
    explain->pr.request = r;
    explain->pr.settings = &explain->settings;
    explain->pr.worker = worker;
    explain->pr.arena = ngx_pz_reply_arena(r, NGX_PZ_REQUEST_BUDGET);
    if (explain->pr.arena == NULL) {
        return NULL;
    }

    /* Cleanups run last to first: the query is cancelled before its arena goes. */
    cleanup = ngx_pool_cleanup_add(r->pool, 0);
    if (cleanup == NULL) {
        return NULL;
    }

    cleanup->handler = ngx_pz_explain_on_cleanup;
    cleanup->data = explain;

    return explain;
}


ngx_int_t
ngx_pz_explain_send(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker)
{
    const char        *wrong;
    ngx_pz_explain_t  *explain;

    explain = ngx_pz_explain_create(r, settings, worker);
    if (explain == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    wrong = ngx_pz_explain_sources(explain, worker);

    if (wrong == NULL) {
        wrong = ngx_pz_explain_parse(r, explain);
    }

    if (wrong != NULL) {
        return ngx_pz_reply_error(r, NGX_HTTP_BAD_REQUEST, wrong);
    }

    /* The lookup asks Redis only for somebody, and there may be no Redis to ask. */
    explain->pr.visitor.fresh = (explain->settings.redis == NULL);

    if (ngx_pz_lookup_begin(&explain->pr, ngx_pz_explain_on_done) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return explain->pr.lookup.pending ? ngx_pz_reply_hold(r) : ngx_pz_explain_answer(explain);
}
