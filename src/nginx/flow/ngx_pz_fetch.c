/*
 * A fetch: some keys, from wherever they are to be had.
 */
#include "ngx_pz_fetch.h"

#define NGX_PZ_FETCH_COMMANDS  65536
#define NGX_PZ_FETCH_REFRESH   1000     /* ms: nobody waits for it */

/* What a look into the cache left to do. */
typedef struct {
    ngx_pz_leg_wish_t     missing[NGX_PZ_QUERY_REPLIES];
    ngx_pz_fetch_item_t  *who[NGX_PZ_QUERY_REPLIES];
    ngx_uint_t            nmissing;
    ngx_pz_leg_wish_t     aged[NGX_PZ_QUERY_REPLIES];
    ngx_uint_t            naged;
} ngx_pz_fetch_todo_t;

#define ngx_pz_fetch_count(fetch, event)                                       \
    ngx_pz_count((fetch)->worker->counters->events[NGX_PZ_EVENT_CACHE_##event])


static ngx_pz_store_t *
ngx_pz_fetch_store(ngx_pz_fetch_t *fetch)
{
    return fetch->worker->stores[fetch->store];
}


/* --- without a cache --- */

static void
ngx_pz_fetch_on_reply(ngx_pz_query_t *query)
{
    ngx_uint_t       i;
    ngx_pz_fetch_t  *fetch = query->data;

    fetch->status = query->status;
    fetch->waiting = 0;

    if (query->status == NGX_PZ_QUERY_OK) {
        ngx_pz_flight_time(fetch->worker->counters, fetch->items[0].kind, fetch->asked);
    }

    for (i = 0; i < fetch->n && query->status == NGX_PZ_QUERY_OK; i++) {
        fetch->items[i].reply = query->replies[i];
    }

    fetch->done(fetch);
}


static ngx_int_t
ngx_pz_fetch_ask(ngx_pz_fetch_t *fetch)
{
    pz_sb_t          sb;
    ngx_uint_t       i;
    ngx_pz_query_t  *query;

    query = &fetch->query;
    pz_sb_init(&sb, fetch->arena, NGX_PZ_FETCH_COMMANDS);

    for (i = 0; i < fetch->n; i++) {
        ngx_pz_flight_command(&sb, fetch->items[i].kind, fetch->items[i].key);
    }

    if (pz_sb_done(&sb, &query->commands) != 0) {
        fetch->status = NGX_PZ_QUERY_REFUSED;
        return NGX_DONE;
    }

    query->expected = fetch->n;
    query->reads = 1;
    query->timeout = fetch->timeout;
    query->arena = fetch->arena;
    query->done = ngx_pz_fetch_on_reply;
    query->data = fetch;

    fetch->asked = ngx_pz_clock();

    if (ngx_pz_store_send(ngx_pz_fetch_store(fetch), query) != NGX_OK) {
        fetch->status = query->status;
        return NGX_DONE;
    }

    fetch->waiting = 1;

    return NGX_OK;
}


/* --- with one --- */

/* Redis could not tell, for a reason that is not the key's. */
static ngx_uint_t
ngx_pz_fetch_failed(const pz_reply_t *reply)
{
    return reply == NULL
           || (reply->type == PZ_REPLY_ERROR
               && pz_redis_error_of(reply) != PZ_REDIS_ERR_WRONGTYPE);
}


/* What was known before is better than nothing, where the operator says so (`stale`). */
static void
ngx_pz_fetch_spare(ngx_pz_fetch_item_t *item)
{
    if (item->spare != NULL && ngx_pz_fetch_failed(item->reply)) {
        item->reply = item->spare;
        item->age = NGX_PZ_CACHE_STALE;
    }
}


/* Some may have failed: with the rest a stage can still do something. */
static void
ngx_pz_fetch_judge(ngx_pz_fetch_t *fetch)
{
    ngx_uint_t  i;

    for (i = 0; i < fetch->n; i++) {
        ngx_pz_fetch_spare(&fetch->items[i]);
    }

    for (i = 0; i < fetch->n; i++) {
        if (fetch->items[i].reply != NULL) {
            fetch->status = NGX_PZ_QUERY_OK;
            return;
        }
    }
}


static void
ngx_pz_fetch_finish(ngx_pz_fetch_t *fetch)
{
    if (fetch->timer.timer_set) {
        ngx_del_timer(&fetch->timer);
    }

    ngx_pz_fetch_judge(fetch);
    fetch->done(fetch);
}


static void
ngx_pz_fetch_on_land(ngx_pz_seat_t *seat, const pz_reply_t *reply,
    ngx_pz_query_status_e status)
{
    ngx_pz_fetch_t       *fetch = seat->data;
    ngx_pz_fetch_item_t  *item;

    item = (ngx_pz_fetch_item_t *) ((u_char *) seat - offsetof(ngx_pz_fetch_item_t, seat));

    if (reply != NULL) {
        item->reply = pz_redis_reply_copy(fetch->arena, reply);

    } else if (status != NGX_PZ_QUERY_OK) {
        fetch->status = status;
    }

    if (--fetch->waiting == 0) {
        ngx_pz_fetch_finish(fetch);
    }
}


static void
ngx_pz_fetch_leave(ngx_pz_fetch_t *fetch)
{
    ngx_uint_t  i;

    for (i = 0; i < fetch->n; i++) {
        ngx_pz_seat_leave(&fetch->items[i].seat);
    }

    fetch->waiting = 0;
}


static void
ngx_pz_fetch_on_timeout(ngx_event_t *ev)
{
    ngx_pz_fetch_t  *fetch = ev->data;

    ngx_pz_fetch_leave(fetch);
    fetch->status = NGX_PZ_QUERY_TIMEOUT;
    ngx_pz_fetch_finish(fetch);
}


/* Somebody else's flight may take longer than this one may wait. */
static void
ngx_pz_fetch_arm(ngx_pz_fetch_t *fetch, ngx_pz_leg_t *leg)
{
    if (fetch->timer.timer_set
        || (ngx_msec_int_t) (leg->until - ngx_current_msec)
           <= (ngx_msec_int_t) fetch->timeout)
    {
        return;
    }

    fetch->timer.handler = ngx_pz_fetch_on_timeout;
    fetch->timer.data = fetch;
    fetch->timer.log = fetch->worker->flights.log;

    ngx_add_timer(&fetch->timer, fetch->timeout);
}


static void
ngx_pz_fetch_board(ngx_pz_fetch_t *fetch, ngx_pz_fetch_item_t *item, ngx_pz_leg_t *leg)
{
    item->seat.on_land = ngx_pz_fetch_on_land;
    item->seat.data = fetch;

    ngx_pz_seat_take(&item->seat, leg);
    fetch->waiting++;
}


static void
ngx_pz_fetch_look(ngx_pz_fetch_t *fetch, ngx_pz_fetch_item_t *item,
    ngx_pz_fetch_todo_t *todo)
{
    ngx_pz_leg_t          *leg;
    ngx_pz_leg_wish_t      wish;
    ngx_pz_cache_found_t   found;

    wish.conf = fetch->cache;
    wish.key = ngx_pz_cache_key(fetch->cache->cache, fetch->store, item->kind, item->key);

    ngx_pz_cache_get(fetch->cache, &wish.key, fetch->arena, &found);

    wish.stamp = found.stamp;
    item->reply = found.reply;
    item->spare = found.spare;
    item->age = found.age;

    if (found.age != NGX_PZ_CACHE_MISS && !found.refresh) {
        return;
    }

    leg = ngx_pz_flight_find(&fetch->worker->flights, &wish.key, found.stamp);

    if (found.age == NGX_PZ_CACHE_MISS && leg == NULL) {
        todo->who[todo->nmissing] = item;
        todo->missing[todo->nmissing++] = wish;

    } else if (found.age == NGX_PZ_CACHE_MISS) {
        ngx_pz_fetch_count(fetch, JOINED);
        ngx_pz_fetch_board(fetch, item, leg);
        ngx_pz_fetch_arm(fetch, leg);

    } else if (leg == NULL) {
        todo->aged[todo->naged++] = wish;
    }
}


static void
ngx_pz_fetch_missing(ngx_pz_fetch_t *fetch, ngx_pz_fetch_todo_t *todo)
{
    ngx_uint_t              i;
    ngx_pz_leg_t           *legs[NGX_PZ_QUERY_REPLIES];
    ngx_pz_query_status_e   status;

    if (ngx_pz_flight_start(&fetch->worker->flights, ngx_pz_fetch_store(fetch),
                            todo->missing, todo->nmissing, fetch->timeout, legs, &status)
        != NGX_OK)
    {
        fetch->status = status;
        return;
    }

    for (i = 0; i < todo->nmissing; i++) {
        ngx_pz_fetch_board(fetch, todo->who[i], legs[i]);
    }
}


/* Behind the page's back; a worker that leaves lets another do it. */
static void
ngx_pz_fetch_refresh(ngx_pz_fetch_t *fetch, ngx_pz_fetch_todo_t *todo)
{
    ngx_pz_leg_t           *legs[NGX_PZ_QUERY_REPLIES];
    ngx_pz_query_status_e   status;

    if (!ngx_exiting
        && ngx_pz_flight_start(&fetch->worker->flights, ngx_pz_fetch_store(fetch),
                               todo->aged, todo->naged, NGX_PZ_FETCH_REFRESH, legs, &status)
           == NGX_OK)
    {
        ngx_pz_fetch_count(fetch, REFRESHED);
    }
}


ngx_int_t
ngx_pz_fetch_start(ngx_pz_fetch_t *fetch)
{
    ngx_uint_t           i;
    ngx_pz_fetch_todo_t  todo;

    fetch->status = NGX_PZ_QUERY_OK;
    fetch->waiting = 0;

    if (fetch->cache == NULL) {
        return ngx_pz_fetch_ask(fetch);
    }

    todo.nmissing = 0;
    todo.naged = 0;

    for (i = 0; i < fetch->n; i++) {
        ngx_pz_fetch_look(fetch, &fetch->items[i], &todo);
    }

    if (todo.nmissing > 0) {
        ngx_pz_fetch_missing(fetch, &todo);
    }

    if (todo.naged > 0) {
        ngx_pz_fetch_refresh(fetch, &todo);
    }

    if (fetch->waiting > 0) {
        return NGX_OK;
    }

    ngx_pz_fetch_judge(fetch);

    return NGX_DONE;
}


void
ngx_pz_fetch_cancel(ngx_pz_fetch_t *fetch)
{
    if (fetch->timer.timer_set) {
        ngx_del_timer(&fetch->timer);
    }

    if (fetch->cache == NULL) {
        ngx_pz_store_cancel(ngx_pz_fetch_store(fetch), &fetch->query);
        return;
    }

    ngx_pz_fetch_leave(fetch);
}
