#include "ngx_pz_endpoint.h"

#include "ngx_pz_headers_in.h"
#include "ngx_pz_privacy.h"
#include "ngx_pz_reply.h"

typedef ngx_int_t (*ngx_pz_public_answer_pt)(ngx_http_request_t *r,
    const ngx_pz_settings_t *settings, ngx_pz_worker_t *worker);

typedef struct {
    const char               *route;
    ngx_uint_t                methods;
    const char               *allow;
    ngx_pz_public_answer_pt   answer;
} ngx_pz_public_route_t;

static const ngx_pz_public_route_t  ngx_pz_public_routes[] = {
    { "privacy",        NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD", ngx_pz_privacy_tell },
    { "privacy/forget", NGX_HTTP_POST,                "POST",      ngx_pz_privacy_forget },
};

#define NGX_PZ_PUBLIC_ROUTES  (sizeof(ngx_pz_public_routes) / sizeof(ngx_pz_public_routes[0]))


/*
 * Threat: another site makes the visitor's browser POST here, cookie included.
 * Rule: browsers say where a request comes from, in Sec-Fetch-Site or, before
 * they had it, in Origin; it must be this very host, a sibling domain is not
 * enough.  Known gap: what sends neither is no browser of this decade, and has
 * the cookie only if it was given it.  The scheme is not compared, since TLS
 * may end in front of us.
 */
static ngx_uint_t
ngx_pz_public_is_own(ngx_http_request_t *r)
{
    pz_str_t   origin, host;
    ptrdiff_t  at;
    ngx_str_t  site;

    site = ngx_pz_header_in(r, "sec-fetch-site");

    if (site.len > 0) {
        return pz_str_eq(ngx_pz_str(site), PZ_STR("same-origin"));
    }

    origin = ngx_pz_str(ngx_pz_header_in(r, "origin"));

    if (origin.len == 0) {
        return 1;
    }

    if (r->headers_in.host == NULL) {
        return 0;
    }

    host = ngx_pz_str(r->headers_in.host->value);
    at = pz_str_find(origin, PZ_STR("://"));

    return at > 0 && pz_str_ieq(pz_str_skip(origin, (size_t) at + 3), host);
}


static ngx_int_t
ngx_pz_public_refuse(ngx_http_request_t *r, ngx_pz_worker_t *worker)
{
    ngx_pz_count(worker->counters->events[NGX_PZ_EVENT_FORGET_FOREIGN]);

    return ngx_pz_reply_error(r, NGX_HTTP_FORBIDDEN,
                              "this must be asked from a page of this very site");
}


static ngx_int_t
ngx_pz_public_answer(ngx_http_request_t *r, const ngx_pz_public_route_t *route)
{
    ngx_pz_worker_t          *worker;
    const ngx_pz_settings_t  *settings;

    settings = ngx_pz_settings_of(r);

    if (!(r->method & route->methods)) {
        return ngx_pz_reply_not_allowed(r, route->allow);
    }

    if (settings->worker == NULL || *settings->worker == NULL) {
        return ngx_pz_reply_error(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                  "this worker has not started to personalize");
    }

    worker = *settings->worker;

    if (r->method == NGX_HTTP_POST && !ngx_pz_public_is_own(r)) {
        return ngx_pz_public_refuse(r, worker);
    }

    return route->answer(r, settings, worker);
}


ngx_int_t
ngx_pz_public_handler(ngx_http_request_t *r)
{
    size_t     i;
    ngx_int_t  rc;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    for (i = 0; i < NGX_PZ_PUBLIC_ROUTES; i++) {
        if (ngx_pz_route_is(r, ngx_pz_public_routes[i].route)) {
            return ngx_pz_public_answer(r, &ngx_pz_public_routes[i]);
        }
    }

    return ngx_pz_reply_error(r, NGX_HTTP_NOT_FOUND, "there is nothing here");
}
