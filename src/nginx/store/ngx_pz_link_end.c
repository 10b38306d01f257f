#include "ngx_pz_link.h"

/*
 * How a link ends: what is told of it, to whom, and in which order.  It stands
 * below connecting, since each step of that may end here.
 */
const ngx_pz_link_fault_t  ngx_pz_link_no_connection = {
    NGX_PZ_INCIDENT_CONNECT, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "cannot connect, trying again"
};

const ngx_pz_link_fault_t  ngx_pz_link_lost = {
    NGX_PZ_INCIDENT_LOST, NGX_PZ_STORE_LOST, NGX_LOG_ERR, "connection lost"
};

const ngx_pz_link_fault_t  ngx_pz_link_rejected = {
    NGX_PZ_INCIDENT_GREETING, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "the server closed the connection during the greeting, trying again"
};


void
ngx_pz_link_hang_up(ngx_pz_link_t *link)
{
    if (link->connection != NULL) {
        ngx_pz_tls_end(link->connection);
        ngx_close_connection(link->connection);
        link->connection = NULL;
    }
}


void
ngx_pz_link_close(ngx_pz_link_t *link)
{
    ngx_pz_resolve_cancel(&link->where);
    ngx_pz_link_hang_up(link);

    pz_redis_reader_destroy(link->reader);
    link->reader = NULL;

    if (link->deadline.timer_set) {
        ngx_del_timer(&link->deadline);
    }

    link->out_pos = link->out;
    link->out_last = link->out;
    link->state = NGX_PZ_LINK_IDLE;
}


void
ngx_pz_link_event(ngx_pz_link_t *link, ngx_pz_store_event_e event)
{
    if (link->on_event != NULL) {
        link->on_event(link->data, event);
    }
}


void
ngx_pz_link_push(ngx_pz_link_t *link)
{
    ngx_post_event(&link->push, &ngx_posted_events);
}


void
ngx_pz_link_report(ngx_pz_link_t *link, const ngx_pz_link_fault_t *fault,
    ngx_err_t err)
{
    ngx_str_t  detail;

    detail.data = link->tls.why;
    detail.len = link->tls.why_len;

    link->troubled = 1;
    ngx_pz_link_event(link, fault->event);
    ngx_pz_incident(&link->incidents, fault->incident, fault->level, err, fault->text,
                    &detail);

    /* The next fault has reasons of its own. */
    link->tls.why_len = 0;
}


void
ngx_pz_link_lost_hook(ngx_pz_link_t *link, ngx_uint_t unreachable)
{
    if (link->hooks.lost != NULL) {
        link->hooks.lost(link->hooks.data, unreachable);
    }

    if (link->follower.lost != NULL) {
        link->follower.lost(link->follower.data);
    }
}


void
ngx_pz_link_fail(ngx_pz_link_t *link, const ngx_pz_link_fault_t *fault,
    ngx_err_t err)
{
    ngx_uint_t  opened;

    if (fault == &ngx_pz_link_lost && link->state == NGX_PZ_LINK_READY) {
        opened = ngx_pz_breaker_lost(&link->breaker);

    } else if (fault->event == NGX_PZ_STORE_PROTOCOL
               && link->state == NGX_PZ_LINK_READY)
    {
        opened = ngx_pz_breaker_lost(&link->breaker);

    } else {
        opened = ngx_pz_breaker_failed(&link->breaker);
    }

    ngx_pz_link_close(link);
    ngx_pz_link_report(link, fault, err);

    if (opened) {
        ngx_pz_link_event(link, NGX_PZ_STORE_BREAKER_OPENED);
    }

    ngx_pz_backlog_fail(&link->backlog);
    ngx_pz_link_lost_hook(link, 0);
    ngx_pz_backlog_drain(&link->backlog);
}


ngx_uint_t
ngx_pz_link_leave(ngx_pz_link_t *link)
{
    if (!ngx_exiting || link->backlog.live > 0 || link->state == NGX_PZ_LINK_IDLE) {
        return 0;
    }

    if (link->hooks.stay != NULL && link->hooks.stay(link->hooks.data)) {
        return 0;
    }

    ngx_pz_link_close(link);
    ngx_pz_backlog_fail(&link->backlog);
    ngx_pz_backlog_drain(&link->backlog);
    return 1;
}
