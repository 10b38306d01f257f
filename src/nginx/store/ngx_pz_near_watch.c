#include "ngx_pz_near_watch.h"

#include "ngx_pz_near.h"


static void
ngx_pz_near_watch_settle(ngx_pz_near_watch_t *near)
{
    ngx_uint_t            up, turned;
    ngx_pz_store_news_t   sum;

    up = ngx_pz_near_is_up(near->replica.watch.data);

    ngx_pz_watch_sum_begin(&sum);
    turned = ngx_pz_watch_sum_add(&sum, &near->replica.watch, &near->replica.news, up);
    turned |= ngx_pz_watch_sum_add(&sum, &near->master.watch, &near->master.news, !up);

    if (turned) {
        ngx_post_event(&near->reach, &ngx_posted_events);
    }

    ngx_pz_watch_sum_tell(&near->told, &sum);
}


static void
ngx_pz_near_watch_on_news(void *data, const ngx_pz_store_news_t *news)
{
    ngx_pz_near_side_t  *side = data;

    if (ngx_pz_watch_told_take(&side->near->told, &side->news, news)) {
        ngx_pz_near_watch_settle(side->near);
    }
}


/* It may never have been watched, so that its watch has nothing to tell of this. */
static void
ngx_pz_near_watch_on_lost(void *data, ngx_uint_t unreachable)
{
    (void) unreachable;
    ngx_pz_near_watch_settle(data);
}


/* The replica's watch stands ready, wherever reads go: with its begin they come back. */
static void
ngx_pz_near_watch_on_reach(ngx_event_t *ev)
{
    ngx_pz_watch_t  *master;

    master = &((ngx_pz_near_watch_t *) ev->data)->master.watch;
    ngx_pz_watch_want(master, master->data->believed);
}


static ngx_int_t
ngx_pz_near_watch_side(ngx_pz_near_watch_t *near, ngx_pz_near_side_t *side, ngx_pz_link_t *data,
    const pz_str_t *kinds, ngx_uint_t nkinds, ngx_pool_t *pool, ngx_log_t *log)
{
    side->near = near;
    side->news.event = NGX_PZ_STORE_NEWS_LOST;

    return ngx_pz_watch_init(&side->watch, data, data->conf, kinds, nkinds, pool, log,
                             ngx_pz_near_watch_on_news, side);
}


ngx_int_t
ngx_pz_near_watch_init(ngx_pz_near_watch_t *near, ngx_pz_link_t *replica,
    ngx_pz_link_t *master, const pz_str_t *kinds, ngx_uint_t nkinds, ngx_pool_t *pool,
    ngx_log_t *log, ngx_pz_store_on_news_pt on_news, void *sink)
{
    if (ngx_pz_near_watch_side(near, &near->replica, replica, kinds, nkinds, pool, log) != NGX_OK
        || ngx_pz_near_watch_side(near, &near->master, master, kinds, nkinds, pool, log) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_pz_watch_told_init(&near->told, on_news, sink);

    near->reach.handler = ngx_pz_near_watch_on_reach;
    near->reach.data = near;
    near->reach.log = log;

    replica->hooks.lost = ngx_pz_near_watch_on_lost;
    replica->hooks.data = near;

    master->believed = 0;
    ngx_pz_watch_want(&near->master.watch, 0);
    return NGX_OK;
}


void
ngx_pz_near_watch_destroy(ngx_pz_near_watch_t *near)
{
    if (near->reach.posted) {
        ngx_delete_posted_event(&near->reach);
    }

    ngx_pz_watch_destroy(&near->replica.watch);
    ngx_pz_watch_destroy(&near->master.watch);
}
