#include <stdio.h>
#include <string.h>

#include "arena_case.h"
#include "pz_bucket.h"
#include "pz_campaign.h"

#define NOW  1795712400
#define MAX  8

typedef struct {
    int          answers[MAX];     /* of the rules' functions */
    int          calls[MAX];
    pz_verdict_t verdicts[MAX];
    pz_str_t     others[MAX];
    size_t       ntraced;
} rules_t;

static pz_page_t         *category;
static rules_t            rules;
static pz_profile_t      *profile;
static pz_facts_t         facts;
static pz_segment_t       segments[MAX];
static pz_condition_t     conditions[MAX];
static pz_variant_t       show = { { "show", 4 }, 0, NULL };
static pz_variant_t       split[2] = { { { "control", 7 }, 50, NULL }, { { "bar", 3 }, 50, NULL } };
static pz_campaign_t      campaigns[MAX];
static pz_campaign_set_t  set;
static pz_decision_t      decision;
static pz_str_t           visitor;

static int
call(void *data, int function)
{
    rules_t *r = data;

    r->calls[function]++;
    return r->answers[function];
}

static void
trace(void *data, const pz_campaign_t *campaign, pz_verdict_t verdict,
    const pz_campaign_t *other)
{
    rules_t *r = data;

    assert_ptr_equal(campaign, &campaigns[r->ntraced]);
    r->others[r->ntraced] = other == NULL ? PZ_STR_NONE : other->name;
    r->verdicts[r->ntraced++] = verdict;
}

static pz_campaign_t *
add(const char *name)
{
    pz_campaign_t *c = &campaigns[set.ncampaigns++];

    c->name = pz_str_from(name);
    c->seed = c->name;
    c->schedule.from = INT64_MIN;
    c->schedule.to = INT64_MAX;
    c->when = PZ_NO_FUNCTION;
    c->variants = &show;
    c->nvariants = 1;
    return c;
}

static void
add_segment(const char *name, const pz_condition_t *list, size_t n, int function)
{
    pz_segment_t *s = &segments[set.nsegments++];

    s->name = pz_str_from(name);
    s->conditions = list;
    s->nconditions = n;
    s->function = function;
}

static int
decide(void)
{
    pz_decide_input_t in = {
        .arena = arena, .profile = profile, .facts = &facts, .visitor = visitor,
        .call = call, .trace = trace, .data = &rules
    };

    rules.ntraced = 0;
    return pz_decide(&set, &in, &decision);
}

static int
setup(void **state)
{
    if (arena_setup(state) != 0) {
        return -1;
    }
    memset(&rules, 0, sizeof(rules));
    memset(&facts, 0, sizeof(facts));
    memset(&set, 0, sizeof(set));
    memset(segments, 0, sizeof(segments));
    memset(conditions, 0, sizeof(conditions));
    memset(campaigns, 0, sizeof(campaigns));
    facts.path = PZ_STR("/category/dogs");
    facts.now = NOW;
    facts.consent = 1;
    visitor = PZ_STR("visitor-1");
    set.schema = pz_schema_create(arena);
    set.segments = segments;
    set.campaigns = campaigns;
    profile = pz_profile_create(arena);
    category = pz_page_compile(arena, PZ_STR("~^/category/"), NULL);
    return 0;
}

static int
teardown(void **state)
{
    pz_page_free(category);
    return arena_teardown(state);
}

static void
test_everyone(void **state)
{
    (void) state;
    add("a");
    assert_int_equal(decide(), 0);
    assert_int_equal(decision.nchoices, 1);
    assert_ptr_equal(decision.choices[0].campaign, &campaigns[0]);
    assert_ptr_equal(decision.choices[0].variant, &show);
    assert_int_equal(rules.verdicts[0], PZ_VERDICT_CHOSEN);
    assert_int_equal(decision.nsegments, 0);

    set.ncampaigns = 0;
    assert_int_equal(decide(), 0);
    assert_int_equal(decision.nchoices, 0);
}

static void
test_schedule_and_pages(void **state)
{
    pz_page_t     *exact = pz_page_compile(arena, PZ_STR("/"), NULL);
    pz_page_t     *pages[2] = { exact, category };

    (void) state;
    add("future")->schedule.from = NOW + 1;
    add("past")->schedule.to = NOW;
    add("on")->schedule.from = NOW;
    campaigns[2].schedule.to = NOW + 1;
    add("home")->pages = pages;
    campaigns[3].npages = 1;
    add("both")->pages = pages;
    campaigns[4].npages = 2;
    campaigns[3].when = 0;

    assert_int_equal(decide(), 0);
    assert_int_equal(rules.verdicts[0], PZ_VERDICT_SCHEDULE);
    assert_int_equal(rules.verdicts[1], PZ_VERDICT_SCHEDULE);
    assert_int_equal(rules.verdicts[2], PZ_VERDICT_CHOSEN);
    assert_int_equal(rules.verdicts[3], PZ_VERDICT_PAGE);
    assert_int_equal(rules.verdicts[4], PZ_VERDICT_CHOSEN);
    assert_int_equal(rules.calls[0], 0);    /* a function is the last to be asked */
    assert_int_equal(decision.nchoices, 2);
    pz_page_free(exact);
}

static void
test_segments(void **state)
{
    pz_str_t either[] = { { "loyal", 5 }, { "vip", 3 } }, risk[] = { { "at risk", 7 } };

    (void) state;
    pz_profile_add(profile, PZ_STR("segments"), PZ_STR("vip, at risk,vip"));
    pz_profile_add(profile, PZ_STR("orders"), PZ_STR("3"));
    conditions[0] = (pz_condition_t) { .field = pz_field_of(set.schema, PZ_STR("orders")),
                                       .test = PZ_TEST_AT_LEAST,
                                       .operand = { .type = PZ_TYPE_NUMBER, .number = 3 } };
    conditions[1] = conditions[0];
    conditions[1].operand.number = 4;
    add_segment("loyal", conditions, 1, PZ_NO_FUNCTION);
    add_segment("champion", conditions, 2, 0);
    add_segment("vip", conditions, 1, PZ_NO_FUNCTION);      /* has it already */
    add_segment("night", conditions, 1, 1);
    add_segment("broken", NULL, 0, 2);
    rules.answers[1] = 1;
    rules.answers[2] = -1;

    add("either")->segments = either;
    campaigns[0].nsegments = 2;
    add("risk")->segments = risk;
    campaigns[1].nsegments = 1;
    add("none")->segments = &segments[1].name;
    campaigns[2].nsegments = 1;
    add("broken")->segments = &segments[4].name;
    campaigns[3].nsegments = 1;

    assert_int_equal(decide(), 0);
    assert_int_equal(decision.nsegments, 4);
    assert_true(pz_str_eq(decision.segments[0], PZ_STR("vip")));
    assert_true(pz_str_eq(decision.segments[1], PZ_STR("at risk")));
    assert_true(pz_str_eq(decision.segments[2], PZ_STR("loyal")));
    assert_true(pz_str_eq(decision.segments[3], PZ_STR("night")));
    assert_int_equal(rules.calls[0], 0);    /* its conditions did not hold */
    assert_int_equal(rules.calls[1], 1);
    assert_int_equal(rules.verdicts[0], PZ_VERDICT_CHOSEN);
    assert_int_equal(rules.verdicts[1], PZ_VERDICT_CHOSEN);
    assert_int_equal(rules.verdicts[2], PZ_VERDICT_SEGMENT);
    assert_int_equal(rules.verdicts[3], PZ_VERDICT_SEGMENT);
}

static void
check_unknown(void)
{
    assert_int_equal(decide(), 0);
    assert_int_equal(decision.nsegments, 0);
    assert_int_equal(rules.verdicts[0], PZ_VERDICT_CONSENT);
    assert_int_equal(rules.verdicts[1], PZ_VERDICT_CONSENT);
    assert_int_equal(rules.verdicts[2], PZ_VERDICT_CHOSEN);
    assert_int_equal(rules.calls[0], 0);    /* no segment is computed */
}

static void
test_consent(void **state)
{
    (void) state;
    pz_profile_add(profile, PZ_STR("segments"), PZ_STR("vip"));
    add_segment("computed", NULL, 0, 0);
    add("segment")->segments = &segments[0].name;
    campaigns[0].nsegments = 1;
    add("experiment")->variants = split;
    campaigns[1].nvariants = 2;
    campaigns[1].experiment = 1;
    add("contextual")->when = 1;
    rules.answers[0] = 1;
    rules.answers[1] = 1;

    facts.consent = 0;
    check_unknown();
    facts.consent = 1;
    visitor = PZ_STR_NONE;
    check_unknown();
    visitor = PZ_STR("v");
    assert_int_equal(decide(), 0);
    assert_int_equal(decision.nchoices, 3);
}

static void
test_groups_and_when(void **state)
{
    int i;

    (void) state;
    for (i = 0; i < 6; i++) {
        add("c")->group = PZ_STR("top-bar");
    }
    campaigns[0].when = 0;                  /* says no */
    campaigns[1].when = 1;                  /* fails */
    campaigns[2].when = 2;                  /* wins */
    campaigns[2].name = PZ_STR("winner");
    campaigns[3].when = 3;                  /* too late: not even asked */
    campaigns[4].group = PZ_STR("side");
    campaigns[5].group = PZ_STR_NONE;
    rules.answers[1] = -1;
    rules.answers[2] = 1;
    rules.answers[3] = 1;

    assert_int_equal(decide(), 0);
    assert_int_equal(rules.verdicts[0], PZ_VERDICT_WHEN);
    assert_int_equal(rules.verdicts[1], PZ_VERDICT_FAULT);
    assert_int_equal(rules.verdicts[2], PZ_VERDICT_CHOSEN);
    assert_int_equal(rules.verdicts[3], PZ_VERDICT_GROUP);
    assert_true(pz_str_eq(rules.others[3], PZ_STR("winner")));
    assert_int_equal(rules.others[2].len, 0);
    assert_int_equal(rules.calls[3], 0);
    assert_int_equal(rules.verdicts[4], PZ_VERDICT_CHOSEN);
    assert_int_equal(rules.verdicts[5], PZ_VERDICT_CHOSEN);
    assert_int_equal(decision.nchoices, 3);
}

/* Over many visitors: shares as declared, and the held out take the group too. */
static void
test_experiment(void **state)
{
    int         i, held = 0, shown[2] = { 0, 0 };
    char        id[32];
    pz_arena_t *lasting = arena;

    (void) state;
    arena = pz_arena_create(4096, 0);
    add("test")->variants = split;
    campaigns[0].nvariants = 2;
    campaigns[0].experiment = 1;
    campaigns[0].holdout = 10;
    campaigns[0].group = PZ_STR("top-bar");
    add("next")->group = PZ_STR("top-bar");

    for (i = 0; i < 20000; i++) {
        snprintf(id, sizeof(id), "v%d", i);
        visitor = pz_str_from(id);
        assert_int_equal(decide(), 0);
        assert_int_equal(decision.nchoices, 1);
        assert_int_equal(rules.verdicts[1], PZ_VERDICT_GROUP);
        if (decision.choices[0].variant == NULL) {
            assert_int_equal(rules.verdicts[0], PZ_VERDICT_HOLDOUT);
            held++;
        } else {
            assert_int_equal(decision.choices[0].variant - split,
                             pz_bucket(PZ_STR("test"), visitor) < 5000 ? 0 : 1);
            shown[decision.choices[0].variant - split]++;
        }
        pz_arena_reset(arena);
    }
    assert_in_range(held, 1850, 2150);
    assert_in_range(shown[0], 8750, 9250);
    assert_in_range(shown[1], 8750, 9250);

    campaigns[0].holdout = 100;
    assert_int_equal(decide(), 0);
    assert_null(decision.choices[0].variant);
    campaigns[0].holdout = 0;
    split[0].weight = split[1].weight = 0;
    assert_int_equal(decide(), 0);
    assert_int_equal(rules.verdicts[0], PZ_VERDICT_FAULT);
    assert_int_equal(rules.verdicts[1], PZ_VERDICT_CHOSEN);
    split[0].weight = split[1].weight = 50;
    pz_arena_destroy(arena);
    arena = lasting;
}

/* The profile lives in another arena here: only the decision is short of room. */
static void
test_budgets(void **state)
{
    int         done = 0;
    size_t      budget;
    pz_arena_t *small, *big = arena;

    (void) state;
    pz_profile_add(profile, PZ_STR("segments"),
                   PZ_STR("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z"));
    add("one");
    add("two");
    for (budget = 0; budget < 4096; budget += 32) {
        small = pz_arena_create(budget, 0);
        arena = small;
        if (decide() == 0) {
            assert_int_equal(decision.nsegments, 26);
            assert_int_equal(decision.nchoices, 2);
            done++;
        } else {
            assert_int_equal(done, 0);
        }
        pz_arena_destroy(small);
    }
    arena = big;
    assert_true(done > 0);
}

static void
test_names(void **state)
{
    (void) state;
    assert_string_equal(pz_verdict_name(PZ_VERDICT_CHOSEN), "chosen");
    assert_string_equal(pz_verdict_name(PZ_VERDICT_GROUP), "group");
    assert_string_equal(pz_verdict_name(PZ_VERDICT_FAULT), "fault");
    assert_string_equal(pz_verdict_name((pz_verdict_t) 99), "unknown");
}

#define each(test)  cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        each(test_everyone),
        each(test_schedule_and_pages),
        each(test_segments),
        each(test_consent),
        each(test_groups_and_when),
        each(test_experiment),
        each(test_budgets),
        each(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
