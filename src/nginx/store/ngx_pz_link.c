#include "ngx_pz_link.h"

#define NGX_PZ_LINK_ARENA    8192

static const ngx_pz_link_fault_t  ngx_pz_link_no_greeting = {
    NGX_PZ_INCIDENT_GREETING, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "no answer to the greeting in time, trying again"
};

static const ngx_pz_link_fault_t  ngx_pz_link_no_handshake = {
    NGX_PZ_INCIDENT_TLS, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "no end of the TLS handshake in time (is it a port for TLS?), trying again"
};

static const ngx_pz_link_fault_t  ngx_pz_link_hung = {
    NGX_PZ_INCIDENT_HUNG, NGX_PZ_STORE_LOST, NGX_LOG_ERR,
    "silent for too long, connection closed"
};

static void ngx_pz_link_on_timeout(void *data);
static void ngx_pz_link_on_retry(void *data);
static void ngx_pz_link_on_deadline(ngx_event_t *ev);


/* The configuration's addresses to begin with. */
static void
ngx_pz_link_place(ngx_pz_link_t *link)
{
    const ngx_pz_store_conf_t  *conf = link->conf;

    link->where.resolver = conf->resolver;
    link->where.timeout = ngx_min(conf->resolver_timeout, conf->connect_timeout);
    link->where.log = link->log;
    link->where.done = ngx_pz_link_found;
    link->where.data = link;

    link->where.host.data = (u_char *) conf->url.host.data;
    link->where.host.len = conf->url.host.len;
    link->where.port = (in_port_t) conf->url.port;
    link->where.addrs = conf->addrs;
    link->where.naddrs = conf->naddrs;
}


static void
ngx_pz_link_events(ngx_pz_link_t *link)
{
    link->deadline.handler = ngx_pz_link_on_deadline;
    link->deadline.data = link;
    link->deadline.log = link->log;
    link->deadline.cancelable = 1;

    link->push.handler = ngx_pz_link_on_push;
    link->push.data = link;
    link->push.log = link->log;
}


ngx_int_t
ngx_pz_link_init(ngx_pz_link_t *link, const ngx_pz_store_conf_t *conf,
    ngx_pool_t *pool, ngx_log_t *log, ngx_pz_store_on_event_pt on_event, void *data)
{
    ngx_int_t  rc;

    link->conf = conf;
    link->log = log;
    link->on_event = on_event;
    link->data = data;
    link->believed = 1;

    ngx_pz_tls_init(&link->tls, conf->tls, log);
    ngx_pz_link_place(link);
    ngx_pz_link_events(link);
    ngx_pz_backlog_init(&link->backlog, pool, log, ngx_pz_link_on_timeout, link);
    ngx_pz_breaker_init(&link->breaker, log, ngx_pz_link_on_retry, link);

    link->in = ngx_palloc(pool, NGX_PZ_LINK_BUFFER);
    link->out = ngx_palloc(pool, NGX_PZ_LINK_BUFFER);
    link->arena = pz_arena_create(NGX_PZ_LINK_ARENA, 0);

    if (link->in == NULL || link->out == NULL || link->arena == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_pz_greeting_build(&link->greeting, &conf->url,
                               conf->sentinel != NULL ? NGX_PZ_GREETING_MASTER
                               : conf->reads ? NGX_PZ_GREETING_REPLICA
                               : NGX_PZ_GREETING_ANYBODY,
                               link->arena, pool);
    pz_arena_reset(link->arena);

    link->out_pos = link->out;
    link->out_last = link->out;

    link->incidents.log = log;
    link->incidents.subject = conf->url.shown;

    return rc;
}


ngx_int_t
ngx_pz_link_room(ngx_pz_link_t *link, size_t bytes)
{
    pz_arena_destroy(link->arena);
    link->arena = pz_arena_create(bytes, 0);

    return link->arena != NULL ? NGX_OK : NGX_ERROR;
}


void
ngx_pz_link_destroy(ngx_pz_link_t *link)
{
    ngx_pz_link_close(link);
    ngx_pz_resolve_destroy(&link->where);

    if (link->push.posted) {
        ngx_delete_posted_event(&link->push);
    }

    ngx_pz_breaker_destroy(&link->breaker);
    ngx_pz_backlog_destroy(&link->backlog);
    pz_arena_destroy(link->arena);
}


void
ngx_pz_link_greeted(ngx_pz_link_t *link)
{
    if (link->deadline.timer_set) {
        ngx_del_timer(&link->deadline);
    }

    link->state = NGX_PZ_LINK_READY;
    ngx_pz_breaker_proved(&link->breaker);
    ngx_pz_link_event(link, NGX_PZ_STORE_CONNECTED);

    if (link->troubled) {
        link->troubled = 0;
        ngx_pz_incident(&link->incidents, NGX_PZ_INCIDENT_READY, NGX_LOG_NOTICE, 0,
                        "connected again", NULL);
    }

    if (link->hooks.ready != NULL) {
        link->hooks.ready(link->hooks.data);
    }

    if (link->follower.ready != NULL) {
        link->follower.ready(link->follower.data);
    }

    ngx_pz_link_push(link);
}


void
ngx_pz_link_renew(ngx_pz_link_t *link)
{
    ngx_pz_link_close(link);
    ngx_pz_link_event(link, NGX_PZ_STORE_LOST);
    ngx_pz_link_lost_hook(link, 0);

    if (link->backlog.count > 0 && ngx_pz_link_connect(link) != NGX_OK) {
        ngx_pz_backlog_fail(&link->backlog);
        ngx_pz_backlog_drain(&link->backlog);
    }
}


void
ngx_pz_link_hurry(ngx_pz_link_t *link)
{
    if (link->state != NGX_PZ_LINK_IDLE || ngx_exiting) {
        return;
    }

    ngx_pz_breaker_probe(&link->breaker);
    (void) ngx_pz_link_connect(link);
}


void
ngx_pz_link_move(ngx_pz_link_t *link)
{
    ngx_pz_link_close(link);

    if (link->follower.moved != NULL) {
        link->follower.moved(link->follower.data);
    }

    ngx_pz_backlog_lose(&link->backlog);
    ngx_pz_breaker_probe(&link->breaker);

    if (ngx_pz_link_connect(link) != NGX_OK) {
        ngx_pz_backlog_fail(&link->backlog);
    }

    ngx_pz_backlog_drain(&link->backlog);
}


void
ngx_pz_link_probe(ngx_pz_link_t *link)
{
    (void) ngx_pz_backlog_add_own(&link->backlog, link->greeting.ping, 1, 0);
    ngx_pz_link_push(link);
}


void
ngx_pz_link_ping(ngx_pz_link_t *link)
{
    ngx_pz_link_probe(link);

    /* Not anew: a server that hangs would be pinged for ever. */
    if (!link->deadline.timer_set) {
        ngx_add_timer(&link->deadline, NGX_PZ_LINK_SILENCE);
    }
}


void
ngx_pz_link_watch(ngx_pz_link_t *link)
{
    if (link->state == NGX_PZ_LINK_READY && !link->deadline.timer_set
        && ngx_pz_backlog_head(&link->backlog) != NULL)
    {
        ngx_add_timer(&link->deadline, NGX_PZ_LINK_SILENCE);
    }
}


static void
ngx_pz_link_on_timeout(void *data)
{
    ngx_pz_link_t  *link = data;

    ngx_pz_link_event(link, NGX_PZ_STORE_TIMED_OUT);

    if (ngx_pz_breaker_timed_out(&link->breaker)) {
        link->troubled = 1;
        ngx_pz_link_event(link, NGX_PZ_STORE_BREAKER_OPENED);
        ngx_pz_incident(&link->incidents, NGX_PZ_INCIDENT_TIMEOUT, NGX_LOG_WARN, 0,
                        "too many time-outs in a row, not asked for a while", NULL);
    }

    ngx_pz_link_watch(link);

    if (ngx_exiting) {
        ngx_pz_link_push(link);
    }
}


/* The half-open probe: a connection's greeting ends with PING as well. */
static void
ngx_pz_link_on_retry(void *data)
{
    ngx_pz_link_t  *link = data;

    if (ngx_exiting) {
        return;
    }

    if (link->state == NGX_PZ_LINK_IDLE) {
        (void) ngx_pz_link_connect(link);
        return;
    }

    if (link->state == NGX_PZ_LINK_READY) {
        ngx_pz_link_probe(link);
    }
}


static void
ngx_pz_link_on_deadline(ngx_event_t *ev)
{
    ngx_pz_link_t  *link = ev->data;

    switch (link->state) {
    case NGX_PZ_LINK_FINDING:
        ngx_pz_link_aimed(link);
        return;

    case NGX_PZ_LINK_CONNECTING:
        ngx_pz_link_fail(link, &ngx_pz_link_no_connection, NGX_ETIMEDOUT);
        return;

    case NGX_PZ_LINK_SECURING:
        ngx_pz_link_fail(link, &ngx_pz_link_no_handshake, 0);
        return;

    case NGX_PZ_LINK_GREETING:
        ngx_pz_link_fail(link, &ngx_pz_link_no_greeting, 0);
        return;

    default:
        ngx_pz_link_fail(link, &ngx_pz_link_hung, 0);
    }
}
