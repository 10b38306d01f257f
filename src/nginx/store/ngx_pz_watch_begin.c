/*
 * From a connection to a watch: its id, tracking, the subscription; or why not.
 */
#include "ngx_pz_watch_state.h"

#include "pz_hash.h"
#include "pz_redis_tracking.h"

#define NGX_PZ_WATCH_SCRATCH        4096
#define NGX_PZ_WATCH_REFUSED_AGAIN  30000    /* ms: rights may be given later */

static const ngx_pz_link_fault_t  ngx_pz_watch_useless = {
    NGX_PZ_INCIDENT_TRACKING, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "client tracking could not be set up, trying again; until then the cache is not believed"
};

static void ngx_pz_watch_on_id(ngx_pz_query_t *query);
static void ngx_pz_watch_on_begun(ngx_pz_query_t *query);


/* The next commands are in `sb`, from the watch's arena.  An answer comes in any case. */
static void
ngx_pz_watch_send(ngx_pz_watch_t *watch, pz_sb_t *sb, ngx_uint_t expected,
    ngx_pz_query_done_pt done)
{
    ngx_pz_query_t  *query;

    query = &watch->query;
    query->expected = expected;
    query->arena = watch->arena;
    query->done = done;
    query->data = watch;
    query->received = 0;
    ngx_memzero(query->replies, expected * sizeof(pz_reply_t *));

    if (pz_sb_done(sb, &query->commands) != 0
        || ngx_pz_backlog_add(&watch->link.backlog, query, watch->link.conf->connect_timeout)
           != NGX_OK)
    {
        ngx_post_event(&watch->end, &ngx_posted_events);
        return;
    }

    ngx_pz_link_push(&watch->link);
}


void
ngx_pz_watch_on_ready(void *data)
{
    pz_sb_t          sb;
    ngx_pz_watch_t  *watch = data;

    watch->state = NGX_PZ_WATCH_ASKING;
    watch->refusal = 0;

    pz_arena_reset(watch->arena);
    pz_sb_init(&sb, watch->arena, NGX_PZ_WATCH_SCRATCH);
    pz_redis_tracking_ask(&sb);
    ngx_pz_watch_send(watch, &sb, PZ_REDIS_TRACKING_REPLIES, ngx_pz_watch_on_id);
}


/* Out of this call, since it closes the link.  The first `n` replies may say why. */
static void
ngx_pz_watch_give_up(ngx_pz_watch_t *watch, ngx_uint_t n)
{
    ngx_uint_t       i;
    ngx_pz_query_t  *query;

    query = &watch->query;

    for (i = 0; query->status == NGX_PZ_QUERY_OK && i < n; i++) {
        if (pz_redis_tracking_is_refusal(query->replies[i])) {
            watch->refusal = 1;
        }
    }

    ngx_post_event(&watch->end, &ngx_posted_events);
}


/* Which server it is: one may have several addresses.  Without its word, the address. */
static uint32_t
ngx_pz_watch_source(const ngx_pz_watch_t *watch, pz_str_t server)
{
    uint32_t  source;

    if (server.len == 0) {
        server.data = (char *) watch->addr.sockaddr;
        server.len = watch->addr.socklen;
    }

    source = pz_hash_fnv1a32(PZ_FNV1A32_BASIS, server);
    return source != 0 ? source : 1;
}


static void
ngx_pz_watch_on_id(ngx_pz_query_t *query)
{
    int64_t          id;
    pz_sb_t          sb;
    ngx_pz_watch_t  *watch = query->data;

    if (query->status == NGX_PZ_QUERY_CLOSED) {
        return;
    }

    id = query->status == NGX_PZ_QUERY_OK ? pz_redis_tracking_id(query->replies[0]) : 0;

    if (id == 0) {
        ngx_pz_watch_give_up(watch, 1);
        return;
    }

    watch->source = ngx_pz_watch_source(watch, pz_redis_tracking_server(query->replies[1]));
    watch->asked = ngx_current_msec;

    pz_arena_reset(watch->arena);
    pz_sb_init(&sb, watch->arena, NGX_PZ_WATCH_SCRATCH);
    pz_redis_tracking_begin(&sb, id, watch->prefixes, watch->nprefixes);
    ngx_pz_watch_send(watch, &sb, PZ_REDIS_TRACKING_REPLIES, ngx_pz_watch_on_begun);
}


/*
 * The clock is read anew: by the time of this turn of the event loop, the server
 * may have made a change before it read the subscription.
 */
static void
ngx_pz_watch_on_begun(ngx_pz_query_t *query)
{
    ngx_pz_watch_t       *watch = query->data;
    ngx_pz_store_news_t   news;

    if (query->status == NGX_PZ_QUERY_CLOSED) {
        return;
    }

    if (query->status != NGX_PZ_QUERY_OK || !pz_redis_tracking_begun(query->replies)) {
        ngx_pz_watch_give_up(watch, query->expected);
        return;
    }

    ngx_time_update();
    watch->state = NGX_PZ_WATCH_WATCHING;
    watch->told = 0;
    watch->known = 1;
    watch->began = ngx_current_msec;

    ngx_memzero(&news, sizeof(ngx_pz_store_news_t));
    news.event = NGX_PZ_STORE_NEWS_BEGUN;
    news.source = watch->source;
    news.since = ngx_current_msec + NGX_PZ_STORE_CLOCK;
    news.until = watch->asked;
    ngx_pz_watch_tell(watch, &news);

    ngx_pz_watch_ping(watch);
    ngx_pz_watch_beat(watch);
}


void
ngx_pz_watch_on_end(ngx_event_t *ev)
{
    ngx_pz_watch_t  *watch = ev->data;

    if (watch->link.state != NGX_PZ_LINK_READY) {
        return;
    }

    if (!watch->refusal) {
        ngx_pz_link_fail(&watch->link, &ngx_pz_watch_useless, 0);
        return;
    }

    /* A refusal that is repeated is not news of a loss. */
    watch->known = 0;
    ngx_pz_watch_hang_up(watch);
    watch->state = NGX_PZ_WATCH_REFUSED;
    watch->known = 1;
    ngx_add_timer(&watch->beat, NGX_PZ_WATCH_REFUSED_AGAIN);

    if (!watch->told) {
        watch->told = 1;
        ngx_pz_incident(&watch->link.incidents, NGX_PZ_INCIDENT_TRACKING, NGX_LOG_WARN, 0,
                        "CLIENT TRACKING is refused (the user lacks the right, or Redis is older "
                        "than 6): changes are seen when \"ttl\" has passed", NULL);
    }

    ngx_pz_watch_tell_event(watch, NGX_PZ_STORE_NEWS_REFUSED, 0);
}
