#include "ngx_pz_sentinel.h"
#include "ngx_pz_keep.h"

#define NGX_PZ_SENTINEL_ARENA  16384
#define NGX_PZ_SENTINEL_BEAT   2000      /* ms */

static const ngx_pz_link_fault_t  ngx_pz_sentinel_useless = {
    NGX_PZ_INCIDENT_SENTINEL, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "a sentinel knows no usable address of this master (is its name right?), asking the next"
};


/* Keep what was told.  1: it is another server than before. */
static ngx_uint_t
ngx_pz_sentinel_learn(ngx_pz_sentinel_t *sentinel, const pz_redis_node_t *node)
{
    if (node->port == sentinel->port && node->host.len == sentinel->host.len
        && ngx_memcmp(node->host.data, sentinel->text, node->host.len) == 0)
    {
        return 0;
    }

    ngx_memcpy(sentinel->text, node->host.data, node->host.len);
    sentinel->host.data = sentinel->text;
    sentinel->host.len = node->host.len;
    sentinel->port = (in_port_t) node->port;
    return 1;
}


static ngx_int_t
ngx_pz_sentinel_aim(ngx_pz_sentinel_t *sentinel)
{
    if (sentinel->host.len == 0) {
        return NGX_ERROR;
    }

    return ngx_pz_resolve_aim(&sentinel->data->where, &sentinel->host, sentinel->port);
}


/* What the data link waited for is there, or nobody can tell. */
static void
ngx_pz_sentinel_release(ngx_pz_sentinel_t *sentinel)
{
    if (!sentinel->wanted) {
        return;
    }

    sentinel->wanted = 0;

    if (!sentinel->finding) {
        (void) ngx_pz_sentinel_aim(sentinel);
        ngx_pz_link_aimed(sentinel->data);
    }
}


/* From an event, since a connection may be closed by it. */
static void
ngx_pz_sentinel_moved(ngx_pz_sentinel_t *sentinel, ngx_uint_t changed)
{
    sentinel->fresh = 1;
    sentinel->failures = 0;

    if (sentinel->wanted) {
        ngx_pz_sentinel_release(sentinel);

    } else if (changed && !ngx_exiting) {
        ngx_pz_link_move(sentinel->data);
    }
}


static void
ngx_pz_sentinel_on_answer(ngx_pz_query_t *query)
{
    pz_redis_node_t     node;
    ngx_pz_sentinel_t  *sentinel = query->data;

    if (query->status == NGX_PZ_QUERY_CLOSED) {
        return;
    }

    /* A name that nobody here could resolve is as good as no answer. */
    if (query->status != NGX_PZ_QUERY_OK
        || pz_redis_sentinel_answer(query->replies[0], &node) != 0
        || query->replies[1] == NULL || query->replies[1]->type != PZ_REPLY_ARRAY
        || !ngx_pz_resolve_possible(&sentinel->data->where, &node.host))
    {
        ngx_post_event(&sentinel->refuse, &ngx_posted_events);
        return;
    }

    ngx_pz_breaker_replied(&sentinel->link.breaker);

    /* Against a master that proved to be one, a sentinel behind the times may not speak. */
    if (sentinel->data->state == NGX_PZ_LINK_READY) {
        return;
    }

    ngx_pz_sentinel_moved(sentinel, ngx_pz_sentinel_learn(sentinel, &node));
}


static void
ngx_pz_sentinel_on_refuse(ngx_event_t *ev)
{
    ngx_pz_sentinel_t  *sentinel = ev->data;

    if (sentinel->link.state == NGX_PZ_LINK_READY) {
        ngx_pz_link_fail(&sentinel->link, &ngx_pz_sentinel_useless, 0);
    }
}


/* --- the link to a sentinel ------------------------------------------------- */

static void
ngx_pz_sentinel_on_ready(void *data)
{
    ngx_pz_query_t     *query;
    ngx_pz_sentinel_t  *sentinel = data;

    query = &sentinel->query;
    pz_arena_reset(sentinel->arena);

    query->commands = sentinel->question;
    query->expected = PZ_REDIS_SENTINEL_REPLIES;
    query->arena = sentinel->arena;
    query->done = ngx_pz_sentinel_on_answer;
    query->data = sentinel;
    query->received = 0;

    if (ngx_pz_backlog_add(&sentinel->link.backlog, query,
                           sentinel->link.conf->connect_timeout)
        != NGX_OK)
    {
        ngx_post_event(&sentinel->refuse, &ngx_posted_events);
    }

    ngx_add_timer(&sentinel->beat, NGX_PZ_SENTINEL_BEAT);
}


static void
ngx_pz_sentinel_on_lost(void *data, ngx_uint_t unreachable)
{
    ngx_pz_sentinel_t  *sentinel = data;

    /* An attempt has tried them all. */
    sentinel->failures += unreachable ? sentinel->link.where.naddrs : 1;

    if (sentinel->failures >= sentinel->link.where.naddrs) {
        sentinel->failures = 0;
        ngx_pz_sentinel_release(sentinel);
    }
}


static void
ngx_pz_sentinel_on_message(void *data, const pz_reply_t *message)
{
    pz_redis_node_t     node;
    ngx_pz_sentinel_t  *sentinel = data;

    if (pz_redis_sentinel_moved(message, sentinel->master, &node) == 0
        && ngx_pz_resolve_possible(&sentinel->data->where, &node.host))
    {
        ngx_pz_sentinel_moved(sentinel, ngx_pz_sentinel_learn(sentinel, &node));
    }
}


static void
ngx_pz_sentinel_on_beat(ngx_event_t *ev)
{
    ngx_pz_sentinel_t  *sentinel = ev->data;

    if (ngx_exiting) {
        return;
    }

    if (sentinel->link.state == NGX_PZ_LINK_READY) {
        ngx_pz_link_ping(&sentinel->link);

    } else if (sentinel->link.breaker.state == NGX_PZ_BREAKER_CLOSED) {
        ngx_pz_link_hurry(&sentinel->link);
    }

    ngx_add_timer(&sentinel->beat, NGX_PZ_SENTINEL_BEAT);
}


/* --- the link to the master ------------------------------------------------- */

/*
 * Who subscribes may ask nothing more: a new question takes a new connection,
 * and that goes to the next sentinel, since this one may be behind the times.
 */
static ngx_int_t
ngx_pz_sentinel_find(void *data)
{
    ngx_pz_sentinel_t  *sentinel = data;

    if (sentinel->fresh) {
        return ngx_pz_sentinel_aim(sentinel);
    }

    sentinel->wanted = 1;
    sentinel->finding = 1;
    sentinel->failures = 0;

    if (sentinel->link.state == NGX_PZ_LINK_READY && sentinel->query.pending == NULL) {
        ngx_pz_link_close(&sentinel->link);
        ngx_pz_backlog_fail(&sentinel->link.backlog);
        ngx_pz_backlog_drain(&sentinel->link.backlog);
    }

    ngx_pz_link_hurry(&sentinel->link);
    sentinel->finding = 0;

    return sentinel->wanted ? NGX_AGAIN : ngx_pz_sentinel_aim(sentinel);
}


static void
ngx_pz_sentinel_on_master_lost(void *data, ngx_uint_t unreachable)
{
    ngx_pz_sentinel_t  *sentinel = data;

    (void) unreachable;
    sentinel->fresh = 0;
    sentinel->wanted = 0;
}


/* --------------------------------------------------------------------------- */

static ngx_int_t
ngx_pz_sentinel_question(ngx_pz_sentinel_t *sentinel, ngx_pool_t *pool)
{
    pz_sb_t  sb;

    pz_sb_init(&sb, sentinel->arena, NGX_PZ_SENTINEL_ARENA);
    pz_redis_sentinel_ask(&sb, sentinel->master);

    return ngx_pz_keep(pool, &sb, &sentinel->question);
}


ngx_int_t
ngx_pz_sentinel_init(ngx_pz_sentinel_t *sentinel, ngx_pz_link_t *data,
    const ngx_pz_store_conf_t *conf, ngx_pool_t *pool, ngx_log_t *log)
{
    sentinel->data = data;
    sentinel->master = conf->url.master;

    sentinel->refuse.handler = ngx_pz_sentinel_on_refuse;
    sentinel->refuse.data = sentinel;
    sentinel->refuse.log = log;

    sentinel->beat.handler = ngx_pz_sentinel_on_beat;
    sentinel->beat.data = sentinel;
    sentinel->beat.log = log;
    sentinel->beat.cancelable = 1;

    if (ngx_pz_link_init(&sentinel->link, conf->sentinel, pool, log, NULL, NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    /* Workers begin with different ones. */
    sentinel->link.addr = (ngx_uint_t) ngx_random() % sentinel->link.where.naddrs;

    sentinel->link.hooks.ready = ngx_pz_sentinel_on_ready;
    sentinel->link.hooks.lost = ngx_pz_sentinel_on_lost;
    sentinel->link.hooks.message = ngx_pz_sentinel_on_message;
    sentinel->link.hooks.data = sentinel;

    data->hooks.find = ngx_pz_sentinel_find;
    data->hooks.lost = ngx_pz_sentinel_on_master_lost;
    data->hooks.data = sentinel;

    sentinel->arena = pz_arena_create(NGX_PZ_SENTINEL_ARENA, 0);

    return sentinel->arena != NULL ? ngx_pz_sentinel_question(sentinel, pool) : NGX_ERROR;
}


void
ngx_pz_sentinel_destroy(ngx_pz_sentinel_t *sentinel)
{
    if (sentinel->refuse.posted) {
        ngx_delete_posted_event(&sentinel->refuse);
    }

    if (sentinel->beat.timer_set) {
        ngx_del_timer(&sentinel->beat);
    }

    ngx_pz_link_destroy(&sentinel->link);
    pz_arena_destroy(sentinel->arena);
}
