#include "ngx_pz_near.h"

#define NGX_PZ_NEAR_BEAT  2000      /* ms */


static void
ngx_pz_near_look(ngx_pz_link_t *link)
{
    if (link->state == NGX_PZ_LINK_READY) {
        ngx_pz_link_ping(link);

    } else if (link->state == NGX_PZ_LINK_IDLE) {
        (void) ngx_pz_link_connect(link);
    }
}


static void
ngx_pz_near_on_beat(ngx_event_t *ev)
{
    ngx_pz_near_t  *near = ev->data;

    if (ngx_exiting) {
        return;
    }

    /* One that is down, its breaker probes. */
    if (ngx_pz_near_is_up(near->link)) {
        ngx_pz_near_look(near->link);
    }

    ngx_pz_near_begin(near);
}


void
ngx_pz_near_init(ngx_pz_near_t *near, ngx_pz_link_t *link, ngx_log_t *log)
{
    near->link = link;
    near->beat.handler = ngx_pz_near_on_beat;
    near->beat.data = near;
    near->beat.log = log;
    near->beat.cancelable = 1;
}


/* One that has lost its master tells of no change: that may not last for a heartbeat. */
void
ngx_pz_near_begin(ngx_pz_near_t *near)
{
    if (!near->beat.timer_set) {
        ngx_add_timer(&near->beat, ngx_min(near->link->conf->heartbeat / 2, NGX_PZ_NEAR_BEAT));
    }
}


void
ngx_pz_near_end(ngx_pz_near_t *near)
{
    if (near->beat.timer_set) {
        ngx_del_timer(&near->beat);
    }
}


ngx_uint_t
ngx_pz_near_is_up(const ngx_pz_link_t *link)
{
    return link->breaker.state == NGX_PZ_BREAKER_CLOSED;
}


ngx_uint_t
ngx_pz_near_is_usable(const ngx_pz_link_t *link)
{
    return ngx_pz_near_is_up(link) && link->backlog.count < link->conf->max_pending;
}


ngx_int_t
ngx_pz_near_send(ngx_pz_near_t *near, ngx_pz_query_t *query)
{
    if (!ngx_pz_near_is_usable(near->link)
        || ngx_pz_link_send(near->link, query) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_pz_link_event(near->link, NGX_PZ_STORE_NEAR);
    return NGX_OK;
}
