/*
 * The arguments of `explain`.
 */
#include "ngx_pz_args.h"
#include "ngx_pz_explain.h"
#include "ngx_pz_visitor.h"

#define NGX_PZ_EXPLAIN_CONTEXT   "context."

typedef enum {
    NGX_PZ_ARG_URL, NGX_PZ_ARG_VISITOR, NGX_PZ_ARG_NOW, NGX_PZ_ARG_TIMEZONE, NGX_PZ_ARG_LANGUAGE,
    NGX_PZ_ARG_REFERRER, NGX_PZ_ARG_RETURNING, NGX_PZ_ARG_CONSENT, NGX_PZ_ARG_LAST
} ngx_pz_explain_arg_e;

static const char *const  ngx_pz_explain_args[NGX_PZ_ARG_LAST] = {
    "url", "visitor", "now", "timezone", "language", "referrer", "returning", "consent"
};

typedef struct {
    ngx_str_t   values[NGX_PZ_ARG_LAST];
    ngx_uint_t  given[NGX_PZ_ARG_LAST];
} ngx_pz_explain_given_t;


/* One argument into `given` or among the facts by name; a text: what is wrong with it. */
static const char *
ngx_pz_explain_take(ngx_pz_explain_t *explain, ngx_pz_explain_given_t *given, ngx_str_t *name,
    ngx_str_t *value)
{
    pz_str_t    key;
    pz_fact_t  *fact;
    ngx_uint_t  i;

    key = ngx_pz_str(*name);

    if (pz_str_starts(key, PZ_STR(NGX_PZ_EXPLAIN_CONTEXT))) {
        fact = ngx_array_push(&explain->named);
        if (fact == NULL) {
            return "no memory";
        }

        fact->name = pz_str_skip(key, sizeof(NGX_PZ_EXPLAIN_CONTEXT) - 1);
        fact->value = ngx_pz_str(*value);
        return NULL;
    }

    for (i = 0; i < NGX_PZ_ARG_LAST; i++) {
        if (pz_str_eq(key, pz_str_from(ngx_pz_explain_args[i]))) {
            given->values[i] = *value;
            given->given[i] = 1;
            return NULL;
        }
    }

    return "unknown argument: there are url, visitor, now, timezone, language, referrer, "
           "returning, consent and context.NAME";
}


/* "/path?query" or "https://host/path?query#fragment". */
static const char *
ngx_pz_explain_url(ngx_http_request_t *r, ngx_str_t *url, pz_facts_t *facts)
{
    pz_str_t   rest;
    ptrdiff_t  at;
    ngx_str_t  path;

    rest = ngx_pz_str(*url);

    at = pz_str_find(rest, PZ_STR("://"));
    if (at > 0) {
        rest = pz_str_skip(rest, (size_t) at + 3);
        at = pz_str_find_byte(rest, '/');
        facts->host = (at < 0) ? rest : pz_str_head(rest, (size_t) at);
        rest = (at < 0) ? PZ_STR("/") : pz_str_skip(rest, (size_t) at);
    }

    if (rest.len == 0 || rest.data[0] != '/') {
        return "url must be a path that begins with \"/\", or a whole URL";
    }

    at = pz_str_find_byte(rest, '#');
    if (at >= 0) {
        rest = pz_str_head(rest, (size_t) at);
    }

    at = pz_str_find_byte(rest, '?');
    if (at >= 0) {
        facts->query = pz_str_skip(rest, (size_t) at + 1);
        rest = pz_str_head(rest, (size_t) at);
    }

    path = ngx_pz_ngx_str(rest);
    if (ngx_pz_args_decode(r->pool, &path) != NGX_OK) {
        return "no memory";
    }

    facts->path = ngx_pz_str(path);

    return NULL;
}


static const char *
ngx_pz_explain_now(ngx_pz_explain_given_t *given, pz_facts_t *facts)
{
    pz_str_t    text;
    pz_error_t  error;

    text = ngx_pz_str(given->values[NGX_PZ_ARG_NOW]);

    if (text.len == 0) {
        facts->now = ngx_time();
        return NULL;
    }

    if (pz_str_to_int64(text, &facts->now) == 0
        || pz_schedule_time(text, ngx_pz_str(given->values[NGX_PZ_ARG_TIMEZONE]), 0, &facts->now,
                            &error) == 0)
    {
        return NULL;
    }

    return "now must be seconds since 1970 or like \"2026-11-27 09:00\", timezone like "
           "\"Asia/Bangkok\" or \"+07:00\"";
}


static ngx_uint_t
ngx_pz_explain_is_no(ngx_str_t *value)
{
    return value->len == 1 && value->data[0] == '0';
}


/* Without a visitor nobody may be known, as without consent: then there is no look-up. */
static const char *
ngx_pz_explain_visitor(ngx_pz_explain_t *explain, ngx_pz_explain_given_t *given)
{
    ngx_str_t         *id;
    pz_facts_t        *facts;
    ngx_pz_visitor_t  *visitor;

    id = &given->values[NGX_PZ_ARG_VISITOR];
    facts = &explain->pr.decision.facts;
    visitor = &explain->pr.visitor;

    if (given->given[NGX_PZ_ARG_VISITOR] && !ngx_pz_visitor_id_is_valid(id)) {
        return "visitor must be 1 to 128 visible ASCII characters without braces, quotes, angle "
               "brackets and backslashes";
    }

    visitor->consent = id->len > 0 && !ngx_pz_explain_is_no(&given->values[NGX_PZ_ARG_CONSENT]);

    if (visitor->consent) {
        visitor->id = *id;
        visitor->returning = !ngx_pz_explain_is_no(&given->values[NGX_PZ_ARG_RETURNING]);
    }

    facts->consent = visitor->consent;
    facts->returning = visitor->returning;

    return NULL;
}


const char *
ngx_pz_explain_parse(ngx_http_request_t *r, ngx_pz_explain_t *explain)
{
    ngx_str_t                rest, name, value, root = ngx_string("/");
    ngx_int_t                rc;
    pz_facts_t              *facts;
    const char              *wrong;
    ngx_pz_explain_given_t   given;

    ngx_memzero(&given, sizeof(ngx_pz_explain_given_t));
    given.values[NGX_PZ_ARG_URL] = root;

    rest = r->args;
    facts = &explain->pr.decision.facts;

    while ((rc = ngx_pz_args_next(r->pool, &rest, &name, &value)) == NGX_OK) {
        wrong = ngx_pz_explain_take(explain, &given, &name, &value);
        if (wrong != NULL) {
            return wrong;
        }
    }

    if (rc == NGX_ERROR) {
        return "no memory";
    }

    ngx_strlow(given.values[NGX_PZ_ARG_LANGUAGE].data, given.values[NGX_PZ_ARG_LANGUAGE].data,
               given.values[NGX_PZ_ARG_LANGUAGE].len);

    facts->language = ngx_pz_str(given.values[NGX_PZ_ARG_LANGUAGE]);
    facts->referrer = ngx_pz_str(given.values[NGX_PZ_ARG_REFERRER]);
    facts->named = explain->named.elts;
    facts->nnamed = explain->named.nelts;

    wrong = ngx_pz_explain_url(r, &given.values[NGX_PZ_ARG_URL], facts);

    if (wrong == NULL) {
        wrong = ngx_pz_explain_now(&given, facts);
    }

    return (wrong != NULL) ? wrong : ngx_pz_explain_visitor(explain, &given);
}
