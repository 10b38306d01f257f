/*
 * The queries of one link, in the order of their replies.
 *
 * A query whose owner is gone keeps its place once a byte of it may have left:
 * its replies come anyway, and the next query's must not be taken for them.
 */
#ifndef NGX_PZ_BACKLOG_H
#define NGX_PZ_BACKLOG_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_pz_store.h"

typedef struct ngx_pz_pending_s  ngx_pz_pending_t;

/* After a query ran out of time, before its done(): no done() may be called from here. */
typedef void (*ngx_pz_backlog_on_timeout_pt)(void *data);

typedef struct {
    ngx_queue_t                    waiting;   /* not a byte written */
    ngx_queue_t                    wire;      /* their replies are to come, in this order */
    ngx_queue_t                    dead;      /* lost with the connection, done() to be called */
    ngx_queue_t                    spare;
    ngx_uint_t                     count;     /* in waiting and wire */
    ngx_uint_t                     live;      /* of them, those with an owner */
    ngx_pool_t                    *pool;
    ngx_log_t                     *log;
    ngx_pz_backlog_on_timeout_pt   on_timeout;
    void                          *data;
} ngx_pz_backlog_t;

typedef enum {
    NGX_PZ_PENDING_WAITING = 0, NGX_PZ_PENDING_WIRE, NGX_PZ_PENDING_DEAD
} ngx_pz_pending_place_e;

struct ngx_pz_pending_s {
    ngx_queue_t              queue;
    ngx_pz_backlog_t        *backlog;
    ngx_pz_pending_place_e   place;
    ngx_pz_query_t          *query;       /* NULL: abandoned, or the link's own */
    ngx_event_t              timer;
    ngx_msec_t               added;
    u_char                  *bytes;
    size_t                   len;
    size_t                   room;
    size_t                   copied;      /* into the link's output buffer */
    ngx_uint_t               expected;
    ngx_uint_t               received;
    unsigned                 own:1;       /* the link's greeting or probe */
};

/* Records come from `pool` and go back to a list of spare ones. */
void ngx_pz_backlog_init(ngx_pz_backlog_t *backlog, ngx_pool_t *pool, ngx_log_t *log,
    ngx_pz_backlog_on_timeout_pt on_timeout, void *data);

/* Free what does not come from the pool; calls nobody. */
void ngx_pz_backlog_destroy(ngx_pz_backlog_t *backlog);

/* Queue a copy of the query's commands and arm its timer (0: none).  NGX_ERROR: no memory. */
ngx_int_t ngx_pz_backlog_add(ngx_pz_backlog_t *backlog, ngx_pz_query_t *query,
    ngx_msec_t timeout);

/* Queue commands of the link's own; `first`: before all that is waiting. */
ngx_int_t ngx_pz_backlog_add_own(ngx_pz_backlog_t *backlog, pz_str_t commands,
    ngx_uint_t expected, ngx_uint_t first);

/*
 * Copy waiting commands into `to`, in order and of the link's own only when
 * asked; returns the end of what was written.  What is touched is on the wire.
 */
u_char *ngx_pz_backlog_fill(ngx_pz_backlog_t *backlog, u_char *to, u_char *end,
    ngx_uint_t own_only);

/* Whose reply comes next; NULL: nobody's. */
ngx_pz_pending_t *ngx_pz_backlog_head(ngx_pz_backlog_t *backlog);

/* All replies of the head are there: release it, and call done() with `status`. */
void ngx_pz_backlog_finish(ngx_pz_pending_t *pending, ngx_pz_query_status_e status);

/* The owner is gone.  Returns 1 when the reply still has to be awaited. */
ngx_uint_t ngx_pz_backlog_abandon(ngx_pz_pending_t *pending);

/* The connection is gone: nothing of what was sent or waited will be answered. */
void ngx_pz_backlog_fail(ngx_pz_backlog_t *backlog);

/* The same for what was sent; what waits goes by the next connection. */
void ngx_pz_backlog_lose(ngx_pz_backlog_t *backlog);

/* Call done() of all that failed; from an event only, since done() may do anything. */
void ngx_pz_backlog_drain(ngx_pz_backlog_t *backlog);

#endif
