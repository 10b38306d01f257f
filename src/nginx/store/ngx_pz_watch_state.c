#include "ngx_pz_watch_state.h"


void
ngx_pz_watch_tell(ngx_pz_watch_t *watch, ngx_pz_store_news_t *news)
{
    watch->on_news(watch->sink, news);
}


void
ngx_pz_watch_tell_event(ngx_pz_watch_t *watch, ngx_pz_store_news_e event, ngx_msec_t when)
{
    ngx_pz_store_news_t  news;

    ngx_memzero(&news, sizeof(ngx_pz_store_news_t));
    news.event = event;
    news.until = when;
    ngx_pz_watch_tell(watch, &news);
}


void
ngx_pz_watch_ping(ngx_pz_watch_t *watch)
{
    watch->pinged = 1;
    watch->pinged_at = ngx_current_msec;
    ngx_pz_link_ping(&watch->link);
}


/* Often at first, so that what others vouch for is known soon. */
void
ngx_pz_watch_beat(ngx_pz_watch_t *watch)
{
    ngx_msec_t  heartbeat;

    heartbeat = watch->link.conf->heartbeat;

    ngx_add_timer(&watch->beat, ngx_current_msec - watch->began < heartbeat ? heartbeat / 20
                                                                           : heartbeat / 2);
}


void
ngx_pz_watch_away(ngx_pz_watch_t *watch)
{
    watch->state = NGX_PZ_WATCH_AWAY;
    watch->pinged = 0;

    if (watch->known) {
        watch->known = 0;
        ngx_pz_watch_tell_event(watch, NGX_PZ_STORE_NEWS_LOST, 0);
    }
}


void
ngx_pz_watch_hang_up(ngx_pz_watch_t *watch)
{
    ngx_pz_link_close(&watch->link);
    ngx_pz_watch_away(watch);
    ngx_pz_backlog_fail(&watch->link.backlog);
    ngx_pz_backlog_drain(&watch->link.backlog);
}
