#include "ngx_pz_link.h"

#include "pz_redis_redirect.h"
#include "pz_redis_sentinel.h"

#define NGX_PZ_FAULT(name, incident, event, text)                              \
    static const ngx_pz_link_fault_t  name = {                                 \
        NGX_PZ_INCIDENT_##incident, NGX_PZ_STORE_##event, NGX_LOG_ERR, text    \
    }

NGX_PZ_FAULT(ngx_pz_reply_garbage, PROTOCOL, PROTOCOL,
    "what came is no RESP2 reply or passes a limit, connection closed");
NGX_PZ_FAULT(ngx_pz_reply_tls, PROTOCOL, PROTOCOL,
    "the server speaks TLS: write rediss:// in personalize_redis");
NGX_PZ_FAULT(ngx_pz_reply_unasked, PROTOCOL, PROTOCOL,
    "a reply came that nobody had asked for, connection closed");
NGX_PZ_FAULT(ngx_pz_reply_no_auth, AUTH, CONNECT_FAILED,
    "the user or password is refused: compare personalize_redis with the server's ACL");
NGX_PZ_FAULT(ngx_pz_reply_no_db, GREETING, CONNECT_FAILED,
    "SELECT is refused: the server may have no such database, or the user may not change it");
NGX_PZ_FAULT(ngx_pz_reply_no_ping, GREETING, CONNECT_FAILED,
    "PING is refused: the user may not run it, or the server takes no more clients");
NGX_PZ_FAULT(ngx_pz_reply_full, GREETING, CONNECT_FAILED,
    "the server has reached its maxclients");
NGX_PZ_FAULT(ngx_pz_reply_no_master, ROLE, CONNECT_FAILED,
    "the server is not the master, Sentinel is asked again (the user needs the right to ROLE)");
NGX_PZ_FAULT(ngx_pz_reply_no_replica, ROLE, CONNECT_FAILED,
    "the replica is not in step with its master, the master is asked (the user needs ROLE)");
NGX_PZ_FAULT(ngx_pz_reply_no_reads, GREETING, CONNECT_FAILED,
    "READONLY is refused: the user may not run it");
NGX_PZ_FAULT(ngx_pz_reply_busy, BUSY, CONNECT_FAILED,
    "the server is loading, busy or without its master");


static void
ngx_pz_link_back_off(ngx_pz_link_t *link)
{
    link->troubled = 1;

    if (ngx_pz_breaker_failed(&link->breaker)) {
        ngx_pz_link_event(link, NGX_PZ_STORE_BREAKER_OPENED);
    }

    ngx_pz_incident(&link->incidents, NGX_PZ_INCIDENT_BUSY, NGX_LOG_WARN, 0,
                    ngx_pz_reply_busy.text, NULL);
}


/* Why a greeting failed, from the step and the kind of error: never the server's own words. */
static const ngx_pz_link_fault_t *
ngx_pz_link_refusal(ngx_pz_greeting_e step, const pz_reply_t *reply)
{
    if (reply != NULL && reply->type == PZ_REPLY_ERROR) {
        switch (pz_redis_error_of(reply)) {
        case PZ_REDIS_ERR_AUTH:
            return &ngx_pz_reply_no_auth;
        case PZ_REDIS_ERR_BUSY:
            return &ngx_pz_reply_busy;
        default:
            break;
        }

        if (pz_str_starts(reply->text, PZ_STR("ERR max number of clients"))) {
            return &ngx_pz_reply_full;
        }
    }

    switch (step) {
    case NGX_PZ_GREETING_AUTH:
        return &ngx_pz_reply_no_auth;
    case NGX_PZ_GREETING_SELECT:
        return &ngx_pz_reply_no_db;
    case NGX_PZ_GREETING_ROLE:
        return &ngx_pz_reply_no_master;
    case NGX_PZ_GREETING_STEP:
        return &ngx_pz_reply_no_replica;
    case NGX_PZ_GREETING_READONLY:
        return &ngx_pz_reply_no_reads;
    default:
        return &ngx_pz_reply_no_ping;
    }
}


static ngx_uint_t
ngx_pz_link_is_good(const ngx_pz_link_t *link, ngx_pz_greeting_e step, const pz_reply_t *reply)
{
    if (step == NGX_PZ_GREETING_ROLE) {
        return pz_redis_role_is_master(reply);
    }

    if (step == NGX_PZ_GREETING_STEP) {
        return pz_redis_role_is_in_step(reply);
    }

    if (step == NGX_PZ_GREETING_PING && link->hooks.message != NULL
        && pz_redis_sentinel_is_pong(reply))
    {
        return 1;
    }

    return reply != NULL && reply->type == PZ_REPLY_STATUS
           && pz_str_eq(reply->text, step == NGX_PZ_GREETING_PING ? PZ_STR("PONG")
                                                                  : PZ_STR("OK"));
}


/*
 * It is there; but one that comes too late for everybody who reads would cost
 * five of them their deadline, to be found too late again.  One that had stopped
 * answers late as well, and in time when it is asked once more.
 */
static void
ngx_pz_link_probed(ngx_pz_link_t *link, ngx_msec_t asked)
{
    ngx_uint_t  late;

    late = link->patience > 0 && ngx_current_msec - asked > link->patience;

    if (late && !link->doubted) {
        link->doubted = 1;
        ngx_pz_link_probe(link);
        return;
    }

    link->doubted = 0;

    if (late) {
        (void) ngx_pz_breaker_failed(&link->breaker);

    } else {
        ngx_pz_breaker_proved(&link->breaker);
    }
}


/* A reply to the greeting, or to the probe, which is the greeting's last step. */
static const ngx_pz_link_fault_t *
ngx_pz_link_own_reply(ngx_pz_link_t *link, ngx_pz_pending_t *pending, pz_reply_t *reply)
{
    ngx_msec_t         when;
    ngx_pz_greeting_e  step;

    step = link->greeting.steps[link->greeting.nsteps - pending->expected
                                + pending->received];

    if (!ngx_pz_link_is_good(link, step, reply)) {
        /* A server that loads its data again keeps its clients. */
        if (link->state == NGX_PZ_LINK_READY
            && pz_redis_error_of(reply) == PZ_REDIS_ERR_BUSY)
        {
            ngx_pz_backlog_finish(pending, NGX_PZ_QUERY_OK);
            ngx_pz_link_back_off(link);
            return NULL;
        }

        return ngx_pz_link_refusal(step, reply);
    }

    if (++pending->received < pending->expected) {
        return NULL;
    }

    when = pending->added;
    ngx_pz_backlog_finish(pending, NGX_PZ_QUERY_OK);

    if (link->state == NGX_PZ_LINK_GREETING) {
        ngx_pz_link_greeted(link);
        return NULL;
    }

    /* A PING of ours has all the time that it takes: only the probe's answer counts. */
    if (link->breaker.state == NGX_PZ_BREAKER_PROBING) {
        ngx_pz_link_probed(link, when);
    }

    if (link->hooks.pong != NULL) {
        link->hooks.pong(link->hooks.data, when);
    }

    return NULL;
}


static const ngx_pz_link_fault_t *
ngx_pz_link_error_reply(ngx_pz_link_t *link, const pz_reply_t *reply)
{
    pz_redis_redirect_t  to;

    if (link->conf->url.scheme == PZ_REDIS_CLUSTER) {
        switch (pz_redis_redirect_of(reply, &to)) {
        case PZ_REDIS_REDIRECT_NONE:
            break;
        case PZ_REDIS_REDIRECT_DOWN:
            /* A slot's trouble, not this node's: it has others. */
            ngx_pz_link_event(link, NGX_PZ_STORE_ERROR_REPLY);
            return NULL;
        default:
            return NULL;
        }
    }

    ngx_pz_link_event(link, NGX_PZ_STORE_ERROR_REPLY);

    switch (pz_redis_error_of(reply)) {
    case PZ_REDIS_ERR_BUSY:
        ngx_pz_link_back_off(link);
        return NULL;

    case PZ_REDIS_ERR_AUTH:
        /* The server forgot who we are: greet anew. */
        return &ngx_pz_reply_no_auth;

    case PZ_REDIS_ERR_MOVED:
        ngx_pz_incident(&link->incidents, NGX_PZ_INCIDENT_CLUSTER, NGX_LOG_ERR, 0,
                        "the server is a node of a Redis Cluster: write redis-cluster:// in "
                        "personalize_redis", NULL);
        return NULL;

    default:
        break;
    }

    /* It was the master when it was greeted. */
    return link->hooks.find != NULL && pz_str_starts(reply->text, PZ_STR("READONLY"))
           ? &ngx_pz_reply_no_master : NULL;
}


static const ngx_pz_link_fault_t *
ngx_pz_link_query_reply(ngx_pz_link_t *link, ngx_pz_pending_t *pending)
{
    pz_reply_t                 *reply;
    ngx_pz_query_t             *query;
    const ngx_pz_link_fault_t  *fault;

    fault = NULL;
    query = pending->query;
    reply = pz_redis_reader_take(link->reader, query != NULL ? query->arena : NULL);

    if (query != NULL) {
        query->replies[query->received++] = reply;
        query->believed = link->believed;
    }

    if (reply != NULL && reply->type == PZ_REPLY_ERROR) {
        fault = ngx_pz_link_error_reply(link, reply);
    }

    if (++pending->received < pending->expected) {
        return fault;
    }

    if (query == NULL) {
        ngx_pz_link_event(link, NGX_PZ_STORE_LATE);

    } else {
        ngx_pz_link_event(link, NGX_PZ_STORE_REPLIED);
    }

    /* An error that tells to go away is no sign of health. */
    if (query != NULL && fault == NULL
        && link->breaker.state == NGX_PZ_BREAKER_CLOSED)
    {
        ngx_pz_breaker_replied(&link->breaker);
    }

    ngx_pz_backlog_finish(pending, NGX_PZ_QUERY_OK);
    return fault;
}


/* A reply to a command that has not left yet is nobody's either. */
static const ngx_pz_link_fault_t *
ngx_pz_link_dispatch(ngx_pz_link_t *link)
{
    pz_reply_t        *reply;
    ngx_pz_pending_t  *pending;

    pending = ngx_pz_backlog_head(&link->backlog);

    if (pending != NULL && pending->copied < pending->len) {
        pending = NULL;
    }

    if (pending == NULL && link->hooks.message == NULL) {
        return &ngx_pz_reply_unasked;
    }

    if (pending != NULL && !pending->own) {
        return ngx_pz_link_query_reply(link, pending);
    }

    pz_arena_reset(link->arena);
    reply = pz_redis_reader_take(link->reader, link->arena);

    if (link->hooks.message != NULL && pz_redis_sentinel_is_message(reply)) {
        link->hooks.message(link->hooks.data, reply);
        return NULL;
    }

    return pending != NULL ? ngx_pz_link_own_reply(link, pending, reply) : &ngx_pz_reply_unasked;
}


static const ngx_pz_link_fault_t *
ngx_pz_link_reply(ngx_pz_link_t *link)
{
    const ngx_pz_link_fault_t  *fault;

    fault = ngx_pz_link_dispatch(link);

    /* Whoever was told of the reply may have asked again: that has not left yet. */
    if (link->state == NGX_PZ_LINK_READY && link->deadline.timer_set) {
        if (link->backlog.count == 0) {
            ngx_del_timer(&link->deadline);

        } else {
            ngx_add_timer(&link->deadline, NGX_PZ_LINK_SILENCE);
        }
    }

    return fault;
}


/* RFC 8446, section 5.1: a record of TLS begins with its type, an alert's, and 3, the version. */
static ngx_uint_t
ngx_pz_link_is_alert(const ngx_pz_link_t *link, pz_str_t bytes)
{
    return link->state == NGX_PZ_LINK_GREETING && bytes.len >= 2
           && bytes.data[0] == 0x15 && bytes.data[1] == 0x03;
}


const ngx_pz_link_fault_t *
ngx_pz_link_consume(ngx_pz_link_t *link, pz_str_t bytes)
{
    int                         done;
    ptrdiff_t                   used;
    const ngx_pz_link_fault_t  *fault;

    if (ngx_pz_link_is_alert(link, bytes)) {
        return &ngx_pz_reply_tls;
    }

    while (bytes.len > 0) {
        used = pz_redis_reader_feed(link->reader, bytes, &done);

        if (used < 0) {
            ngx_log_error(NGX_LOG_INFO, link->log, 0, "personalize: redis reply: %s",
                          pz_redis_reader_error(link->reader));
            return &ngx_pz_reply_garbage;
        }

        bytes = pz_str_skip(bytes, (size_t) used);

        if (done) {
            fault = ngx_pz_link_reply(link);

            if (fault != NULL) {
                return fault;
            }
        }
    }

    return NULL;
}
