#include "pz_campaign.h"
#include "pz_bucket.h"
#include "pz_names.h"

#include <string.h>

#define PZ_CHOICES_FIRST  8

typedef struct {
    const pz_campaign_set_t *set;
    const pz_decide_input_t *in;
    pz_names_t               segments;    /* that the visitor is in */
    pz_choice_t             *choices;
    size_t                   nchoices;
    size_t                   room;
    int                      known;       /* the visitor may be known, and is */
} pz_decide_t;

const char *
pz_verdict_name(pz_verdict_t verdict)
{
    static const char *const names[] = {
        [PZ_VERDICT_CHOSEN] = "chosen",
        [PZ_VERDICT_HOLDOUT] = "holdout",
        [PZ_VERDICT_SCHEDULE] = "schedule",
        [PZ_VERDICT_PAGE] = "page",
        [PZ_VERDICT_CONSENT] = "consent",
        [PZ_VERDICT_GROUP] = "group",
        [PZ_VERDICT_SEGMENT] = "segment",
        [PZ_VERDICT_WHEN] = "when",
        [PZ_VERDICT_FAULT] = "fault",
    };

    return (size_t) verdict < sizeof(names) / sizeof(names[0]) ? names[verdict]
           : "unknown";
}

static int
pz_decide_holds(const pz_decide_t *d, const pz_segment_t *segment)
{
    size_t                   i;
    const pz_decide_input_t *in = d->in;

    for (i = 0; i < segment->nconditions; i++) {
        if (!pz_condition_holds(&segment->conditions[i], in->profile, in->facts)) {
            return 0;
        }
    }
    /* a function that failed has been reported: the visitor is not in */
    return segment->function == PZ_NO_FUNCTION
           || in->call(in->data, segment->function) == 1;
}

/* The profile's own segments, then those that its fields meet. */
static int
pz_decide_segments(pz_decide_t *d)
{
    size_t              i;
    pz_str_t            rest, item;
    const pz_segment_t *segment;

    rest = pz_profile_get(d->in->profile, d->set->schema, PZ_STR("segments"),
                          d->in->facts->now).text;
    while (pz_str_next_item(&rest, ',', &item)) {
        if (pz_names_add(&d->segments, item) < 0) {
            return -1;
        }
    }
    for (i = 0; i < d->set->nsegments; i++) {
        segment = &d->set->segments[i];
        if (pz_decide_holds(d, segment)
            && pz_names_add(&d->segments, segment->name) < 0)
        {
            return -1;
        }
    }
    return 0;
}

static int
pz_decide_in_segment(const pz_decide_t *d, const pz_campaign_t *campaign)
{
    size_t   i;
    pz_str_t name;

    for (i = 0; i < campaign->nsegments; i++) {
        name = campaign->segments[i];
        if (pz_names_find(&d->segments, name, pz_names_hash(name)) >= 0) {
            return 1;
        }
    }
    return campaign->nsegments == 0;
}

static int
pz_decide_on_page(const pz_campaign_t *campaign, pz_str_t path)
{
    size_t i;

    for (i = 0; i < campaign->npages; i++) {
        if (pz_page_matches(campaign->pages[i], path) == 1) {
            return 1;
        }
    }
    return campaign->npages == 0;
}

/* The campaign that has won the group, or NULL. */
static const pz_campaign_t *
pz_decide_winner(const pz_decide_t *d, pz_str_t group)
{
    size_t i;

    if (group.len == 0) {
        return NULL;
    }
    for (i = 0; i < d->nchoices; i++) {
        if (pz_str_eq(d->choices[i].campaign->group, group)) {
            return d->choices[i].campaign;
        }
    }
    return NULL;
}

/* Everything that can put a campaign out, cheapest first. */
static pz_verdict_t
pz_decide_check(const pz_decide_t *d, const pz_campaign_t *campaign,
    const pz_campaign_t **other)
{
    int                      holds;
    const pz_decide_input_t *in = d->in;

    if (!pz_schedule_is_on(&campaign->schedule, in->facts->now)) {
        return PZ_VERDICT_SCHEDULE;
    }
    if (!pz_decide_on_page(campaign, in->facts->path)) {
        return PZ_VERDICT_PAGE;
    }
    if (!d->known && (campaign->nsegments != 0 || campaign->experiment)) {
        return PZ_VERDICT_CONSENT;
    }
    *other = pz_decide_winner(d, campaign->group);
    if (*other != NULL) {
        return PZ_VERDICT_GROUP;
    }
    if (!pz_decide_in_segment(d, campaign)) {
        return PZ_VERDICT_SEGMENT;
    }
    if (campaign->when == PZ_NO_FUNCTION) {
        return PZ_VERDICT_CHOSEN;
    }
    holds = in->call(in->data, campaign->when);
    if (holds < 0) {
        return PZ_VERDICT_FAULT;
    }
    return holds ? PZ_VERDICT_CHOSEN : PZ_VERDICT_WHEN;
}

static int
pz_decide_choose(pz_decide_t *d, const pz_campaign_t *campaign,
    const pz_variant_t *variant)
{
    size_t       room;
    pz_choice_t *choices;

    if (d->nchoices == d->room) {
        room = d->room == 0 ? PZ_CHOICES_FIRST : d->room * 2;
        choices = pz_arena_array(d->in->arena, room, sizeof(pz_choice_t));
        if (choices == NULL) {
            return -1;
        }
        if (d->nchoices != 0) {
            memcpy(choices, d->choices, d->nchoices * sizeof(pz_choice_t));
        }
        d->choices = choices;
        d->room = room;
    }
    d->choices[d->nchoices].campaign = campaign;
    d->choices[d->nchoices].variant = variant;
    d->nchoices++;
    return 0;
}

/* Which variant the visitor gets; *variant stays NULL for one who is held out. */
static pz_verdict_t
pz_decide_variant(const pz_decide_t *d, const pz_campaign_t *campaign,
    const pz_variant_t **variant)
{
    int      chosen = 0;
    pz_str_t id = d->in->visitor;

    if (campaign->holdout > 0
        && pz_bucket_holdout(campaign->seed, id) < campaign->holdout * PZ_BUCKETS / 100)
    {
        return PZ_VERDICT_HOLDOUT;
    }
    if (campaign->nvariants != 1) {
        chosen = pz_bucket_choose_spaced(pz_bucket(campaign->seed, id),
                                         &campaign->variants[0].weight,
                                         campaign->nvariants, sizeof(pz_variant_t));
        if (chosen < 0) {
            return PZ_VERDICT_FAULT;
        }
    }
    *variant = &campaign->variants[chosen];
    return PZ_VERDICT_CHOSEN;
}

static int
pz_decide_campaign(pz_decide_t *d, const pz_campaign_t *campaign)
{
    int                  failed = 0;
    pz_verdict_t         verdict;
    const pz_variant_t  *variant = NULL;
    const pz_campaign_t *other = NULL;

    verdict = pz_decide_check(d, campaign, &other);
    if (verdict == PZ_VERDICT_CHOSEN) {
        verdict = pz_decide_variant(d, campaign, &variant);
    }
    if (verdict == PZ_VERDICT_CHOSEN || verdict == PZ_VERDICT_HOLDOUT) {
        failed = pz_decide_choose(d, campaign, variant);
    }
    if (d->in->trace != NULL) {
        d->in->trace(d->in->data, campaign, verdict, other);
    }
    return failed;
}

int
pz_decide(const pz_campaign_set_t *set, const pz_decide_input_t *in,
    pz_decision_t *decision)
{
    size_t      i;
    pz_decide_t d = { .set = set, .in = in };

    memset(decision, 0, sizeof(pz_decision_t));
    pz_names_init(&d.segments, in->arena);
    d.known = in->facts->consent && in->visitor.len != 0;

    if (d.known && pz_decide_segments(&d) != 0) {
        return -1;
    }
    /* before the campaigns: their functions may look at them through `decision` */
    decision->segments = d.segments.names;
    decision->nsegments = d.segments.n;
    for (i = 0; i < set->ncampaigns; i++) {
        if (pz_decide_campaign(&d, &set->campaigns[i]) != 0) {
            return -1;
        }
    }
    decision->choices = d.choices;
    decision->nchoices = d.nchoices;
    return 0;
}
