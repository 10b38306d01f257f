#include "pz_render.h"

#include "pz_call.h"


static int
pz_render_value(pz_scope_t *scope, const pz_action_value_t *value, pz_str_t *text)
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


int
pz_render_lookup(void *data, pz_str_t name, pz_str_t *value)
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
        return pz_render_value(scope, &action->values[i], value);
    }
    if (pz_str_starts(name, PZ_STR("ctx."))) {
        return pz_facts_get(scope->in->facts, pz_str_skip(name, 4), value);
    }
    return pz_scope_field(scope, name, value);
}


int
pz_render_append(pz_scope_t *scope, const pz_content_t *content, pz_sb_t *sb)
{
    if (content->pattern == NULL) {
        pz_sb_add(sb, content->constant);
        return 0;
    }
    if (pz_template_render(content->pattern, sb, pz_render_lookup, scope) != 0 || scope->failed) {
        return -1;
    }
    return 0;
}


int
pz_render_text(pz_scope_t *scope, const pz_content_t *content, size_t max, pz_str_t *text)
{
    pz_sb_t sb;

    if (content->pattern == NULL) {
        *text = content->constant;
        return 0;
    }
    pz_sb_init(&sb, scope->in->arena, max);
    if (pz_render_append(scope, content, &sb) != 0) {
        return -1;
    }
    return pz_sb_done(&sb, text);
}
