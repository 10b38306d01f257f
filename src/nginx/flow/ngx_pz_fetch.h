/*
 * A fetch: some keys, from the cache, from a query that is out already, or from
 * one of its own.  Stages ask for what they need here and do not care which.
 *
 * Without `personalize_cache` each fetch is one query, and nobody else's.
 */
#ifndef NGX_PZ_FETCH_H
#define NGX_PZ_FETCH_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_pz_flight.h"
#include "ngx_pz_worker.h"

typedef struct ngx_pz_fetch_s  ngx_pz_fetch_t;

typedef void (*ngx_pz_fetch_on_done_pt)(ngx_pz_fetch_t *fetch);

/* One key. */
typedef struct {
    pz_str_t             key;      /* with its prefix */
    ngx_pz_cache_kind_e  kind;

    pz_reply_t          *reply;    /* in the fetch's arena; NULL: none, or it did not fit */
    ngx_pz_cache_age_e   age;      /* MISS: Redis was asked */
    pz_reply_t          *spare;    /* what was known, for when Redis fails; or NULL */

    ngx_pz_seat_t        seat;     /* the fetch's own */
} ngx_pz_fetch_item_t;

/* The caller's memory; must live until done() was called or it was cancelled. */
struct ngx_pz_fetch_s {
    ngx_pz_worker_t            *worker;
    ngx_uint_t                  store;      /* which of the worker's stores */
    const ngx_pz_cache_conf_t  *cache;      /* NULL: none */
    pz_arena_t                 *arena;
    ngx_pz_fetch_item_t        *items;
    ngx_uint_t                  n;          /* up to NGX_PZ_QUERY_REPLIES */
    ngx_msec_t                  timeout;
    ngx_pz_fetch_on_done_pt     done;
    void                       *data;

    ngx_pz_query_status_e       status;     /* OK: some item has a reply, or Redis gave all */

    ngx_pz_query_t              query;      /* the fetch's own, from here on */
    uint64_t                    asked;      /* by ngx_pz_clock(): of the query */
    ngx_uint_t                  waiting;
    ngx_event_t                 timer;
};

/*
 * NGX_OK: done() will be called once, from an event.  NGX_DONE: all is here
 * already, and done() will not be called; fetch->status says how it went.
 */
ngx_int_t ngx_pz_fetch_start(ngx_pz_fetch_t *fetch);

/* Its owner goes away: done() will not be called. */
void ngx_pz_fetch_cancel(ngx_pz_fetch_t *fetch);

#endif
