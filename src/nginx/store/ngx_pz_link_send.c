#include "ngx_pz_link.h"

/*
 * What stands above a link asks of it: a query, an end to one, how it is.
 */

static ngx_int_t
ngx_pz_link_refuse(ngx_pz_query_t *query)
{
    query->status = NGX_PZ_QUERY_REFUSED;
    return NGX_DECLINED;
}


ngx_int_t
ngx_pz_link_send(ngx_pz_link_t *link, ngx_pz_query_t *query)
{
    ngx_msec_t  timeout;

    if (link->breaker.state != NGX_PZ_BREAKER_CLOSED) {
        ngx_pz_link_event(link, NGX_PZ_STORE_REFUSED_BREAKER);
        return ngx_pz_link_refuse(query);
    }

    if (link->backlog.count >= link->conf->max_pending) {
        ngx_pz_link_event(link, NGX_PZ_STORE_REFUSED_FULL);
        return ngx_pz_link_refuse(query);
    }

    if (link->state == NGX_PZ_LINK_IDLE && ngx_pz_link_connect(link) != NGX_OK) {
        return ngx_pz_link_refuse(query);
    }

    timeout = query->timeout > 0 ? query->timeout : link->conf->timeout;

    if (query->reads) {
        link->patience = ngx_max(link->patience, timeout);
    }

    if (ngx_pz_backlog_add(&link->backlog, query, timeout) != NGX_OK) {
        return ngx_pz_link_refuse(query);
    }

    ngx_pz_link_push(link);
    return NGX_OK;
}


void
ngx_pz_link_cancel(ngx_pz_query_t *query)
{
    ngx_pz_link_t     *link;
    ngx_pz_pending_t  *pending = query->pending;

    if (pending == NULL) {
        return;
    }

    link = pending->backlog->data;

    if (ngx_pz_backlog_abandon(pending)) {
        ngx_pz_link_watch(link);
    }

    if (ngx_exiting) {
        ngx_pz_link_push(link);
    }
}


static const char *
ngx_pz_link_word(const ngx_pz_link_t *link)
{
    if (link->breaker.state != NGX_PZ_BREAKER_CLOSED) {
        return "breaker open";
    }

    switch (link->state) {
    case NGX_PZ_LINK_IDLE:
        return "idle";
    case NGX_PZ_LINK_READY:
        return "ready";
    default:
        return "connecting";
    }
}


void
ngx_pz_link_status(const ngx_pz_link_t *link, ngx_pz_store_status_t *status)
{
    status->state = ngx_pz_link_word(link);
    status->pending = link->backlog.count;
    status->failures = link->breaker.failures;
    status->retry_in = ngx_pz_breaker_retry_in(&link->breaker);
}
