#include "pz_scope.h"

#include <string.h>


int
pz_scope_init(pz_scope_t *scope, pz_ruleset_t *rules, const pz_ruleset_input_t *in,
    const pz_decision_t *decision)
{
    memset(scope, 0, sizeof(pz_scope_t));
    scope->rules = rules;
    scope->in = in;
    scope->decision = decision;
    scope->profile = in->profile;
    if (!in->facts->consent) {
        scope->profile = pz_profile_create(in->arena);
    }
    return (scope->profile != NULL) ? 0 : -1;
}


pz_str_t
pz_scope_segments(const pz_scope_t *scope)
{
    size_t   i;
    pz_sb_t  sb;
    pz_str_t text = PZ_STR_NONE;

    if (scope->decision == NULL || scope->decision->nsegments == 0) {
        return pz_profile_get(scope->profile, scope->rules->schema, PZ_STR("segments"),
                              scope->in->facts->now).text;
    }
    pz_sb_init(&sb, scope->in->arena, PZ_SANDBOX_MAX_TEXT);
    for (i = 0; i < scope->decision->nsegments; i++) {
        if (i > 0) {
            pz_sb_byte(&sb, ',');
        }
        pz_sb_add(&sb, scope->decision->segments[i]);
    }
    (void) pz_sb_done(&sb, &text);
    return text;
}


static int
pz_scope_value(pz_scope_t *scope, const pz_action_value_t *value, pz_str_t *text)
{
    int rc;

    if (value->function == PZ_NO_FUNCTION) {
        *text = value->text;
        return 0;
    }
    rc = pz_call_text(scope, value->function, text);
    if (rc == -2) {
        scope->failed = 1;
    }
    return (rc == 0) ? 0 : -1;
}


static int
pz_scope_field(const pz_scope_t *scope, pz_str_t name, pz_str_t *text)
{
    pz_value_t value;

    if (pz_str_eq(name, PZ_STR("segments"))) {
        *text = pz_scope_segments(scope);
        return (text->len > 0) ? 0 : -1;
    }
    value = pz_profile_get(scope->profile, scope->rules->schema, name, scope->in->facts->now);
    *text = value.text;
    return value.present ? 0 : -1;
}


int
pz_scope_lookup(void *data, pz_str_t name, pz_str_t *value)
{
    size_t             i;
    pz_scope_t        *scope = data;
    const pz_action_t *action = scope->action;

    for (i = 0; i < scope->nlocals; i++) {
        if (pz_str_eq(scope->locals[i].name, name)) {
            *value = scope->locals[i].value;
            return 0;
        }
    }
    for (i = 0; action != NULL && i < action->nvalues; i++) {
        if (!pz_str_eq(action->values[i].name, name)) {
            continue;
        }
        if (scope->asked != NULL && scope->asked[i].data != NULL) {
            *value = scope->asked[i];    /* one call a rendering */
            return 0;
        }
        return pz_scope_value(scope, &action->values[i], value);
    }
    if (pz_str_starts(name, PZ_STR("ctx."))) {
        return pz_facts_get(scope->in->facts, pz_str_skip(name, 4), value);
    }
    return pz_scope_field(scope, name, value);
}


int
pz_scope_append(pz_scope_t *scope, const pz_content_t *content, pz_sb_t *sb)
{
    if (content->pattern == NULL) {
        pz_sb_add(sb, content->constant);
        return 0;
    }
    if (pz_template_render(content->pattern, sb, pz_scope_lookup, scope) != 0 || scope->failed) {
        return -1;
    }
    return 0;
}


int
pz_scope_render(pz_scope_t *scope, const pz_content_t *content, size_t max, pz_str_t *text)
{
    pz_sb_t sb;

    if (content->pattern == NULL) {
        *text = content->constant;
        return 0;
    }
    pz_sb_init(&sb, scope->in->arena, max);
    if (pz_scope_append(scope, content, &sb) != 0) {
        return -1;
    }
    return pz_sb_done(&sb, text);
}
