#include <stdio.h>
#include <string.h>

#include "pz_bucket.h"
#include "pz_cli.h"
#include "pz_cli_case.h"

#define PZ_CLI_LIST  4096

/* A campaign as the engine told of it. */
typedef struct {
    const pz_campaign_t *campaign;
    const pz_campaign_t *other;
    pz_verdict_t         verdict;
} pz_cli_told_t;

typedef struct {
    pz_cli_case_t *c;
    pz_cli_told_t *told;
    size_t         n;
    size_t         room;
} pz_cli_explain_t;


static void
pz_cli_explain_on_trace(void *data, const pz_campaign_t *campaign, pz_verdict_t verdict,
    const pz_campaign_t *other)
{
    pz_cli_explain_t *e = data;

    if (e->n < e->room) {
        e->told[e->n].campaign = campaign;
        e->told[e->n].verdict = verdict;
        e->told[e->n++].other = other;
    }
}


static void
pz_cli_explain_on_fault(void *data, pz_str_t rule, const pz_error_t *error, int switched_off)
{
    char line[1024];

    (void) data;
    (void) switched_off;
    printf("fault in %.*s: %s\n", (int) rule.len, rule.data,
           pz_error_print(error, line, sizeof(line)));
}


/* Texts in quotes, with commas between. */
static const char *
pz_cli_explain_join(const pz_str_t *texts, size_t n, char *out, size_t size)
{
    int    len;
    size_t i, at = 0;

    out[0] = '\0';
    for (i = 0; i < n; i++) {
        len = snprintf(out + at, size - at, "%s\"%.*s\"", i > 0 ? ", " : "",
                       (int) texts[i].len, texts[i].data);
        if (len < 0 || (size_t) len >= size - at) {
            break;
        }
        at += (size_t) len;
    }
    return out;
}


static const char *
pz_cli_explain_pages(const pz_campaign_t *campaign, char *out, size_t size)
{
    size_t   i, n;
    pz_str_t texts[16];

    n = campaign->npages < 16 ? campaign->npages : 16;
    for (i = 0; i < n; i++) {
        texts[i] = pz_page_text(campaign->pages[i]);
    }
    return pz_cli_explain_join(texts, n, out, size);
}


/* The reason in words; what a name alone would not tell stands behind it. */
static void
pz_cli_explain_why(const pz_cli_explain_t *e, const pz_cli_told_t *told)
{
    char                 list[PZ_CLI_LIST];
    int64_t              now = e->c->facts.now;
    const pz_campaign_t *campaign = told->campaign;

    switch (told->verdict) {
    case PZ_VERDICT_CHOSEN:
    case PZ_VERDICT_HOLDOUT:
        break;
    case PZ_VERDICT_SCHEDULE:
        printf(now < campaign->schedule.from ? "it begins in %lld s" : "it ended %lld s ago",
               (long long) (now < campaign->schedule.from ? campaign->schedule.from - now
                            : now - campaign->schedule.to));
        break;
    case PZ_VERDICT_PAGE:
        printf("%.*s is none of its pages %s", (int) e->c->facts.path.len,
               e->c->facts.path.data, pz_cli_explain_pages(campaign, list, sizeof(list)));
        break;
    case PZ_VERDICT_CONSENT:
        printf("it needs to know the visitor (%s), who gave no consent",
               campaign->nsegments > 0 ? "segments" : "an experiment");
        break;
    case PZ_VERDICT_SEGMENT:
        printf("the visitor is in none of its segments %s",
               pz_cli_explain_join(campaign->segments, campaign->nsegments, list, sizeof(list)));
        break;
    case PZ_VERDICT_WHEN:
        printf("its 'when' says no");
        break;
    case PZ_VERDICT_GROUP:
        printf("\"%s\" has won the group \"%s\"", told->other->name.data, campaign->group.data);
        break;
    case PZ_VERDICT_FAULT:
        printf("its function failed, or it cannot choose a variant");
        break;
    }
}


static void
pz_cli_explain_variant(const pz_cli_explain_t *e, const pz_campaign_t *campaign,
    const pz_variant_t *variant)
{
    pz_str_t id = e->c->visitor;

    if (variant == NULL) {
        printf(": held out (bucket %u of %d, the first %g per cent see nothing)\n",
               pz_bucket_holdout(campaign->seed, id), PZ_BUCKETS, campaign->holdout);
    } else if (campaign->experiment && campaign->nvariants > 1) {
        printf(": variant \"%s\" (bucket %u of %d)\n", variant->name.data,
               pz_bucket(campaign->seed, id), PZ_BUCKETS);
    } else {
        printf("\n");
    }
}


static void
pz_cli_explain_campaign(const pz_cli_explain_t *e, const pz_cli_told_t *told,
    const pz_decision_t *decision)
{
    size_t               i;
    const pz_campaign_t *campaign = told->campaign;

    printf("  %s (%s:%u): %s", campaign->name.data, campaign->file, campaign->line,
           pz_verdict_name(told->verdict));
    for (i = 0; i < decision->nchoices; i++) {
        if (decision->choices[i].campaign == campaign) {
            pz_cli_explain_variant(e, campaign, decision->choices[i].variant);
            return;
        }
    }
    printf(": ");
    pz_cli_explain_why(e, told);
    printf("\n");
}


static int
pz_cli_explain_has(const pz_str_t *names, size_t n, pz_str_t name)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (pz_str_eq(names[i], name)) {
            return 1;
        }
    }
    return 0;
}


static int
pz_cli_explain_is_declared(const pz_campaign_set_t *set, pz_str_t name)
{
    size_t i;

    for (i = 0; i < set->nsegments; i++) {
        if (pz_str_eq(set->segments[i].name, name)) {
            return 1;
        }
    }
    return 0;
}


/* Whether a campaign before this one names the segment: then it was said there. */
static int
pz_cli_explain_was_named(const pz_campaign_set_t *set, const pz_campaign_t *before, pz_str_t name)
{
    const pz_campaign_t *campaign;

    for (campaign = set->campaigns; campaign < before; campaign++) {
        if (pz_cli_explain_has(campaign->segments, campaign->nsegments, name)) {
            return 1;
        }
    }
    return 0;
}


/* A name that no file declares may be the profile's own; or it is a slip. */
static void
pz_cli_explain_warnings(const pz_cli_explain_t *e, const pz_decision_t *decision)
{
    size_t                   i, j;
    pz_str_t                 name;
    const pz_campaign_t     *campaign;
    const pz_campaign_set_t *set = pz_ruleset_campaigns(e->c->rules);

    for (i = 0; i < set->ncampaigns && e->c->facts.consent; i++) {
        campaign = &set->campaigns[i];
        for (j = 0; j < campaign->nsegments; j++) {
            name = campaign->segments[j];
            if (!pz_cli_explain_has(decision->segments, decision->nsegments, name)
                && !pz_cli_explain_is_declared(set, name)
                && !pz_cli_explain_was_named(set, campaign, name))
            {
                printf("warning: %s:%u: no file declares the segment \"%s\", and this visitor's "
                       "profile does not have it\n", campaign->file, campaign->line, name.data);
            }
        }
    }
}


static void
pz_cli_explain_print(const pz_cli_explain_t *e, const pz_plan_t *plan)
{
    char   list[PZ_CLI_LIST];
    size_t i;

    printf("visitor %.*s, %.*s%.*s, consent %s\n", (int) e->c->visitor.len, e->c->visitor.data,
           (int) e->c->facts.host.len, e->c->facts.host.data, (int) e->c->facts.path.len,
           e->c->facts.path.data, e->c->facts.consent ? "yes" : "no");
    printf("segments: %s\n", plan->decision.nsegments == 0 ? "none"
           : pz_cli_explain_join(plan->decision.segments, plan->decision.nsegments, list,
                                 sizeof(list)));
    printf("campaigns:\n");
    for (i = 0; i < e->n; i++) {
        pz_cli_explain_campaign(e, &e->told[i], &plan->decision);
    }
    printf("plan: %zu headers, %zu edits, %zu widgets to fetch\n", plan->nheaders, plan->nedits,
           plan->nwants);
    pz_cli_explain_warnings(e, &plan->decision);
}


static int
pz_cli_explain_run(pz_cli_case_t *c)
{
    pz_plan_t          plan;
    pz_cli_explain_t   e;
    pz_ruleset_input_t in = pz_cli_case_input(c);

    memset(&e, 0, sizeof(e));
    e.c = c;
    e.room = pz_ruleset_campaigns(c->rules)->ncampaigns;
    e.told = pz_arena_array(c->arena, e.room + 1, sizeof(pz_cli_told_t));
    in.trace = pz_cli_explain_on_trace;
    in.on_fault = pz_cli_explain_on_fault;
    in.data = &e;
    if (e.told == NULL || pz_ruleset_plan(c->rules, &in, &plan) != 0) {
        fprintf(stderr, "personalize explain: no memory for the plan\n");
        return PZ_CLI_FAILED;
    }
    pz_cli_explain_print(&e, &plan);
    return PZ_CLI_OK;
}


int
pz_cli_explain(int argc, char **argv)
{
    int           rc;
    pz_cli_case_t c;

    rc = pz_cli_case_open(&c, argc, argv);
    if (rc == PZ_CLI_OK) {
        rc = pz_cli_explain_run(&c);
    }
    pz_cli_case_close(&c);
    return rc;
}
