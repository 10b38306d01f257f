#include "ngx_pz_near.h"

#define NGX_PZ_NEAR_BEAT  2000      /* ms */


static void
ngx_pz_near_on_beat(ngx_event_t *ev)
{
    ngx_pz_near_t  *near = ev->data;

    if (ngx_exiting) {
        return;
    }

    if (near->link->state == NGX_PZ_LINK_READY) {
        ngx_pz_link_ping(near->link);

    } else if (near->link->state == NGX_PZ_LINK_IDLE
               && near->link->breaker.state == NGX_PZ_BREAKER_CLOSED)
    {
        /* Where it is watched no query will: it is not asked before that. */
        (void) ngx_pz_link_connect(near->link);
    }

    ngx_add_timer(ev, NGX_PZ_NEAR_BEAT);
}


void
ngx_pz_near_init(ngx_pz_near_t *near, ngx_pz_link_t *link, ngx_log_t *log)
{
    near->link = link;
    near->beat.handler = ngx_pz_near_on_beat;
    near->beat.data = near;
    near->beat.log = log;
    near->beat.cancelable = 1;

    ngx_add_timer(&near->beat, NGX_PZ_NEAR_BEAT);
}


void
ngx_pz_near_destroy(ngx_pz_near_t *near)
{
    if (near->beat.timer_set) {
        ngx_del_timer(&near->beat);
    }
}


ngx_uint_t
ngx_pz_near_is_usable(const ngx_pz_link_t *link)
{
    return link->breaker.state == NGX_PZ_BREAKER_CLOSED
           && link->backlog.count < link->conf->max_pending;
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
