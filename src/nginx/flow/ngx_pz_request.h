/*
 * The context of one request.  Each stage writes its own part and reads only
 * what lies before it; the order below is the order of the stages.
 */
#ifndef NGX_PZ_REQUEST_H
#define NGX_PZ_REQUEST_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_counters.h"
#include "ngx_pz_fetch.h"
#include "ngx_pz_settings.h"
#include "pz_ruleset.h"

typedef struct ngx_pz_request_s  ngx_pz_request_t;

typedef void (*ngx_pz_request_on_done_pt)(ngx_pz_request_t *pr);

/* visitor: who it is */
typedef struct {
    ngx_str_t   id;             /* validated; empty: nobody may be known */
    unsigned    consent:1;
    unsigned    returning:1;    /* the id came with the request */
    unsigned    fresh:1;        /* the id was made for this request */
    ngx_str_t   cookie;         /* the Set-Cookie value to send; empty: none */
} ngx_pz_visitor_t;

/* lookup: what is known of the visitor */
typedef struct {
    ngx_pz_fetch_t              fetch;
    ngx_pz_fetch_item_t         item;
    ngx_pz_request_on_done_pt   on_done;    /* once, from an event, when it was pending */
    ngx_pz_lookup_e             outcome;
    ngx_pz_status_e             failure;    /* the fallback reason; APPLIED: none */
    pz_profile_t               *profile;    /* never NULL once the lookup is over */
    ngx_msec_t                  started;
    ngx_msec_t                  took;
    unsigned                    begun:1;
    unsigned                    pending:1;
} ngx_pz_lookup_t;

/* decision: what to do */
typedef struct {
    pz_ruleset_t        *rules;     /* held until the request goes */
    pz_facts_t           facts;
    pz_plan_t            plan;
    ngx_pz_status_e      status;    /* APPLIED, NOTHING, or why the page stays the origin's */
    unsigned             made:1;
} ngx_pz_decision_t;

struct ngx_pz_request_s {
    ngx_http_request_t        *request;
    const ngx_pz_settings_t   *settings;
    ngx_pz_worker_t           *worker;
    pz_arena_t                *arena;

    ngx_pz_visitor_t           visitor;
    ngx_pz_lookup_t            lookup;
    ngx_pz_decision_t          decision;
    struct ngx_pz_content_s   *content;    /* slots and what fills them; NULL: no slot */
    ngx_pz_request_on_done_pt  abandon_content;  /* set while something for a slot is on its way */
    struct ngx_pz_body_s      *body;       /* NULL: the body passes untouched */

    off_t                      length;     /* of the origin's body, as its header says; or -1 */
    time_t                     modified;   /* its Last-Modified; or -1 */
    ngx_str_t                  etag;       /* and its ETag; empty: none */
    ngx_pz_status_e            status;     /* how it ended, or stands now */
    ngx_chain_t               *held;       /* body that came while the header was held */
    uint64_t                   held_since; /* by ngx_pz_clock(): header or access phase */
    unsigned                   left:1;     /* an internal redirect led to where the module is off */
    unsigned                   page:1;     /* the request asks for a page */
    unsigned                   headed:1;   /* the response's header has been dealt with */
    unsigned                   holding:1;  /* the header waits for the lookup */
    unsigned                   waiting:1;  /* the access phase waits for the lookup */
};

/* An arena may spend so much on one response before it falls back with "memory". */
#define NGX_PZ_REQUEST_BUDGET  (4 * 1024 * 1024)

/*
 * The context of the main request, or NULL when the module is off for it.
 * Internal redirects zero r->ctx: then it is found through its pool cleanup.
 */
ngx_pz_request_t *ngx_pz_request_of(ngx_http_request_t *r);

/* That context, made when there is none.  NULL: no memory. */
ngx_pz_request_t *ngx_pz_request_open(ngx_http_request_t *r,
    const ngx_pz_settings_t *settings);

/* Nobody wants the lookup's answer any more. */
void ngx_pz_request_drop_lookup(ngx_pz_request_t *pr);

#define ngx_pz_request_count(pr, event)                                       \
    ngx_pz_count((pr)->worker->counters->events[NGX_PZ_EVENT_##event])

/* What began at `since`, by ngx_pz_clock(), is over. */
#define ngx_pz_request_time(pr, time, since)                                  \
    ngx_pz_histogram_add((pr)->worker->counters->times, NGX_PZ_TIME_##time,   \
                         ngx_pz_clock() - (since))

static ngx_inline pz_str_t
ngx_pz_str(ngx_str_t s)
{
    return (pz_str_t) { (char *) s.data, s.len };
}

static ngx_inline ngx_str_t
ngx_pz_ngx_str(pz_str_t s)
{
    return (ngx_str_t) { s.len, (u_char *) s.data };
}

#endif
