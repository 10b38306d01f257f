/*
 * The store: Redis as the flow sees it.  One pipelined connection a worker and
 * server; queries go in, each comes back exactly once.  Of a cluster, the nodes
 * are servers, and a query is split and joined as its keys ask.
 */
#ifndef NGX_PZ_STORE_H
#define NGX_PZ_STORE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "pz_redis.h"
#include "pz_redis_url.h"
#include "ngx_pz_tls.h"

/* Const after configuration. */
typedef struct ngx_pz_store_conf_s  ngx_pz_store_conf_t;

struct ngx_pz_store_conf_s {
    pz_redis_url_t  url;
    ngx_msec_t      timeout;           /* of a reply, when the query names none; 0 never */
    ngx_msec_t      connect_timeout;
    ngx_msec_t      heartbeat;         /* what a watch says of its server holds for so long */
    ngx_uint_t      max_pending;       /* queries waiting for a reply */
    ngx_str_t       prefix;            /* of every key */
    ngx_uint_t      watched;           /* changes are to be told: ngx_pz_store_watch() is used */
    ngx_addr_t     *addrs;             /* found when the configuration was read */
    ngx_str_t      *names;             /* of each of them, as the URL has it */
    ngx_uint_t      naddrs;
    ngx_pz_tls_conf_t *tls;            /* NULL: none */
    ngx_resolver_t *resolver;          /* of the place where the URL stands; NULL: none */
    ngx_msec_t      resolver_timeout;
    ngx_pz_store_conf_t *sentinel;     /* how to reach sentinels, all in addrs; NULL: none */
    ngx_pz_store_conf_t *near;         /* a replica for what only reads; NULL: none */
    ngx_cidr_t     *net;               /* of a cluster: where such replicas are; NULL: nowhere */
    ngx_uint_t      reads;             /* 1: servers may be replicas, and must be in step */
};

typedef struct ngx_pz_store_s  ngx_pz_store_t;
typedef struct ngx_pz_query_s  ngx_pz_query_t;

typedef enum {
    NGX_PZ_QUERY_OK = 0,      /* replies[] are there; any of them may be an error reply, or
                                 NULL when it did not fit the arena, or was another node's
                                 of a cluster that gave none */
    NGX_PZ_QUERY_TIMEOUT,     /* the reply is discarded when it comes */
    NGX_PZ_QUERY_CLOSED,      /* connection refused, lost, or garbage came */
    NGX_PZ_QUERY_REFUSED      /* not sent: breaker open or queue full */
} ngx_pz_query_status_e;

typedef void (*ngx_pz_query_done_pt)(ngx_pz_query_t *query);

#define NGX_PZ_QUERY_REPLIES  32

/* The caller's memory; must live until done() was called or it was cancelled. */
struct ngx_pz_query_s {
    pz_str_t                commands;   /* RESP, each with a key; must live as long */
    ngx_uint_t              expected;   /* replies, up to NGX_PZ_QUERY_REPLIES */
    ngx_uint_t              reads;      /* 1: writes nothing, a replica may answer */
    ngx_msec_t              timeout;
    pz_arena_t             *arena;      /* replies are built here */
    ngx_pz_query_done_pt    done;
    void                   *data;

    ngx_pz_query_status_e   status;
    pz_reply_t             *replies[NGX_PZ_QUERY_REPLIES];
    ngx_uint_t              received;
    ngx_uint_t              believed;   /* with OK; 0: it may not be kept, since nobody would tell
                                           when it changes (ngx_pz_store_watch) */
    ngx_msec_t              empty_for;  /* with OK; what is empty holds for so long, 0: like the
                                           rest.  A key that is moving to another node is gone
                                           for replicas of the one that it leaves */

    void                   *pending;    /* the store's own */
};

/* Counted by whoever owns counters; the store knows no shared memory. */
typedef enum {
    NGX_PZ_STORE_CONNECTED, NGX_PZ_STORE_CONNECT_FAILED, NGX_PZ_STORE_LOST,
    NGX_PZ_STORE_TIMED_OUT, NGX_PZ_STORE_LATE, NGX_PZ_STORE_PROTOCOL,
    NGX_PZ_STORE_REFUSED_BREAKER, NGX_PZ_STORE_REFUSED_FULL,
    NGX_PZ_STORE_BREAKER_OPENED, NGX_PZ_STORE_REPLIED, NGX_PZ_STORE_ERROR_REPLY,
    NGX_PZ_STORE_MOVED, NGX_PZ_STORE_ASKED, NGX_PZ_STORE_AGAIN, NGX_PZ_STORE_UNCOVERED,
    NGX_PZ_STORE_MAPPED, NGX_PZ_STORE_NEAR,
    NGX_PZ_STORE_EVENTS      /* how many there are */
} ngx_pz_store_event_e;

typedef void (*ngx_pz_store_on_event_pt)(void *data, ngx_pz_store_event_e event);

/* A worker's store, in the worker's process.  No connection is made before the first need. */
ngx_pz_store_t *ngx_pz_store_create(ngx_cycle_t *cycle,
    const ngx_pz_store_conf_t *conf, ngx_pz_store_on_event_pt on_event, void *data);

/* Begin to connect now, so that the first visitor need not wait. */
void ngx_pz_store_warm(ngx_pz_store_t *store);

/*
 * NGX_OK: sent or queued, done() will be called once, from an event, never
 * from inside send.  NGX_DECLINED: refused, query->status says why, done()
 * will not be called.
 */
ngx_int_t ngx_pz_store_send(ngx_pz_store_t *store, ngx_pz_query_t *query);

/* The query's owner goes away: done() will not be called; a late reply is discarded. */
void ngx_pz_store_cancel(ngx_pz_store_t *store, ngx_pz_query_t *query);

/* --- what has changed in Redis (ngx_pz_watch.h) --- */

/*
 * Times are ngx_current_msec's, which may lag behind the real time by so much
 * (nginx reads a coarse clock): where that matters it is added.
 */
#define NGX_PZ_STORE_CLOCK  20

typedef enum {
    NGX_PZ_STORE_NEWS_BEGUN,     /* each change after `since` will be told, by server `source` */
    NGX_PZ_STORE_NEWS_ALIVE,     /* each change before `until` has been told */
    NGX_PZ_STORE_NEWS_MISSED,    /* a heartbeat was not answered before the next was due */
    NGX_PZ_STORE_NEWS_LOST,      /* nothing will be told any longer */
    NGX_PZ_STORE_NEWS_REFUSED,   /* nor ever, as things stand: no right, or Redis < 6 */
    NGX_PZ_STORE_NEWS_CHANGED,   /* `keys` */
    NGX_PZ_STORE_NEWS_FLUSHED    /* all keys, perhaps */
} ngx_pz_store_news_e;

typedef struct {
    ngx_pz_store_news_e   event;
    uint32_t              source;
    ngx_msec_t            since;
    ngx_msec_t            until;    /* with BEGUN as well: the subscription was asked for then */
    const pz_reply_t     *keys;     /* an array of strings, gone when the call returns */
} ngx_pz_store_news_t;

/* From an event.  May not send or cancel. */
typedef void (*ngx_pz_store_on_news_pt)(void *data, const ngx_pz_store_news_t *news);

/*
 * Before anything is sent: tell of changes to keys that begin with the prefix
 * of the configuration and one of `kinds`, which must live as long.  NGX_ERROR:
 * no memory.
 */
ngx_int_t ngx_pz_store_watch(ngx_pz_store_t *store, const pz_str_t *kinds, ngx_uint_t nkinds,
    ngx_pz_store_on_news_pt on_news, void *data);

typedef struct {
    const char *state;        /* "idle", "connecting", "ready", "breaker open"; of a cluster
                                 also "degraded": some slots are not to be had */
    const char *watch;        /* "off", "connecting", "watching", "refused" */
    ngx_uint_t  pending;
    ngx_uint_t  failures;     /* in a row */
    ngx_msec_t  retry_in;
} ngx_pz_store_status_t;

void ngx_pz_store_status(ngx_pz_store_t *store, ngx_pz_store_status_t *status);

/* A node of a cluster, or one of a near replica and its master, as this worker knows it. */
typedef struct {
    pz_str_t               address;   /* "host:port" */
    const char            *role;      /* "master", "replica", or "unknown" */
    ngx_uint_t             slots;     /* that it serves */
    ngx_pz_store_status_t  status;
} ngx_pz_store_node_t;

/* The next node from *at (0 to begin with) on; NGX_DONE: no more, or one server only. */
ngx_int_t ngx_pz_store_node(ngx_pz_store_t *store, ngx_uint_t *at, ngx_pz_store_node_t *node);

#endif
