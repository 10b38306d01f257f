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


int
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
