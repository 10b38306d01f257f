#include "ngx_pz_near_watch.h"

#include "ngx_pz_near.h"


static ngx_pz_near_side_t *
ngx_pz_near_watch_wanted(ngx_pz_near_watch_t *near)
{
    return ngx_pz_near_is_usable(near->replica.watch.data) && ngx_pz_near_watch_may_ask(near)
           ? &near->replica : &near->master;
}


ngx_uint_t
ngx_pz_near_watch_may_ask(const ngx_pz_near_watch_t *near)
{
    return near->replica.news.event != NGX_PZ_STORE_NEWS_LOST;
}


/* From another server: its news as they stand. */
static void
ngx_pz_near_watch_turn(ngx_pz_near_watch_t *near, ngx_pz_near_side_t *to)
{
    near->active = to;
    near->on_news(near->sink, &to->news);
}


static void
ngx_pz_near_watch_on_news(void *data, const ngx_pz_store_news_t *news)
{
    ngx_pz_near_side_t   *wanted, *side = data;
    ngx_pz_near_watch_t  *near = side->near;

    switch (news->event) {
    case NGX_PZ_STORE_NEWS_ALIVE:
        side->news.until = news->until;
        break;

    case NGX_PZ_STORE_NEWS_BEGUN:
    case NGX_PZ_STORE_NEWS_LOST:
    case NGX_PZ_STORE_NEWS_REFUSED:
        side->news = *news;
        break;

    default:
        /* A change is a change, whoever tells of it. */
        near->on_news(near->sink, news);
        return;
    }

    /* Each side's heartbeat is a chance to see that reads go elsewhere now. */
    wanted = ngx_pz_near_watch_wanted(near);

    if (wanted != near->active) {
        ngx_pz_near_watch_turn(near, wanted);

    } else if (side == wanted) {
        near->on_news(near->sink, news);
    }
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
    near->on_news = on_news;
    near->sink = sink;
    near->active = &near->replica;

    return ngx_pz_near_watch_side(near, &near->replica, replica, kinds, nkinds, pool, log) == NGX_OK
           && ngx_pz_near_watch_side(near, &near->master, master, kinds, nkinds, pool, log)
              == NGX_OK
           ? NGX_OK : NGX_ERROR;
}


void
ngx_pz_near_watch_destroy(ngx_pz_near_watch_t *near)
{
    ngx_pz_watch_destroy(&near->replica.watch);
    ngx_pz_watch_destroy(&near->master.watch);
}


const char *
ngx_pz_near_watch_word(const ngx_pz_near_watch_t *near)
{
    return ngx_pz_watch_word(&near->active->watch);
}
