/*
 * Variables.  What is not decided yet is empty and not cached: the access log
 * and an early map may both ask.
 */
#include "ngx_pz_request.h"
#include "ngx_pz_variables.h"

#define NGX_PZ_VARIANT  "personalize_variant_"

typedef ngx_int_t (*ngx_pz_variable_pt)(ngx_pz_request_t *pr, ngx_str_t *value);


static ngx_int_t
ngx_pz_variable_visitor(ngx_pz_request_t *pr, ngx_str_t *value)
{
    *value = pr->visitor.id;
    return NGX_OK;
}


/* Until the header goes there is no status, unless the request ends before. */
static ngx_int_t
ngx_pz_variable_status(ngx_pz_request_t *pr, ngx_str_t *value)
{
    if (!pr->headed && !pr->left && pr->request->count != 0) {
        return NGX_OK;
    }

    *value = *ngx_pz_status_word(pr->status);
    return NGX_OK;
}


static ngx_int_t
ngx_pz_variable_lookup(ngx_pz_request_t *pr, ngx_str_t *value)
{
    *value = *ngx_pz_lookup_word(pr->lookup.outcome);
    return NGX_OK;
}


/* Seconds with milliseconds, as $upstream_response_time. */
static ngx_int_t
ngx_pz_variable_lookup_time(ngx_pz_request_t *pr, ngx_str_t *value)
{
    if (!pr->lookup.begun || pr->lookup.outcome == NGX_PZ_LOOKUP_NONE) {
        return NGX_OK;
    }

    value->data = ngx_pnalloc(pr->request->pool, NGX_TIME_T_LEN + 4);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    value->len = ngx_sprintf(value->data, "%T.%03M",
                             (time_t) pr->lookup.took / 1000,
                             pr->lookup.took % 1000)
                 - value->data;

    return NGX_OK;
}


static ngx_int_t
ngx_pz_variable_segment(ngx_pz_request_t *pr, ngx_str_t *value)
{
    pz_decision_t  *decision;

    decision = &pr->decision.plan.decision;

    if (decision->nsegments != 0) {
        *value = ngx_pz_ngx_str(decision->segments[0]);
    }

    return NGX_OK;
}


/* "a,b": the names of the first `n`, as `name` gives them. */
static ngx_int_t
ngx_pz_variable_join(ngx_pz_request_t *pr, size_t n,
    pz_str_t (*name)(pz_decision_t *decision, size_t i), ngx_str_t *value)
{
    size_t         i, len;
    u_char        *p;
    pz_str_t       item;
    pz_decision_t  *decision;

    decision = &pr->decision.plan.decision;

    for (i = 0, len = 0; i < n; i++) {
        len += name(decision, i).len + 1;
    }

    if (len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(pr->request->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;
    value->len = len - 1;

    for (i = 0; i < n; i++) {
        item = name(decision, i);
        p = ngx_cpymem(p, item.data, item.len);

        if (i + 1 < n) {
            *p++ = ',';
        }
    }

    return NGX_OK;
}


static pz_str_t
ngx_pz_variable_segment_name(pz_decision_t *decision, size_t i)
{
    return decision->segments[i];
}


static pz_str_t
ngx_pz_variable_campaign_name(pz_decision_t *decision, size_t i)
{
    return decision->choices[i].campaign->name;
}


static ngx_int_t
ngx_pz_variable_segments(ngx_pz_request_t *pr, ngx_str_t *value)
{
    return ngx_pz_variable_join(pr, pr->decision.plan.decision.nsegments,
                                ngx_pz_variable_segment_name, value);
}


static ngx_int_t
ngx_pz_variable_campaigns(ngx_pz_request_t *pr, ngx_str_t *value)
{
    return ngx_pz_variable_join(pr, pr->decision.plan.decision.nchoices,
                                ngx_pz_variable_campaign_name, value);
}


static ngx_int_t
ngx_pz_variable_give(ngx_http_variable_value_t *v, ngx_str_t *value)
{
    if (value->data == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;
    v->len = value->len;
    v->data = value->data;

    return NGX_OK;
}


static ngx_int_t
ngx_pz_variable_get(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t           value;
    ngx_pz_request_t   *pr;
    ngx_pz_variable_pt  get = (ngx_pz_variable_pt) data;

    ngx_str_null(&value);
    pr = ngx_pz_request_of(r->main);

    if (pr != NULL) {
        if (get(pr, &value) != NGX_OK) {
            return NGX_ERROR;
        }

    } else if (get == ngx_pz_variable_status) {
        value = *ngx_pz_status_word(NGX_PZ_STATUS_OFF);

    } else if (get == ngx_pz_variable_lookup) {
        value = *ngx_pz_lookup_word(NGX_PZ_LOOKUP_NONE);
    }

    return ngx_pz_variable_give(v, &value);
}


/* A campaign's name in a variable's: what a variable cannot have is '_' there. */
static ngx_uint_t
ngx_pz_variable_names(pz_str_t campaign, u_char *name, size_t len)
{
    char    c;
    size_t  i;

    if (campaign.len != len) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        c = pz_lower(campaign.data[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            c = '_';
        }

        if ((u_char) c != name[i]) {
            return 0;
        }
    }

    return 1;
}


static ngx_int_t
ngx_pz_variable_variant(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    size_t               i, len;
    u_char              *name;
    ngx_str_t            value, *variable = (ngx_str_t *) data;
    pz_decision_t       *decision;
    ngx_pz_request_t    *pr;
    const pz_choice_t   *choice;

    ngx_str_null(&value);
    pr = ngx_pz_request_of(r->main);

    if (pr == NULL) {
        return ngx_pz_variable_give(v, &value);
    }

    name = variable->data + sizeof(NGX_PZ_VARIANT) - 1;
    len = variable->len - (sizeof(NGX_PZ_VARIANT) - 1);
    decision = &pr->decision.plan.decision;

    for (i = 0; i < decision->nchoices; i++) {
        choice = &decision->choices[i];

        if (!ngx_pz_variable_names(choice->campaign->name, name, len)) {
            continue;
        }

        if (choice->variant != NULL) {
            value = ngx_pz_ngx_str(choice->variant->name);

        } else {
            ngx_str_set(&value, "holdout");
        }
    }

    return ngx_pz_variable_give(v, &value);
}


static const struct {
    ngx_str_t           name;
    ngx_pz_variable_pt  get;
} ngx_pz_variables[] = {
    { ngx_string("personalize_visitor"),     ngx_pz_variable_visitor },
    { ngx_string("personalize_segment"),     ngx_pz_variable_segment },
    { ngx_string("personalize_segments"),    ngx_pz_variable_segments },
    { ngx_string("personalize_status"),      ngx_pz_variable_status },
    { ngx_string("personalize_lookup"),      ngx_pz_variable_lookup },
    { ngx_string("personalize_lookup_time"), ngx_pz_variable_lookup_time },
    { ngx_string("personalize_campaigns"),   ngx_pz_variable_campaigns },
};


ngx_int_t
ngx_pz_variables_add(ngx_conf_t *cf)
{
    ngx_str_t             name;
    ngx_uint_t            i;
    ngx_http_variable_t  *var;

    for (i = 0; i < sizeof(ngx_pz_variables) / sizeof(ngx_pz_variables[0]); i++) {
        name = ngx_pz_variables[i].name;

        var = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = ngx_pz_variable_get;
        var->data = (uintptr_t) ngx_pz_variables[i].get;
    }

    ngx_str_set(&name, NGX_PZ_VARIANT);

    var = ngx_http_add_variable(cf, &name,
                                NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_pz_variable_variant;

    return NGX_OK;
}
