#include "ngx_pz_watch.h"

#include "pz_redis_tracking.h"

#define NGX_PZ_WATCH_ROOM       (16 * 1024 * 1024)   /* bytes of the largest message, as read */
#define NGX_PZ_WATCH_ARENA      16384
#define NGX_PZ_WATCH_DELAY_MAX  10000
#define NGX_PZ_WATCH_STEADY     10000                /* ms, then it was no failure */
#define NGX_PZ_WATCH_LAST       600                  /* ms that a worker on its way out goes on */
#define NGX_PZ_WATCH_LAST_BEAT  50


/* Until another attempt. */
static void
ngx_pz_watch_wait(ngx_pz_watch_t *watch)
{
    ngx_msec_t  delay;

    delay = watch->delay;
    watch->delay = ngx_min(2 * delay, NGX_PZ_WATCH_DELAY_MAX);

    /* Half of it is chance: the workers of many servers lose their connections at one time. */
    ngx_add_timer(&watch->beat, delay / 2 + (ngx_msec_t) ngx_random() % (delay / 2 + 1));
}


static void
ngx_pz_watch_on_message(void *data, const pz_reply_t *message)
{
    ngx_pz_watch_t       *watch = data;
    ngx_pz_store_news_t   news;

    ngx_memzero(&news, sizeof(ngx_pz_store_news_t));

    switch (pz_redis_tracking_read(message, &news.keys)) {
    case PZ_REDIS_TRACKING_KEYS:
        news.event = NGX_PZ_STORE_NEWS_CHANGED;
        break;
    case PZ_REDIS_TRACKING_ALL:
        news.event = NGX_PZ_STORE_NEWS_FLUSHED;
        break;
    default:
        return;
    }

    ngx_pz_watch_tell(watch, &news);
}


/*
 * Redis writes what it has to tell of a change before it answers a PING that it
 * reads later: all that was changed when the PING was queued has been told.
 */
static void
ngx_pz_watch_on_pong(void *data, ngx_msec_t when)
{
    ngx_pz_watch_t  *watch = data;

    if (watch->state != NGX_PZ_WATCH_WATCHING) {
        return;
    }

    watch->pinged = 0;
    ngx_pz_breaker_replied(&watch->link.breaker);

    if (ngx_current_msec - watch->began > NGX_PZ_WATCH_STEADY) {
        watch->delay = NGX_PZ_WATCH_DELAY_MIN;
    }

    ngx_pz_watch_tell_event(watch, NGX_PZ_STORE_NEWS_ALIVE, when);

    /* What a late answer vouches for is over by now, or nearly: it does not wait for a beat. */
    if (ngx_current_msec - when >= watch->link.conf->heartbeat / 2) {
        ngx_pz_watch_ping(watch);
    }
}


static void
ngx_pz_watch_on_beat(ngx_event_t *ev)
{
    ngx_pz_link_t   *link;
    ngx_pz_watch_t  *watch = ev->data;

    link = &watch->link;

    if (ngx_exiting) {
        return;
    }

    if (watch->state == NGX_PZ_WATCH_WATCHING) {

        if (!watch->pinged) {
            ngx_pz_watch_ping(watch);

        } else if (ngx_current_msec - watch->pinged_at >= link->conf->heartbeat / 2) {
            ngx_pz_watch_tell_event(watch, NGX_PZ_STORE_NEWS_MISSED, 0);
        }

        ngx_pz_watch_beat(watch);
        return;
    }

    /* Whatever becomes of it, the link tells. */
    ngx_pz_link_hurry(link);
}


static void
ngx_pz_watch_on_lost(void *data, ngx_uint_t unreachable)
{
    ngx_pz_watch_t  *watch = data;

    (void) unreachable;
    ngx_pz_watch_away(watch);

    /* The breaker takes each good reply for health; attempts have their pauses here. */
    ngx_pz_breaker_probe(&watch->link.breaker);

    if (!ngx_exiting) {
        ngx_pz_watch_wait(watch);
    }
}


/* --- a worker on its way out ------------------------------------------------ */

/*
 * It goes on for a moment: the workers that take over may use what is cached if
 * somebody vouches for the time until their own subscriptions are there.
 */
static ngx_uint_t
ngx_pz_watch_stay(void *data)
{
    ngx_pz_watch_t  *watch = data;

    if (watch->state != NGX_PZ_WATCH_WATCHING || watch->left) {
        return 0;
    }

    if (!watch->leaving) {
        watch->leaving = 1;
        watch->leaving_at = ngx_current_msec;
        ngx_pz_watch_ping(watch);
        ngx_add_timer(&watch->last, NGX_PZ_WATCH_LAST_BEAT);
    }

    return 1;
}


/* No cancelable timer: the worker waits for it. */
static void
ngx_pz_watch_on_last(ngx_event_t *ev)
{
    ngx_pz_watch_t  *watch = ev->data;

    if (watch->state != NGX_PZ_WATCH_WATCHING
        || ngx_current_msec - watch->leaving_at >= NGX_PZ_WATCH_LAST)
    {
        watch->left = 1;
        ngx_pz_link_push(&watch->link);
        return;
    }

    if (!watch->pinged) {
        ngx_pz_watch_ping(watch);
    }

    ngx_add_timer(&watch->last, NGX_PZ_WATCH_LAST_BEAT);
}


/* --------------------------------------------------------------------------- */

/* Who subscribes may ask PING only: ROLE, which a replica is asked, is the data link's affair. */
static const ngx_pz_store_conf_t *
ngx_pz_watch_conf(const ngx_pz_store_conf_t *conf, ngx_pool_t *pool)
{
    ngx_pz_store_conf_t  *own;

    if (!conf->reads) {
        return conf;
    }

    own = ngx_palloc(pool, sizeof(ngx_pz_store_conf_t));

    if (own != NULL) {
        *own = *conf;
        own->reads = 0;
    }

    return own;
}


static ngx_int_t
ngx_pz_watch_prefix(ngx_pz_watch_t *watch, pz_str_t kind, ngx_pool_t *pool)
{
    u_char           *p;
    const ngx_str_t  *prefix;

    prefix = &watch->link.conf->prefix;
    p = ngx_pnalloc(pool, prefix->len + kind.len);

    if (p == NULL || watch->nprefixes == NGX_PZ_WATCH_KINDS) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, prefix->data, prefix->len);
    ngx_memcpy(p + prefix->len, kind.data, kind.len);
    watch->prefixes[watch->nprefixes++] = (pz_str_t) { (char *) p, prefix->len + kind.len };

    return NGX_OK;
}


static void
ngx_pz_watch_hook(ngx_pz_watch_t *watch)
{
    ngx_pz_link_hooks_t  *hooks;

    hooks = &watch->link.hooks;
    hooks->ready = ngx_pz_watch_on_ready;
    hooks->lost = ngx_pz_watch_on_lost;
    hooks->message = ngx_pz_watch_on_message;
    hooks->pong = ngx_pz_watch_on_pong;
    hooks->stay = ngx_pz_watch_stay;
    hooks->data = watch;

    ngx_pz_watch_follow(watch);
}


static void
ngx_pz_watch_event(ngx_event_t *ev, ngx_event_handler_pt handler, ngx_pz_watch_t *watch,
    ngx_log_t *log)
{
    ev->handler = handler;
    ev->data = watch;
    ev->log = log;
}


ngx_int_t
ngx_pz_watch_init(ngx_pz_watch_t *watch, ngx_pz_link_t *data,
    const ngx_pz_store_conf_t *conf, const pz_str_t *kinds, ngx_uint_t nkinds,
    ngx_pool_t *pool, ngx_log_t *log, ngx_pz_store_on_news_pt on_news, void *sink)
{
    ngx_uint_t  i;

    watch->data = data;
    watch->on_news = on_news;
    watch->sink = sink;
    watch->delay = NGX_PZ_WATCH_DELAY_MIN;

    ngx_pz_watch_event(&watch->beat, ngx_pz_watch_on_beat, watch, log);
    ngx_pz_watch_event(&watch->end, ngx_pz_watch_on_end, watch, log);
    ngx_pz_watch_event(&watch->last, ngx_pz_watch_on_last, watch, log);
    watch->beat.cancelable = 1;

    conf = ngx_pz_watch_conf(conf, pool);

    if (conf == NULL
        || ngx_pz_link_init(&watch->link, conf, pool, log, NULL, NULL) != NGX_OK
        || ngx_pz_link_room(&watch->link, NGX_PZ_WATCH_ROOM) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* Its address is the data link's, found already. */
    watch->link.where.resolver = NULL;

    for (i = 0; i < nkinds; i++) {
        if (ngx_pz_watch_prefix(watch, kinds[i], pool) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    watch->arena = pz_arena_create(NGX_PZ_WATCH_ARENA, 0);
    if (watch->arena == NULL) {
        return NGX_ERROR;
    }

    ngx_pz_watch_hook(watch);
    return NGX_OK;
}


void
ngx_pz_watch_destroy(ngx_pz_watch_t *watch)
{
    if (watch->beat.timer_set) {
        ngx_del_timer(&watch->beat);
    }

    if (watch->last.timer_set) {
        ngx_del_timer(&watch->last);
    }

    if (watch->end.posted) {
        ngx_delete_posted_event(&watch->end);
    }

    ngx_memzero(&watch->data->follower, sizeof(ngx_pz_link_follower_t));
    ngx_pz_link_destroy(&watch->link);
    pz_arena_destroy(watch->arena);
}


const char *
ngx_pz_watch_word(const ngx_pz_watch_t *watch)
{
    if (watch->resting) {
        return "off";
    }

    switch (watch->state) {
    case NGX_PZ_WATCH_WATCHING:
        return "watching";
    case NGX_PZ_WATCH_REFUSED:
        return "refused";
    default:
        return "connecting";
    }
}
