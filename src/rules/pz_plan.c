/*
 * From a decision to a plan: render the actions of what was chosen.
 */
#include <string.h>

#include "pz_call.h"
#include "pz_render.h"
#include "pz_want.h"

#define PZ_PLAN_HTML    (256 * 1024)    /* one action's markup */
#define PZ_PLAN_HEADER  4096            /* one header's value */
#define PZ_PLAN_CLASS   256

typedef struct {
    pz_scope_t                scope;
    const pz_ruleset_input_t *in;
    pz_plan_t                *plan;
    pz_plan_header_t         *headers;
    pz_edit_t                *edits;
    pz_want_t                *wants;
    const pz_choice_t        *choice;
} pz_planner_t;


static int
pz_plan_on_call(void *data, int function)
{
    pz_planner_t *p = data;

    return pz_call_truth(&p->scope, function);
}


static void
pz_plan_on_trace(void *data, const pz_campaign_t *campaign, pz_verdict_t verdict,
    const pz_campaign_t *other)
{
    pz_planner_t *p = data;

    p->in->trace(p->in->data, campaign, verdict, other);
}


/* Room for all that could come: each action gives at most one of each. */
static int
pz_plan_reserve(pz_planner_t *p)
{
    size_t              i, n = 0;
    const pz_variant_t *variant;

    for (i = 0; i < p->plan->decision.nchoices; i++) {
        variant = p->plan->decision.choices[i].variant;
        if (variant != NULL) {
            n += ((const pz_actions_t *) variant->actions)->n;
        }
    }
    p->headers = pz_arena_array(p->in->arena, n + 1, sizeof(pz_plan_header_t));
    p->edits = pz_arena_array(p->in->arena, n + 1, sizeof(pz_edit_t));
    p->wants = pz_arena_array(p->in->arena, n + 1, sizeof(pz_want_t));
    p->plan->headers = p->headers;
    p->plan->edits = p->edits;
    p->plan->wants = p->wants;
    return (p->headers != NULL && p->edits != NULL && p->wants != NULL) ? 0 : -1;
}


/*
 * Whether the values that the action cannot do without are there: 1, 0 or -1.
 * They are kept, so that the templates do not call their functions again.
 */
static int
pz_plan_has_needed(pz_planner_t *p, const pz_action_t *action)
{
    size_t      i;
    pz_scope_t *scope = &p->scope;

    scope->asked = NULL;
    for (i = 0; i < action->nvalues; i++) {
        if (!action->values[i].needed) {
            continue;
        }
        if (scope->asked == NULL) {
            scope->asked = pz_arena_array(p->in->arena, action->nvalues, sizeof(pz_str_t));
            if (scope->asked == NULL) {
                return -1;
            }
        }
        if (pz_render_lookup(scope, action->values[i].name, &scope->asked[i]) != 0) {
            return scope->failed ? -1 : 0;
        }
    }
    return 1;
}


static int
pz_plan_header(pz_planner_t *p, const pz_action_t *action)
{
    pz_plan_header_t *header = &p->headers[p->plan->nheaders];

    header->name = action->name;
    if (pz_render_text(&p->scope, &action->content, PZ_PLAN_HEADER, &header->value) != 0) {
        return -1;
    }
    p->plan->nheaders++;
    return 0;
}


/* A class name that a value made: one word, or there is nothing to do. */
static int
pz_plan_is_word(pz_str_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        if ((unsigned char) text.data[i] <= ' ') {
            return 0;
        }
    }
    return text.len > 0;
}


static int
pz_plan_edit(pz_planner_t *p, const pz_action_t *action)
{
    pz_edit_t *edit = &p->edits[p->plan->nedits];

    *edit = action->edit;
    edit->name = action->name;
    if (edit->op == PZ_EDIT_ADD_CLASS || edit->op == PZ_EDIT_REMOVE_CLASS) {
        if (pz_render_text(&p->scope, &action->class_name, PZ_PLAN_CLASS, &edit->name) != 0) {
            return -1;
        }
        edit->name = pz_str_trim(edit->name);
        if (!pz_plan_is_word(edit->name)) {
            return 0;
        }
    }
    if (pz_render_text(&p->scope, &action->content, PZ_PLAN_HTML, &edit->content) != 0) {
        return -1;
    }
    p->plan->nedits++;
    return 0;
}


static int
pz_plan_slot(pz_planner_t *p, const pz_action_t *action)
{
    int        rc;
    pz_want_t *want = &p->wants[p->plan->nwants];
    pz_view_t *view;

    rc = pz_want_make(&p->scope, want);
    if (rc != 0) {
        return (rc == 1) ? 0 : -1;
    }
    view = pz_arena_alloc(p->in->arena, sizeof(pz_view_t));
    if (view == NULL) {
        return -1;
    }
    view->action = action;
    view->decision = p->scope.decision;
    want->campaign = p->choice->campaign->name;
    want->view = view;
    p->edits[p->plan->nedits] = action->edit;
    p->edits[p->plan->nedits].slot = (int) p->plan->nwants;
    p->plan->nedits++;
    p->plan->nwants++;
    return 0;
}


static int
pz_plan_action(pz_planner_t *p, const pz_action_t *action)
{
    int need;

    p->scope.action = action;
    p->scope.failed = 0;
    need = pz_plan_has_needed(p, action);
    if (need != 1) {
        return need;
    }
    switch (action->kind) {
    case PZ_ACTION_HEADER:
        return pz_plan_header(p, action);
    case PZ_ACTION_EDIT:
        return pz_plan_edit(p, action);
    default:
        return pz_plan_slot(p, action);
    }
}


/*
 * Told, but not counted towards switching off: what cannot be rendered is the
 * fault of one visitor's data, and must not take the campaign from the others.
 */
static void
pz_plan_fault(pz_planner_t *p, const pz_action_t *action)
{
    pz_error_t error;

    if (p->in->on_fault == NULL || p->scope.failed) {
        return;    /* a function's failure has been told already */
    }
    memset(&error, 0, sizeof(error));
    pz_error_set(&error, p->choice->campaign->file, action->line,
                 "the action cannot be rendered for this visitor: a value may not stand where it "
                 "is, or the result is too long");
    p->in->on_fault(p->in->data, p->choice->campaign->name, &error, 0);
}


/* All of a variant's actions, or none. */
static void
pz_plan_choice(pz_planner_t *p)
{
    size_t              i;
    size_t              nheaders = p->plan->nheaders;
    size_t              nedits = p->plan->nedits;
    size_t              nwants = p->plan->nwants;
    const pz_actions_t *actions = p->choice->variant->actions;

    for (i = 0; i < actions->n; i++) {
        if (pz_plan_action(p, &actions->items[i]) < 0) {
            pz_plan_fault(p, &actions->items[i]);
            p->plan->nheaders = nheaders;
            p->plan->nedits = nedits;
            p->plan->nwants = nwants;
            return;
        }
    }
}


int
pz_ruleset_plan(pz_ruleset_t *rules, const pz_ruleset_input_t *in, pz_plan_t *plan)
{
    size_t            i;
    pz_planner_t      planner;
    pz_decision_t    *decision;
    pz_decide_input_t decide;

    memset(plan, 0, sizeof(pz_plan_t));
    memset(&planner, 0, sizeof(planner));
    planner.in = in;
    planner.plan = plan;
    decision = pz_arena_zalloc(in->arena, sizeof(pz_decision_t));
    if (decision == NULL || pz_scope_init(&planner.scope, rules, in, decision) != 0) {
        return -1;
    }
    memset(&decide, 0, sizeof(decide));
    decide.arena = in->arena;
    decide.profile = planner.scope.profile;
    decide.facts = in->facts;
    decide.visitor = in->visitor;
    decide.call = pz_plan_on_call;
    decide.trace = (in->trace != NULL) ? pz_plan_on_trace : NULL;
    decide.data = &planner;
    if (pz_decide(&rules->set, &decide, decision) != 0) {
        return -1;
    }
    plan->decision = *decision;
    if (pz_plan_reserve(&planner) != 0) {
        return -1;
    }
    for (i = 0; i < decision->nchoices; i++) {
        planner.choice = &decision->choices[i];
        if (planner.choice->variant != NULL) {
            pz_plan_choice(&planner);
        }
    }
    return 0;
}
