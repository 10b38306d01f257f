/*
 * Flights: queries that are out for the cache.
 */
#include "ngx_pz_flight.h"
#include "pz_redis_list.h"

#define NGX_PZ_FLIGHT_BUDGET    (4 * 1024 * 1024)   /* bytes of its keys and replies */
#define NGX_PZ_FLIGHT_COMMANDS  65536

typedef struct {
    ngx_pz_query_t     query;
    ngx_pz_flights_t  *flights;
    pz_arena_t        *arena;      /* holds the flight itself, too */
    ngx_pz_leg_t      *legs;
    ngx_uint_t         nlegs;
    uint64_t           asked;      /* by ngx_pz_clock() */
} ngx_pz_flight_t;

static void ngx_pz_flight_on_reply(ngx_pz_query_t *query);


void
ngx_pz_flights_init(ngx_pz_flights_t *flights, ngx_pz_counters_t *counters,
    ngx_log_t *log)
{
    ngx_uint_t  i;

    flights->counters = counters;
    flights->log = log;

    for (i = 0; i < NGX_PZ_FLIGHT_BUCKETS; i++) {
        ngx_queue_init(&flights->buckets[i]);
    }
}


static ngx_queue_t *
ngx_pz_flight_bucket(ngx_pz_flights_t *flights, uint32_t hash)
{
    return &flights->buckets[hash % NGX_PZ_FLIGHT_BUCKETS];
}


ngx_pz_leg_t *
ngx_pz_flight_find(ngx_pz_flights_t *flights, const ngx_pz_cache_key_t *key,
    ngx_pz_cache_stamp_t stamp)
{
    ngx_queue_t   *q, *bucket;
    ngx_pz_leg_t  *leg;

    bucket = ngx_pz_flight_bucket(flights, key->hash);

    for (q = ngx_queue_head(bucket); q != bucket; q = ngx_queue_next(q)) {
        leg = ngx_queue_data(q, ngx_pz_leg_t, queue);

        if (leg->key.hash == key->hash && leg->key.store == key->store
            && leg->stamp.epoch == stamp.epoch
            && leg->stamp.generation == stamp.generation
            && pz_str_eq(leg->key.text, key->text))
        {
            return leg;
        }
    }

    return NULL;
}


void
ngx_pz_flight_command(pz_sb_t *sb, ngx_pz_cache_kind_e kind, pz_str_t key)
{
    pz_str_t  argv[2];

    if (kind == NGX_PZ_CACHE_LIST) {
        pz_redis_list_command(sb, key, NGX_PZ_FLIGHT_LIST);
        return;
    }

    argv[0] = PZ_STR("HGETALL");
    argv[1] = key;

    pz_redis_command(sb, argv, 2);
}


void
ngx_pz_flight_time(ngx_pz_counters_t *counters, ngx_pz_cache_kind_e kind,
    uint64_t asked)
{
    static const ngx_pz_time_e  times[NGX_PZ_CACHE_KINDS] = {
        [NGX_PZ_CACHE_PROFILE] = NGX_PZ_TIME_REDIS_PROFILE,
        [NGX_PZ_CACHE_LIST] = NGX_PZ_TIME_REDIS_LIST,
        [NGX_PZ_CACHE_PRODUCT] = NGX_PZ_TIME_REDIS_PRODUCT,
    };

    ngx_pz_histogram_add(counters->times, times[kind], ngx_pz_clock() - asked);
}


static ngx_pz_flight_t *
ngx_pz_flight_create(ngx_pz_flights_t *flights, ngx_uint_t n)
{
    pz_arena_t       *arena;
    ngx_pz_flight_t  *flight;

    arena = pz_arena_create(NGX_PZ_FLIGHT_BUDGET, 0);
    if (arena == NULL) {
        return NULL;
    }

    flight = pz_arena_zalloc(arena, sizeof(ngx_pz_flight_t));

    if (flight != NULL) {
        flight->flights = flights;
        flight->arena = arena;
        flight->legs = pz_arena_array(arena, n, sizeof(ngx_pz_leg_t));
    }

    if (flight == NULL || flight->legs == NULL) {
        pz_arena_destroy(arena);
        return NULL;
    }

    return flight;
}


/*
 * Whether to ask for the time that keys have left: Redis tells that a key has
 * expired when it notices, which may be much later.  Products do not expire:
 * they are told to be gone, or have no stock.
 */
static ngx_uint_t
ngx_pz_flight_is_timed(const ngx_pz_flight_t *flight)
{
    return !flight->flights->timeless
           && flight->legs[0].conf->push
           && flight->legs[0].key.kind != NGX_PZ_CACHE_PRODUCT
           && 2 * flight->nlegs <= NGX_PZ_QUERY_REPLIES;
}


/* The commands for its keys; then those for the time that each has left. */
static void
ngx_pz_flight_commands(ngx_pz_flight_t *flight, pz_sb_t *sb)
{
    pz_str_t    argv[2];
    ngx_uint_t  i;

    flight->query.expected = flight->nlegs;

    for (i = 0; i < flight->nlegs; i++) {
        ngx_pz_flight_command(sb, flight->legs[i].key.kind, flight->legs[i].key.text);
    }

    if (!ngx_pz_flight_is_timed(flight)) {
        return;
    }

    flight->query.expected = 2 * flight->nlegs;

    for (i = 0; i < flight->nlegs; i++) {
        argv[0] = PZ_STR("PTTL");
        argv[1] = flight->legs[i].key.text;
        pz_redis_command(sb, argv, 2);
    }
}


/* Its keys, in memory of its own, and the commands for them. */
static ngx_int_t
ngx_pz_flight_load(ngx_pz_flight_t *flight, const ngx_pz_leg_wish_t *wishes,
    ngx_uint_t n)
{
    pz_sb_t        sb;
    ngx_uint_t     i;
    ngx_pz_leg_t  *leg;

    for (i = 0; i < n; i++) {
        leg = &flight->legs[i];
        leg->conf = wishes[i].conf;
        leg->key = wishes[i].key;
        leg->stamp = wishes[i].stamp;
        ngx_queue_init(&leg->waiting);

        if (pz_arena_copy(flight->arena, wishes[i].key.text, &leg->key.text) != 0) {
            return NGX_ERROR;
        }
    }

    flight->nlegs = n;
    pz_sb_init(&sb, flight->arena, NGX_PZ_FLIGHT_COMMANDS);
    ngx_pz_flight_commands(flight, &sb);

    return pz_sb_done(&sb, &flight->query.commands) == 0 ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_pz_flight_send(ngx_pz_flight_t *flight, ngx_pz_store_t *store, ngx_msec_t timeout)
{
    ngx_pz_query_t  *query;

    query = &flight->query;

    query->reads = 1;
    query->timeout = timeout;
    query->arena = flight->arena;
    query->done = ngx_pz_flight_on_reply;
    query->data = flight;

    flight->asked = ngx_pz_clock();

    return ngx_pz_store_send(store, query);
}


ngx_int_t
ngx_pz_flight_start(ngx_pz_flights_t *flights, ngx_pz_store_t *store,
    const ngx_pz_leg_wish_t *wishes, ngx_uint_t n, ngx_msec_t timeout,
    ngx_pz_leg_t **legs, ngx_pz_query_status_e *status)
{
    ngx_uint_t        i;
    ngx_pz_flight_t  *flight;

    *status = NGX_PZ_QUERY_REFUSED;
    flight = ngx_pz_flight_create(flights, n);

    if (flight == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_pz_flight_load(flight, wishes, n) != NGX_OK
        || ngx_pz_flight_send(flight, store, timeout) != NGX_OK)
    {
        pz_arena_destroy(flight->arena);
        return NGX_DECLINED;
    }

    for (i = 0; i < n; i++) {
        flight->legs[i].until = ngx_current_msec + timeout;
        ngx_queue_insert_head(ngx_pz_flight_bucket(flights, wishes[i].key.hash),
                              &flight->legs[i].queue);
        legs[i] = &flight->legs[i];
    }

    return NGX_OK;
}


void
ngx_pz_seat_take(ngx_pz_seat_t *seat, ngx_pz_leg_t *leg)
{
    ngx_queue_insert_tail(&leg->waiting, &seat->queue);
    seat->taken = 1;
}


void
ngx_pz_seat_leave(ngx_pz_seat_t *seat)
{
    if (seat->taken) {
        ngx_queue_remove(&seat->queue);
        seat->taken = 0;
    }
}


/* One at a time from the front: whoever is told may make others leave. */
static void
ngx_pz_flight_tell(ngx_pz_leg_t *leg, const pz_reply_t *reply,
    ngx_pz_query_status_e status)
{
    ngx_queue_t    *q;
    ngx_pz_seat_t  *seat;

    while (!ngx_queue_empty(&leg->waiting)) {
        q = ngx_queue_head(&leg->waiting);
        seat = ngx_queue_data(q, ngx_pz_seat_t, queue);

        ngx_pz_seat_leave(seat);
        seat->on_land(seat, reply, status);
    }
}


static ngx_uint_t
ngx_pz_flight_is_empty(const pz_reply_t *reply)
{
    return reply != NULL && reply->type == PZ_REPLY_ARRAY && reply->nitems == 0;
}


/*
 * How long (ms) the key of a leg is still there, or still not, counted from when
 * it was asked for; 0: for ever, as far as is known.
 */
static ngx_msec_t
ngx_pz_flight_left(ngx_pz_flight_t *flight, ngx_uint_t leg)
{
    int64_t            left;
    const pz_reply_t  *reply;

    /* of what is not there no time is left, which says nothing about when it will be there */
    if (ngx_pz_flight_is_empty(flight->query.replies[leg])) {
        return flight->query.empty_for;
    }

    if (flight->query.expected == flight->nlegs) {
        return 0;
    }

    reply = flight->query.replies[flight->nlegs + leg];

    if (reply == NULL || reply->type != PZ_REPLY_INTEGER || reply->integer == -1) {
        return 0;
    }

    left = reply->integer - (int64_t) ((ngx_pz_clock() - flight->asked) / 1000);
    return left > 0 ? (ngx_msec_t) left : 1;
}


/* A user without the right to PTTL is asked no more. */
static void
ngx_pz_flight_check_times(ngx_pz_flight_t *flight)
{
    const pz_reply_t  *reply;

    if (flight->query.expected == flight->nlegs || flight->flights->timeless) {
        return;
    }

    reply = flight->query.replies[flight->nlegs];

    if (reply != NULL && reply->type == PZ_REPLY_ERROR
        && pz_redis_error_of(reply) == PZ_REDIS_ERR_REFUSED)
    {
        flight->flights->timeless = 1;
        ngx_log_error(NGX_LOG_WARN, flight->flights->log, 0,
                      "personalize: PTTL is refused by Redis: a key that expires is seen to when "
                      "Redis tells so, or \"ttl\" has passed");
    }
}


static void
ngx_pz_flight_on_reply(ngx_pz_query_t *query)
{
    ngx_uint_t        i;
    pz_reply_t       *reply;
    ngx_pz_leg_t     *leg;
    ngx_pz_flight_t  *flight = query->data;

    if (query->status == NGX_PZ_QUERY_OK) {
        ngx_pz_flight_time(flight->flights->counters, flight->legs[0].key.kind, flight->asked);
        ngx_pz_flight_check_times(flight);
    }

    for (i = 0; i < flight->nlegs; i++) {
        leg = &flight->legs[i];
        ngx_queue_remove(&leg->queue);

        if (query->status == NGX_PZ_QUERY_OK && query->believed) {
            ngx_pz_cache_put(leg->conf, &leg->key, leg->stamp, query->replies[i],
                             ngx_pz_flight_left(flight, i), flight->arena);
        }
    }

    for (i = 0; i < flight->nlegs; i++) {
        reply = query->status == NGX_PZ_QUERY_OK ? query->replies[i] : NULL;
        ngx_pz_flight_tell(&flight->legs[i], reply, query->status);
    }

    pz_arena_destroy(flight->arena);
}
