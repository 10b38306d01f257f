/*
 * One connection to one Redis server: made when it is needed, kept, lost and
 * made again.  The store stands above it; TLS goes between link and socket.
 *
 *   idle -> (finding) -> connecting -> (securing) -> greeting -> ready -> idle
 *
 * Greeting: AUTH and SELECT as the URL says, and PING, are pipelined, and all
 * replies checked before the first query leaves: in a wrong database, a coupon
 * would be taken from another shop's pool.
 *
 * Whoever may stand in a done() or in send() only queues; what can close the
 * connection runs from events.
 */
#ifndef NGX_PZ_LINK_H
#define NGX_PZ_LINK_H

#include "ngx_pz_backlog.h"
#include "ngx_pz_breaker.h"
#include "ngx_pz_greeting.h"
#include "ngx_pz_incident.h"
#include "ngx_pz_resolve.h"
#include "ngx_pz_tls.h"

/* After a first time-out: so long may the server be silent before the link is given up. */
#define NGX_PZ_LINK_SILENCE       3000

/* The largest reply; a list or profile beyond it closes the connection. */
#define NGX_PZ_LINK_REPLY_MAX     (4 * 1024 * 1024)

#define NGX_PZ_LINK_BUFFER        16384

/* Elements of a range of slots with its master and a few replicas, in Redis 7. */
#define NGX_PZ_LINK_RANGE         24

typedef enum {
    NGX_PZ_LINK_IDLE = 0, NGX_PZ_LINK_FINDING, NGX_PZ_LINK_CONNECTING,
    NGX_PZ_LINK_SECURING, NGX_PZ_LINK_GREETING, NGX_PZ_LINK_READY
} ngx_pz_link_state_e;

/* What stands above a link may know more than it does; all may be NULL. */
typedef struct {
    /*
     * Before an attempt, aim link->where.  NGX_OK, NGX_AGAIN (ngx_pz_link_aimed() follows), or
     * NGX_ERROR: nothing new is known.
     */
    ngx_int_t   (*find)(void *data);

    void        (*ready)(void *data);

    /* No connection; `unreachable`: no address of an attempt could be connected to. */
    void        (*lost)(void *data, ngx_uint_t unreachable);

    /* What a subscription brought.  May not close this link. */
    void        (*message)(void *data, const pz_reply_t *message);

    /* The reply to a PING that was queued at `when`.  May not close this link. */
    void        (*pong)(void *data, ngx_msec_t when);

    /* The worker is on its way out: 1 keeps the link for now; push it when that is over. */
    ngx_uint_t  (*stay)(void *data);

    void         *data;
} ngx_pz_link_hooks_t;

/* Who keeps a link of his own to the server that this one is connected to. */
typedef struct {
    void        (*ready)(void *data);    /* connected and greeted: link->peer */
    void        (*moved)(void *data);    /* another server is asked from now on */
    void        (*lost)(void *data);     /* no connection */
    void         *data;
} ngx_pz_link_follower_t;

typedef struct {
    const ngx_pz_store_conf_t   *conf;
    ngx_log_t                   *log;
    ngx_pz_store_on_event_pt     on_event;
    void                        *data;

    ngx_pz_link_state_e          state;
    ngx_connection_t            *connection;
    ngx_pz_tls_t                 tls;
    pz_redis_reader_t           *reader;
    ngx_pz_resolve_t             where;
    ngx_uint_t                   addr;         /* of `where`, the next one to try */
    ngx_str_t                    name;         /* of the one tried last, for its certificate */
    ngx_uint_t                   addrs_left;   /* in this attempt */
    const ngx_addr_t            *peer;         /* of `where`: the one in use while connected */

    ngx_pz_greeting_t            greeting;
    pz_arena_t                  *arena;        /* of replies to the link's own commands */

    ngx_pz_backlog_t             backlog;
    ngx_pz_breaker_t             breaker;
    ngx_pz_incidents_t           incidents;

    ngx_event_t                  deadline;     /* of the attempt; when ready, of silence */
    ngx_event_t                  push;         /* posted: write what is waiting */

    u_char                      *in;
    u_char                      *out;
    u_char                      *out_pos;
    u_char                      *out_last;

    ngx_pz_link_hooks_t          hooks;
    ngx_pz_link_follower_t       follower;

    ngx_uint_t                   troubled;     /* a failure was logged since the last greeting */
    ngx_uint_t                   believed;     /* 1: its changes are told, or need not be */
    ngx_msec_t                   patience;     /* of those who read, the longest; 0: not known */
    ngx_uint_t                   doubted;      /* 1: a probe was answered late, one more is out */
} ngx_pz_link_t;

typedef struct {
    ngx_pz_incident_e      incident;
    ngx_pz_store_event_e   event;
    ngx_uint_t             level;
    const char            *text;
} ngx_pz_link_fault_t;

extern const ngx_pz_link_fault_t  ngx_pz_link_no_connection;
extern const ngx_pz_link_fault_t  ngx_pz_link_lost;
extern const ngx_pz_link_fault_t  ngx_pz_link_rejected;

/* All memory from `pool`.  The greeting's bytes must live as long. */
ngx_int_t ngx_pz_link_init(ngx_pz_link_t *link, const ngx_pz_store_conf_t *conf,
    ngx_pool_t *pool, ngx_log_t *log, ngx_pz_store_on_event_pt on_event, void *data);

/* Replies to the link's own commands, and messages, may take so many bytes. */
ngx_int_t ngx_pz_link_room(ngx_pz_link_t *link, size_t bytes);

/* Close and free; no done() is called. */
void ngx_pz_link_destroy(ngx_pz_link_t *link);

/* Let go of the socket. */
void ngx_pz_link_hang_up(ngx_pz_link_t *link);

/* Let go of socket, reader and what was to be written; queries stay. */
void ngx_pz_link_close(ngx_pz_link_t *link);

/* Count and log a fault. */
void ngx_pz_link_report(ngx_pz_link_t *link, const ngx_pz_link_fault_t *fault,
    ngx_err_t err);

/* NGX_OK: an attempt is under way.  NGX_ERROR: it failed, and the breaker is open. */
ngx_int_t ngx_pz_link_connect(ngx_pz_link_t *link);

/* After find() said NGX_AGAIN: link->where is aimed as well as can be; from an event. */
void ngx_pz_link_aimed(ngx_pz_link_t *link);

/* Tell who stands above. */
void ngx_pz_link_lost_hook(ngx_pz_link_t *link, ngx_uint_t unreachable);

/* Connect now, if there is no connection, whatever the breaker thinks of it. */
void ngx_pz_link_hurry(ngx_pz_link_t *link);

/* Another server is asked from now on: what was sent is lost, what waits goes there. */
void ngx_pz_link_move(ngx_pz_link_t *link);

/* A query to this server; as ngx_pz_store_send(). */
ngx_int_t ngx_pz_link_send(ngx_pz_link_t *link, ngx_pz_query_t *query);

/* As ngx_pz_store_cancel(), whichever link it was sent to. */
void ngx_pz_link_cancel(ngx_pz_query_t *query);

void ngx_pz_link_status(const ngx_pz_link_t *link, ngx_pz_store_status_t *status);

/* Find out whether anybody is there: one who stays silent is hung up on. */
void ngx_pz_link_ping(ngx_pz_link_t *link);

/* The same for the breaker, which has all the time that it takes. */
void ngx_pz_link_probe(ngx_pz_link_t *link);

/* The host was resolved, or was not; from an event. */
void ngx_pz_link_found(void *link, ngx_int_t rc);

/* The socket is connected: secure it if that was asked for, then greet. */
void ngx_pz_link_connected(ngx_pz_link_t *link);

/* Go on with the TLS handshake; from an event only. */
void ngx_pz_link_secure(ngx_pz_link_t *link);

/* The socket did not connect: the next address, or none is left. */
void ngx_pz_link_unreachable(ngx_pz_link_t *link, ngx_err_t err);

/* All greeting replies were good. */
void ngx_pz_link_greeted(ngx_pz_link_t *link);

/*
 * The connection cannot be used any more: close it, tell breaker, log and
 * counters, and call done() of all that was on it.  From an event only.
 */
void ngx_pz_link_fail(ngx_pz_link_t *link, const ngx_pz_link_fault_t *fault,
    ngx_err_t err);

/*
 * The server closed a connection on which nothing was out, as it does to idle
 * clients: no fault.  Queries that did not leave yet go by a new one.
 */
void ngx_pz_link_renew(ngx_pz_link_t *link);

/* A worker on its way out lets go of the connection with its last query.  Returns 1 when it did. */
ngx_uint_t ngx_pz_link_leave(ngx_pz_link_t *link);

/* Watch over replies that are still to come though nobody waits for them. */
void ngx_pz_link_watch(ngx_pz_link_t *link);

/* Write what is waiting, in this turn of the event loop but not in this call. */
void ngx_pz_link_push(ngx_pz_link_t *link);

void ngx_pz_link_event(ngx_pz_link_t *link, ngx_pz_store_event_e event);

/* Event handlers, in ngx_pz_link_io.c. */
void ngx_pz_link_on_read(ngx_event_t *rev);
void ngx_pz_link_on_write(ngx_event_t *wev);
void ngx_pz_link_on_push(ngx_event_t *ev);

/* The replies in `bytes`, in ngx_pz_link_reply.c: NULL, or why the link must be closed. */
const ngx_pz_link_fault_t *ngx_pz_link_consume(ngx_pz_link_t *link, pz_str_t bytes);

#endif
