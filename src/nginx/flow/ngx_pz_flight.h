/*
 * Flights: queries that are out for the cache, in one worker.
 *
 * A flight asks for some keys, fills the cache with what comes back, and tells
 * all who wait for a key: one look-up of a key at a time, however many want it.
 * It belongs to nobody.  Those who wait may leave, and it arrives all the same;
 * its time-out bounds its life.
 */
#ifndef NGX_PZ_FLIGHT_H
#define NGX_PZ_FLIGHT_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_cache.h"
#include "ngx_pz_store.h"

#define NGX_PZ_FLIGHT_BUCKETS  256
#define NGX_PZ_FLIGHT_LIST     24      /* ids that are read of a recommendation list */

/* The flights of a worker, by key. */
typedef struct {
    ngx_queue_t         buckets[NGX_PZ_FLIGHT_BUCKETS];
    ngx_pz_counters_t  *counters;
    ngx_log_t          *log;
    ngx_uint_t          timeless;   /* Redis does not tell when a key expires */
} ngx_pz_flights_t;

/* One key of a flight. */
typedef struct {
    ngx_queue_t                 queue;      /* in its bucket, while others may join */
    ngx_queue_t                 waiting;    /* of ngx_pz_seat_t */
    const ngx_pz_cache_conf_t  *conf;
    ngx_pz_cache_key_t          key;
    ngx_pz_cache_stamp_t        stamp;
    ngx_msec_t                  until;      /* it is over then */
} ngx_pz_leg_t;

typedef struct ngx_pz_seat_s  ngx_pz_seat_t;

/* `reply` is gone when this returns, NULL when there is none: `status` says why. */
typedef void (*ngx_pz_seat_on_land_pt)(ngx_pz_seat_t *seat, const pz_reply_t *reply,
    ngx_pz_query_status_e status);

/* Somebody who waits for one key; in memory of his own. */
struct ngx_pz_seat_s {
    ngx_queue_t             queue;
    ngx_pz_seat_on_land_pt  on_land;    /* once, from an event; may take and leave seats */
    void                   *data;
    unsigned                taken:1;
};

/* What a flight is to ask for. */
typedef struct {
    const ngx_pz_cache_conf_t  *conf;
    ngx_pz_cache_key_t          key;
    ngx_pz_cache_stamp_t        stamp;
} ngx_pz_leg_wish_t;

void ngx_pz_flights_init(ngx_pz_flights_t *flights, ngx_pz_counters_t *counters,
    ngx_log_t *log);

/*
 * The leg of a flight that is out for this key, or NULL.  One that left before
 * the key was invalidated is not found: its reply may be from before that.
 */
ngx_pz_leg_t *ngx_pz_flight_find(ngx_pz_flights_t *flights,
    const ngx_pz_cache_key_t *key, ngx_pz_cache_stamp_t stamp);

/*
 * Ask `store` for up to NGX_PZ_QUERY_REPLIES keys of it at once; `legs` becomes
 * as many legs, in that order.  NGX_DECLINED: not sent, *status says why.
 */
ngx_int_t ngx_pz_flight_start(ngx_pz_flights_t *flights, ngx_pz_store_t *store,
    const ngx_pz_leg_wish_t *wishes, ngx_uint_t n, ngx_msec_t timeout,
    ngx_pz_leg_t **legs, ngx_pz_query_status_e *status);

void ngx_pz_seat_take(ngx_pz_seat_t *seat, ngx_pz_leg_t *leg);
void ngx_pz_seat_leave(ngx_pz_seat_t *seat);

/* A query of keys of this kind, sent at `asked` by ngx_pz_clock(), has its replies. */
void ngx_pz_flight_time(ngx_pz_counters_t *counters, ngx_pz_cache_kind_e kind,
    uint64_t asked);

/* Append the command that reads a key of this kind. */
void ngx_pz_flight_command(pz_sb_t *sb, ngx_pz_cache_kind_e kind, pz_str_t key);

#endif
