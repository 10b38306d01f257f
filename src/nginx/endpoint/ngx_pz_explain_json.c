/*
 * What `explain` found out, in words.
 */
#include "ngx_pz_explain.h"
#include "ngx_pz_reply.h"
#include "pz_bucket.h"

static const char *const  ngx_pz_explain_reasons[] = {
    [PZ_VERDICT_CHOSEN]   = "everything it asks for holds",
    [PZ_VERDICT_HOLDOUT]  = "would be shown, but this visitor is in its holdout",
    [PZ_VERDICT_SCHEDULE] = "does not run at this time",
    [PZ_VERDICT_PAGE]     = "is not for this page",
    [PZ_VERDICT_CONSENT]  = "needs a known visitor, and nobody may be known",
    [PZ_VERDICT_SEGMENT]  = "is for segments that this visitor is not in",
    [PZ_VERDICT_WHEN]     = "its when function said no",
    [PZ_VERDICT_GROUP]    = "another campaign won its group",
    [PZ_VERDICT_FAULT]    = "its function failed or is switched off, or no variant has a weight",
};


static void
ngx_pz_explain_texts(pz_json_writer_t *w, const char *name, const pz_str_t *texts, size_t n)
{
    size_t  i;

    ngx_pz_json_array(w, name);

    for (i = 0; i < n; i++) {
        pz_json_string(w, texts[i]);
    }

    pz_json_array_end(w);
}


static void
ngx_pz_explain_asked(ngx_pz_explain_t *explain, pz_json_writer_t *w)
{
    size_t             i;
    const pz_facts_t  *facts;

    facts = &explain->pr.decision.facts;

    ngx_pz_json_object(w, "asked");
    ngx_pz_json_text(w, "path", facts->path);
    ngx_pz_json_text(w, "query", facts->query);
    ngx_pz_json_text(w, "host", facts->host);
    ngx_pz_json_time(w, "now", facts->now);
    ngx_pz_json_text(w, "language", facts->language);
    ngx_pz_json_text(w, "referrer", facts->referrer);
    ngx_pz_json_text(w, "visitor", ngx_pz_str(explain->pr.visitor.id));
    ngx_pz_json_bool(w, "consent", facts->consent);
    ngx_pz_json_bool(w, "returning", facts->returning);

    ngx_pz_json_object(w, "context");
    for (i = 0; i < facts->nnamed; i++) {
        pz_json_key(w, facts->named[i].name);
        pz_json_string(w, facts->named[i].value);
    }
    pz_json_object_end(w);

    pz_json_object_end(w);
}


static void
ngx_pz_explain_lookup(ngx_pz_explain_t *explain, pz_json_writer_t *w)
{
    size_t            n;
    pz_str_t          name, text;
    ngx_pz_lookup_t  *lookup;

    lookup = &explain->pr.lookup;

    ngx_pz_json_object(w, "lookup");
    ngx_pz_json_text(w, "outcome", ngx_pz_str(*ngx_pz_lookup_word(lookup->outcome)));
    ngx_pz_json_number(w, "took_ms", (double) lookup->took);

    ngx_pz_json_object(w, "profile");
    for (n = 0; pz_profile_field(lookup->profile, n, &name, &text) == 0; n++) {
        pz_json_key(w, name);
        pz_json_string(w, text);
    }
    pz_json_object_end(w);

    pz_json_object_end(w);
}


/* The variant that the plan has for a campaign, when it was chosen. */
static const pz_choice_t *
ngx_pz_explain_choice(const pz_decision_t *decision, const pz_campaign_t *campaign)
{
    size_t  i;

    for (i = 0; i < decision->nchoices; i++) {
        if (decision->choices[i].campaign == campaign) {
            return &decision->choices[i];
        }
    }

    return NULL;
}


/* Where the visitor fell among the variants, or within the holdout. */
static void
ngx_pz_explain_bucket(ngx_pz_explain_t *explain, const ngx_pz_explain_step_t *step,
    pz_json_writer_t *w)
{
    pz_str_t  seed, id;

    seed = step->campaign->seed;
    id = ngx_pz_str(explain->pr.visitor.id);

    if (step->verdict == PZ_VERDICT_HOLDOUT) {
        ngx_pz_json_number(w, "bucket", (double) pz_bucket_holdout(seed, id));

    } else if (step->verdict == PZ_VERDICT_CHOSEN && step->campaign->nvariants > 1) {
        ngx_pz_json_number(w, "bucket", (double) pz_bucket(seed, id));
    }
}


/* What the campaign asks for: the other half of "why". */
static void
ngx_pz_explain_conditions(const pz_campaign_t *campaign, pz_json_writer_t *w)
{
    size_t  i;

    if (campaign->schedule.from != INT64_MIN) {
        ngx_pz_json_time(w, "from", campaign->schedule.from);
    }

    if (campaign->schedule.to != INT64_MAX) {
        ngx_pz_json_time(w, "to", campaign->schedule.to);
    }

    if (campaign->npages > 0) {
        ngx_pz_json_array(w, "pages");
        for (i = 0; i < campaign->npages; i++) {
            pz_json_string(w, pz_page_text(campaign->pages[i]));
        }
        pz_json_array_end(w);
    }

    if (campaign->nsegments > 0) {
        ngx_pz_explain_texts(w, "segments", campaign->segments, campaign->nsegments);
    }

    if (campaign->group.len > 0) {
        ngx_pz_json_text(w, "group", campaign->group);
    }

    ngx_pz_json_number(w, "priority", campaign->priority);

    if (campaign->holdout > 0) {
        ngx_pz_json_number(w, "holdout_per_cent", campaign->holdout);
    }
}


static void
ngx_pz_explain_campaign(ngx_pz_explain_t *explain, const ngx_pz_explain_step_t *step,
    pz_json_writer_t *w)
{
    const pz_choice_t    *choice;
    const pz_campaign_t  *campaign;

    campaign = step->campaign;
    choice = ngx_pz_explain_choice(&explain->pr.decision.plan.decision, campaign);

    pz_json_object(w);
    ngx_pz_json_text(w, "name", campaign->name);
    ngx_pz_json_bool(w, "chosen", step->verdict == PZ_VERDICT_CHOSEN);
    ngx_pz_json_text(w, "verdict", pz_str_from(pz_verdict_name(step->verdict)));
    ngx_pz_json_text(w, "because", pz_str_from(ngx_pz_explain_reasons[step->verdict]));

    if (choice != NULL && choice->variant != NULL) {
        ngx_pz_json_text(w, "variant", choice->variant->name);
    }

    ngx_pz_explain_bucket(explain, step, w);

    if (step->other != NULL) {
        ngx_pz_json_text(w, "winner", step->other->name);
    }

    ngx_pz_explain_conditions(campaign, w);
    ngx_pz_json_text(w, "file", pz_str_from(campaign->file));
    ngx_pz_json_number(w, "line", (double) campaign->line);
    pz_json_object_end(w);
}


static void
ngx_pz_explain_plan(const pz_plan_t *plan, pz_json_writer_t *w)
{
    size_t  i;

    ngx_pz_json_array(w, "headers");
    for (i = 0; i < plan->nheaders; i++) {
        pz_json_object(w);
        ngx_pz_json_text(w, "name", plan->headers[i].name);
        ngx_pz_json_text(w, "value", plan->headers[i].value);
        pz_json_object_end(w);
    }
    pz_json_array_end(w);

    ngx_pz_json_number(w, "edits", (double) plan->nedits);
    ngx_pz_json_number(w, "slots", (double) plan->nwants);
}


static void
ngx_pz_explain_faults(ngx_pz_explain_t *explain, pz_json_writer_t *w)
{
    ngx_pz_explain_fault_t  *fault;

    ngx_pz_json_array(w, "faults");

    for (fault = explain->faults; fault != NULL; fault = fault->next) {
        pz_json_object(w);
        ngx_pz_json_text(w, "rule", fault->rule);
        ngx_pz_json_text(w, "file", pz_str_from(fault->error.file));
        ngx_pz_json_number(w, "line", (double) fault->error.line);
        ngx_pz_json_text(w, "text", pz_str_from(fault->error.text));
        ngx_pz_json_bool(w, "switched_off", fault->switched_off);
        pz_json_object_end(w);
    }

    pz_json_array_end(w);
}


void
ngx_pz_explain_write(ngx_pz_explain_t *explain, pz_json_writer_t *w)
{
    size_t            i;
    const pz_plan_t  *plan;

    plan = &explain->pr.decision.plan;

    ngx_pz_json_text(w, "status", ngx_pz_str(*ngx_pz_status_word(explain->pr.status)));
    ngx_pz_json_text(w, "rules", ngx_pz_str(explain->book->path));
    ngx_pz_json_bool(w, "newest_rules_are_live", explain->book->nerrors == 0);

    ngx_pz_explain_asked(explain, w);
    ngx_pz_explain_lookup(explain, w);
    ngx_pz_explain_texts(w, "segments", plan->decision.segments, plan->decision.nsegments);

    ngx_pz_json_array(w, "campaigns");
    for (i = 0; i < explain->nsteps; i++) {
        ngx_pz_explain_campaign(explain, &explain->steps[i], w);
    }
    pz_json_array_end(w);

    ngx_pz_explain_plan(plan, w);
    ngx_pz_explain_faults(explain, w);
}
