/*
 * Campaigns as compiled at load, and the choice among them for one request.
 *
 * Everything that can be declared is here as C tables; what is a function in
 * the rule file is called through pz_decide_call_pt and costs nothing where a
 * campaign is out for another reason first.
 */
#ifndef PZ_CAMPAIGN_H
#define PZ_CAMPAIGN_H

#include "pz_condition.h"
#include "pz_page.h"
#include "pz_schedule.h"

#define PZ_NO_FUNCTION  (-1)

typedef struct {
    pz_str_t              name;
    const pz_condition_t *conditions;   /* all must hold */
    size_t                nconditions;
    int                   function;     /* or PZ_NO_FUNCTION; holds as well */
    const char           *file;
    unsigned              line;
} pz_segment_t;

typedef struct {
    pz_str_t    name;
    double      weight;
    const void *actions;    /* the rule engine's own: what to do on the page */
} pz_variant_t;

typedef struct {
    pz_str_t             name;
    const pz_str_t      *segments;      /* any of them; none: everyone */
    size_t               nsegments;
    pz_page_t *const    *pages;         /* any of them; none: every page */
    size_t               npages;
    pz_schedule_t        schedule;
    pz_str_t             group;         /* one winner a group; empty: no group */
    double               priority;      /* higher first; then in order of the files */
    double               holdout;       /* per cent who see nothing, and are counted */
    pz_str_t             seed;          /* of the buckets; the name unless given */
    int                  when;          /* or PZ_NO_FUNCTION */
    const pz_variant_t  *variants;      /* at least one; `show` is one named "show" */
    size_t               nvariants;
    unsigned             experiment:1;  /* has variants or a holdout */
    const char          *file;
    unsigned             line;
} pz_campaign_t;

typedef struct {
    const pz_schema_t   *schema;
    const pz_segment_t  *segments;
    size_t               nsegments;
    const pz_campaign_t *campaigns;     /* sorted: priority, then order of definition */
    size_t               ncampaigns;
} pz_campaign_set_t;

/* Why a campaign was, or was not, chosen.  Order of the checks, cheapest first. */
typedef enum {
    PZ_VERDICT_CHOSEN,
    PZ_VERDICT_HOLDOUT,      /* would be shown, but is held out: counted */
    PZ_VERDICT_SCHEDULE,
    PZ_VERDICT_PAGE,
    PZ_VERDICT_CONSENT,      /* needs a known visitor: segments, an experiment */
    PZ_VERDICT_GROUP,        /* another campaign won the group */
    PZ_VERDICT_SEGMENT,
    PZ_VERDICT_WHEN,
    PZ_VERDICT_FAULT         /* its function failed or is switched off */
} pz_verdict_t;

const char *pz_verdict_name(pz_verdict_t verdict);

/* Call a rule's function: 1 true, 0 false, -1 it failed (already reported). */
typedef int (*pz_decide_call_pt)(void *data, int function);

/* Told of every campaign looked at; `other` is the group's winner. */
typedef void (*pz_decide_trace_pt)(void *data, const pz_campaign_t *campaign,
    pz_verdict_t verdict, const pz_campaign_t *other);

typedef struct {
    pz_arena_t          *arena;      /* for the result */
    const pz_profile_t  *profile;
    const pz_facts_t    *facts;
    pz_str_t             visitor;    /* the id, for buckets; empty without consent */
    pz_decide_call_pt    call;
    pz_decide_trace_pt   trace;      /* or NULL */
    void                *data;       /* of both */
} pz_decide_input_t;

typedef struct {
    const pz_campaign_t *campaign;
    const pz_variant_t  *variant;    /* NULL: held out */
} pz_choice_t;

typedef struct {
    const pz_str_t    *segments;     /* the profile's own first, then the computed */
    size_t             nsegments;
    const pz_choice_t *choices;
    size_t             nchoices;
} pz_decision_t;

/*
 * Decide.  Without consent, or without an id, only campaigns that need no visitor take part: no
 * segments, no experiment; their `when` sees an empty profile.  A held-out
 * visitor takes the group as a shown one would, or the groups would differ.
 * decision->segments stands before the first campaign is looked at, so that
 * in->call can show them to a `when`.
 * Segments are computed once, each function at most once; a segment whose
 * function fails does not hold.  Strings in the result are borrowed from the
 * profile and the set.
 * 0, or -1 when the arena has no room.
 */
int pz_decide(const pz_campaign_set_t *set, const pz_decide_input_t *in,
    pz_decision_t *decision);

#endif
