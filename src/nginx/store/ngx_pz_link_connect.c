#include "ngx_pz_link.h"

#include <ngx_event_connect.h>

#include "pz_redis_slot.h"

static const ngx_pz_link_fault_t  ngx_pz_link_insecure = {
    NGX_PZ_INCIDENT_TLS, NGX_PZ_STORE_CONNECT_FAILED, NGX_LOG_ERR,
    "TLS with the server failed, trying again"
};


/*
 * nginx logs every connect() that fails; here one line an incident is enough,
 * so only what is an alert passes its log.
 */
static ngx_int_t
ngx_pz_link_open(ngx_pz_link_t *link, const ngx_addr_t *addr, ngx_connection_t **c)
{
    ngx_int_t               rc;
    ngx_log_t               quiet;
    ngx_peer_connection_t   peer;

    quiet = *link->log;
    quiet.log_level = ngx_min(quiet.log_level, NGX_LOG_ALERT);

    ngx_memzero(&peer, sizeof(ngx_peer_connection_t));
    peer.sockaddr = addr->sockaddr;
    peer.socklen = addr->socklen;
    peer.name = (ngx_str_t *) &addr->name;
    peer.get = ngx_event_get_peer;
    peer.log = &quiet;
    peer.log_error = NGX_ERROR_INFO;
    peer.so_keepalive = addr->sockaddr->sa_family != AF_UNIX;

    ngx_set_errno(0);
    rc = ngx_event_connect_peer(&peer);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        return NGX_ERROR;
    }

    *c = peer.connection;
    (*c)->log = link->log;
    (*c)->read->log = link->log;
    (*c)->write->log = link->log;

    return rc;
}


/* The next address: NGX_OK connected, NGX_AGAIN under way, NGX_ERROR. */
static ngx_int_t
ngx_pz_link_socket(ngx_pz_link_t *link, ngx_err_t *err)
{
    ngx_int_t          rc;
    ngx_uint_t         at;
    const ngx_addr_t  *addr;
    ngx_connection_t  *c;

    at = link->addr % link->where.naddrs;
    addr = &link->where.addrs[at];
    link->addr = (at + 1) % link->where.naddrs;
    link->addrs_left--;

    /* Of several servers in one URL, each has a name of its own. */
    link->name = link->where.addrs == link->conf->addrs && link->conf->names != NULL
                 ? link->conf->names[at] : link->where.host;

    rc = ngx_pz_link_open(link, addr, &c);

    if (rc == NGX_ERROR) {
        *err = ngx_errno;
        return NGX_ERROR;
    }

    c->data = link;
    c->read->handler = ngx_pz_link_on_read;
    c->write->handler = ngx_pz_link_on_write;

    /* What a worker on its way out may close at once when it is asked to. */
    c->idle = 1;

    (void) ngx_tcp_nodelay(c);

    link->connection = c;
    link->peer = addr;
    return rc;
}


/* One attempt over the addresses that are left; no done() is called. */
static ngx_int_t
ngx_pz_link_attempt(ngx_pz_link_t *link, ngx_err_t *err)
{
    ngx_int_t  rc;

    while (link->addrs_left > 0) {
        rc = ngx_pz_link_socket(link, err);

        if (rc == NGX_ERROR) {
            continue;
        }

        link->state = NGX_PZ_LINK_CONNECTING;

        if (rc == NGX_OK) {
            ngx_pz_link_connected(link);
        }

        return NGX_OK;
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_pz_link_dial(ngx_pz_link_t *link)
{
    ngx_err_t   err;
    ngx_msec_t  timeout;

    err = 0;
    link->state = NGX_PZ_LINK_IDLE;
    link->addrs_left = link->where.naddrs;

    if (ngx_pz_link_attempt(link, &err) == NGX_OK) {
        timeout = link->conf->connect_timeout;
        ngx_add_timer(&link->deadline, timeout > 0 ? timeout : 1000);
        return NGX_OK;
    }

    if (ngx_pz_breaker_failed(&link->breaker)) {
        ngx_pz_link_event(link, NGX_PZ_STORE_BREAKER_OPENED);
    }

    ngx_pz_link_report(link, &ngx_pz_link_no_connection, err);
    ngx_pz_link_lost_hook(link, 1);
    return NGX_ERROR;
}


/* No answer is no reason not to try what was right before. */
static void
ngx_pz_link_unresolved(ngx_pz_link_t *link)
{
    ngx_str_t  why;

    why.data = (u_char *) link->where.why;
    why.len = ngx_strlen(link->where.why);

    ngx_pz_incident(&link->incidents, NGX_PZ_INCIDENT_NAME, NGX_LOG_ERR, 0,
                    link->where.naddrs > 0
                    ? "the host's name is not resolved, its last address is tried"
                    : "the host's name is not resolved",
                    &why);
}


static ngx_int_t
ngx_pz_link_resolve(ngx_pz_link_t *link)
{
    ngx_int_t  rc;

    rc = ngx_pz_resolve(&link->where);

    if (rc == NGX_AGAIN) {
        link->state = NGX_PZ_LINK_FINDING;
        return NGX_OK;
    }

    if (rc != NGX_OK && link->where.why != NULL) {
        ngx_pz_link_unresolved(link);
    }

    return ngx_pz_link_dial(link);
}


ngx_int_t
ngx_pz_link_connect(ngx_pz_link_t *link)
{
    ngx_int_t  rc;

    if (link->hooks.find == NULL) {
        return ngx_pz_link_resolve(link);
    }

    link->state = NGX_PZ_LINK_FINDING;
    rc = link->hooks.find(link->hooks.data);

    if (rc == NGX_AGAIN) {
        ngx_add_timer(&link->deadline, ngx_max(link->conf->connect_timeout, 1));
        return NGX_OK;
    }

    /* Without an answer, what was known before is tried. */
    link->state = NGX_PZ_LINK_IDLE;
    return ngx_pz_link_resolve(link);
}


void
ngx_pz_link_aimed(ngx_pz_link_t *link)
{
    if (link->state != NGX_PZ_LINK_FINDING || ngx_pz_link_leave(link)) {
        return;
    }

    if (link->deadline.timer_set) {
        ngx_del_timer(&link->deadline);
    }

    link->state = NGX_PZ_LINK_IDLE;

    if (ngx_pz_link_resolve(link) != NGX_OK) {
        ngx_pz_backlog_fail(&link->backlog);
        ngx_pz_backlog_drain(&link->backlog);
    }
}


void
ngx_pz_link_found(void *data, ngx_int_t rc)
{
    ngx_pz_link_t  *link = data;

    if (ngx_pz_link_leave(link)) {
        return;
    }

    if (rc != NGX_OK) {
        ngx_pz_link_unresolved(link);
    }

    if (ngx_pz_link_dial(link) != NGX_OK) {
        ngx_pz_backlog_fail(&link->backlog);
        ngx_pz_backlog_drain(&link->backlog);
    }
}


static void
ngx_pz_link_greet(ngx_pz_link_t *link)
{
    pz_redis_limits_t  limits;

    ngx_memzero(&limits, sizeof(pz_redis_limits_t));
    limits.bytes = NGX_PZ_LINK_REPLY_MAX;

    /* A map of a cluster, at the worst with each slot by itself. */
    if (link->conf->url.scheme == PZ_REDIS_CLUSTER) {
        limits.elements = PZ_REDIS_SLOTS * NGX_PZ_LINK_RANGE;
    }

    link->state = NGX_PZ_LINK_GREETING;
    link->reader = pz_redis_reader_create(&limits);

    /* Without memory the deadline ends the attempt. */
    if (link->reader != NULL) {
        (void) ngx_pz_backlog_add_own(&link->backlog, link->greeting.commands,
                                      link->greeting.nsteps, 1);
    }

    ngx_pz_link_push(link);
}


/* A handshake may fail: that is for an event, and this may be called from inside send(). */
void
ngx_pz_link_connected(ngx_pz_link_t *link)
{
    if (link->conf->tls == NULL) {
        ngx_pz_link_greet(link);
        return;
    }

    link->state = NGX_PZ_LINK_SECURING;
    ngx_pz_link_push(link);
}


void
ngx_pz_link_secure(ngx_pz_link_t *link)
{
    ngx_int_t          rc;
    ngx_connection_t  *c;

    c = link->connection;
    rc = NGX_OK;

    /* begin() makes it; c->ssl is not there in an nginx without SSL. */
    if (c->pool == NULL) {
        rc = ngx_pz_tls_begin(&link->tls, c, &link->name);
    }

    if (rc == NGX_OK) {
        rc = ngx_pz_tls_handshake(&link->tls, c);
    }

    if (rc == NGX_OK) {
        ngx_pz_link_greet(link);

        /* What came behind the handshake, an alert perhaps, makes no event of its own. */
        ngx_post_event(c->read, &ngx_posted_events);

    } else if (rc != NGX_AGAIN) {
        ngx_pz_link_fail(link, &ngx_pz_link_insecure, 0);
    }
}


void
ngx_pz_link_unreachable(ngx_pz_link_t *link, ngx_err_t err)
{
    ngx_pz_link_hang_up(link);
    link->state = NGX_PZ_LINK_IDLE;

    if (ngx_pz_link_attempt(link, &err) != NGX_OK) {
        ngx_pz_link_fail(link, &ngx_pz_link_no_connection, err);
    }
}
