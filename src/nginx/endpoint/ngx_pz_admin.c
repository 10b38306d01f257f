#include "ngx_pz_endpoint.h"

#include "ngx_pz_explain.h"
#include "ngx_pz_metrics.h"
#include "ngx_pz_reply.h"
#include "ngx_pz_status.h"
#include "pz_version.h"

#define NGX_PZ_ADMIN_INDEX_MAX  4096

typedef ngx_int_t (*ngx_pz_admin_answer_pt)(ngx_http_request_t *r,
    const ngx_pz_settings_t *settings, ngx_pz_worker_t *worker);

typedef struct {
    const char              *route;
    const char              *about;
    ngx_pz_admin_answer_pt   answer;
} ngx_pz_admin_route_t;

static ngx_int_t ngx_pz_admin_index(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker);
static ngx_int_t ngx_pz_admin_status(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker);
static ngx_int_t ngx_pz_admin_metrics(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker);

static const ngx_pz_admin_route_t  ngx_pz_admin_routes[] = {
    { "",        "this index",                                             ngx_pz_admin_index },
    { "status",  "this worker's rules and Redis, everybody's counters",    ngx_pz_admin_status },
    { "metrics", "the counters for Prometheus",                            ngx_pz_admin_metrics },
    { "explain", "?url=/path&visitor=ID: why each campaign is chosen, or not",
                                                                           ngx_pz_explain_send },
};

#define NGX_PZ_ADMIN_ROUTES  (sizeof(ngx_pz_admin_routes) / sizeof(ngx_pz_admin_routes[0]))


static ngx_int_t
ngx_pz_admin_index(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker)
{
    size_t                i;
    ngx_pz_json_reply_t   reply;

    if (ngx_pz_json_open(r, &reply, NGX_PZ_ADMIN_INDEX_MAX) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_pz_json_text(&reply.w, "module", PZ_STR("ngx_http_personalize_module"));
    ngx_pz_json_text(&reply.w, "version", PZ_STR(PZ_VERSION));
    ngx_pz_json_object(&reply.w, "below_this_location");

    for (i = 1; i < NGX_PZ_ADMIN_ROUTES; i++) {
        ngx_pz_json_text(&reply.w, ngx_pz_admin_routes[i].route,
                         pz_str_from(ngx_pz_admin_routes[i].about));
    }

    pz_json_object_end(&reply.w);

    return ngx_pz_json_send(r, &reply, NGX_HTTP_OK);
}


static ngx_int_t
ngx_pz_admin_status(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker)
{
    return ngx_pz_status_send(r, worker);
}


static ngx_int_t
ngx_pz_admin_metrics(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker)
{
    return ngx_pz_metrics_send(r, worker);
}


ngx_int_t
ngx_pz_admin_handler(ngx_http_request_t *r)
{
    size_t                      i;
    ngx_int_t                   rc;
    const ngx_pz_settings_t    *settings;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    settings = ngx_pz_settings_of(r);

    for (i = 0; i < NGX_PZ_ADMIN_ROUTES; i++) {
        if (!ngx_pz_route_is(r, ngx_pz_admin_routes[i].route)) {
            continue;
        }

        if (!(r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD))) {
            return ngx_pz_reply_not_allowed(r, "GET, HEAD");
        }

        if (settings->worker == NULL || *settings->worker == NULL) {
            return ngx_pz_reply_error(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                      "this worker has not started to personalize");
        }

        return ngx_pz_admin_routes[i].answer(r, settings, *settings->worker);
    }

    return ngx_pz_reply_error(r, NGX_HTTP_NOT_FOUND,
                              "there is nothing here: the location itself lists what there is");
}
