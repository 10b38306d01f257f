/*
 * .../explain: why each campaign was, or was not, chosen for a visitor on a page.
 *
 * Arguments: url (a path with its query, or a whole URL), visitor, now (seconds
 * since 1970, or a time as a rule file writes it), timezone (of now),
 * language, referrer, returning, consent=0, and context.NAME.  What is not
 * given is empty: nothing is taken from the request that asks.
 */
#ifndef NGX_PZ_EXPLAIN_H
#define NGX_PZ_EXPLAIN_H

#include "ngx_pz_request.h"
#include "pz_json.h"

ngx_int_t ngx_pz_explain_send(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker);

/* What the trace tells of one campaign. */
typedef struct {
    const pz_campaign_t *campaign;
    const pz_campaign_t *other;      /* the group's winner */
    pz_verdict_t         verdict;
} ngx_pz_explain_step_t;

/* A rule function that failed while it was asked. */
typedef struct ngx_pz_explain_fault_s  ngx_pz_explain_fault_t;

struct ngx_pz_explain_fault_s {
    ngx_pz_explain_fault_t *next;
    pz_str_t                rule;
    pz_error_t              error;
    int                     switched_off;
};

typedef struct {
    ngx_pz_request_t         pr;         /* first: the lookup hands it back */
    ngx_pz_settings_t        settings;   /* the location's, with a deadline for a person */
    ngx_pz_rulebook_t       *book;
    ngx_array_t              named;      /* of pz_fact_t: context.NAME */
    ngx_str_t                now;        /* as it was given */
    ngx_str_t                timezone;
    ngx_pz_explain_step_t   *steps;
    size_t                   nsteps;
    size_t                   room;
    ngx_pz_explain_fault_t  *faults;
} ngx_pz_explain_t;

/* The query string into pr.visitor and pr.decision.facts: NULL, or what is wrong with it. */
const char *ngx_pz_explain_parse(ngx_http_request_t *r, ngx_pz_explain_t *explain);

/* The members of the answer, once pr.decision is made. */
void ngx_pz_explain_write(ngx_pz_explain_t *explain, pz_json_writer_t *w);

#endif
