#include "ngx_pz_backlog.h"

/* A spare record keeps a buffer of up to this size for its next query. */
#define NGX_PZ_PENDING_KEEP  1024


static void ngx_pz_backlog_on_timer(ngx_event_t *ev);


void
ngx_pz_backlog_init(ngx_pz_backlog_t *backlog, ngx_pool_t *pool, ngx_log_t *log,
    ngx_pz_backlog_on_timeout_pt on_timeout, void *data)
{
    ngx_memzero(backlog, sizeof(ngx_pz_backlog_t));

    ngx_queue_init(&backlog->waiting);
    ngx_queue_init(&backlog->wire);
    ngx_queue_init(&backlog->dead);
    ngx_queue_init(&backlog->spare);

    backlog->pool = pool;
    backlog->log = log;
    backlog->on_timeout = on_timeout;
    backlog->data = data;
}


static void
ngx_pz_backlog_destroy_queue(ngx_queue_t *queue)
{
    ngx_queue_t       *q;
    ngx_pz_pending_t  *pending;

    for (q = ngx_queue_head(queue); q != ngx_queue_sentinel(queue); q = ngx_queue_next(q)) {
        pending = ngx_queue_data(q, ngx_pz_pending_t, queue);

        if (pending->timer.timer_set) {
            ngx_del_timer(&pending->timer);
        }

        if (pending->query != NULL) {
            pending->query->pending = NULL;
        }

        if (pending->bytes != NULL) {
            ngx_free(pending->bytes);
        }
    }

    ngx_queue_init(queue);
}


void
ngx_pz_backlog_destroy(ngx_pz_backlog_t *backlog)
{
    ngx_pz_backlog_destroy_queue(&backlog->waiting);
    ngx_pz_backlog_destroy_queue(&backlog->wire);
    ngx_pz_backlog_destroy_queue(&backlog->dead);
    ngx_pz_backlog_destroy_queue(&backlog->spare);
}


static void
ngx_pz_backlog_release(ngx_pz_pending_t *pending)
{
    /* The greeting holds the password. */
    if (pending->own && pending->bytes != NULL) {
        ngx_explicit_memzero(pending->bytes, pending->len);
    }

    if (pending->room > NGX_PZ_PENDING_KEEP) {
        ngx_free(pending->bytes);
        pending->bytes = NULL;
        pending->room = 0;
    }

    ngx_queue_insert_head(&pending->backlog->spare, &pending->queue);
}


static ngx_pz_pending_t *
ngx_pz_backlog_record(ngx_pz_backlog_t *backlog)
{
    ngx_queue_t       *q;
    ngx_pz_pending_t  *pending;

    if (!ngx_queue_empty(&backlog->spare)) {
        q = ngx_queue_head(&backlog->spare);
        ngx_queue_remove(q);
        return ngx_queue_data(q, ngx_pz_pending_t, queue);
    }

    pending = ngx_pcalloc(backlog->pool, sizeof(ngx_pz_pending_t));
    if (pending == NULL) {
        return NULL;
    }

    /* No cancelable timer: a request of a worker on its way out waits for it. */
    pending->timer.handler = ngx_pz_backlog_on_timer;
    pending->timer.data = pending;
    pending->timer.log = backlog->log;
    pending->backlog = backlog;

    return pending;
}


static ngx_pz_pending_t *
ngx_pz_backlog_take_record(ngx_pz_backlog_t *backlog, pz_str_t commands,
    ngx_uint_t expected)
{
    ngx_pz_pending_t  *pending;

    pending = ngx_pz_backlog_record(backlog);
    if (pending == NULL) {
        return NULL;
    }

    if (pending->room < commands.len) {
        if (pending->bytes != NULL) {
            ngx_free(pending->bytes);
        }

        pending->room = 0;
        pending->bytes = ngx_alloc(commands.len, backlog->log);

        if (pending->bytes == NULL) {
            ngx_queue_insert_head(&backlog->spare, &pending->queue);
            return NULL;
        }

        pending->room = commands.len;
    }

    ngx_memcpy(pending->bytes, commands.data, commands.len);

    pending->query = NULL;
    pending->added = ngx_current_msec;
    pending->len = commands.len;
    pending->copied = 0;
    pending->expected = expected;
    pending->received = 0;
    pending->own = 0;
    pending->place = NGX_PZ_PENDING_WAITING;

    backlog->count++;
    return pending;
}


ngx_int_t
ngx_pz_backlog_add(ngx_pz_backlog_t *backlog, ngx_pz_query_t *query,
    ngx_msec_t timeout)
{
    ngx_pz_pending_t  *pending;

    pending = ngx_pz_backlog_take_record(backlog, query->commands, query->expected);
    if (pending == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&backlog->waiting, &pending->queue);

    pending->query = query;
    query->pending = pending;
    backlog->live++;

    if (timeout > 0) {
        ngx_add_timer(&pending->timer, timeout);
    }

    return NGX_OK;
}


ngx_int_t
ngx_pz_backlog_add_own(ngx_pz_backlog_t *backlog, pz_str_t commands,
    ngx_uint_t expected, ngx_uint_t first)
{
    ngx_pz_pending_t  *pending;

    pending = ngx_pz_backlog_take_record(backlog, commands, expected);
    if (pending == NULL) {
        return NGX_ERROR;
    }

    pending->own = 1;

    if (first) {
        ngx_queue_insert_head(&backlog->waiting, &pending->queue);

    } else {
        ngx_queue_insert_tail(&backlog->waiting, &pending->queue);
    }

    return NGX_OK;
}


u_char *
ngx_pz_backlog_fill(ngx_pz_backlog_t *backlog, u_char *to, u_char *end,
    ngx_uint_t own_only)
{
    size_t             n;
    ngx_queue_t       *q;
    ngx_pz_pending_t  *pending;

    /* The last one on the wire may have been copied in part. */
    if (!ngx_queue_empty(&backlog->wire)) {
        q = ngx_queue_last(&backlog->wire);
        pending = ngx_queue_data(q, ngx_pz_pending_t, queue);
        n = ngx_min(pending->len - pending->copied, (size_t) (end - to));
        to = ngx_cpymem(to, pending->bytes + pending->copied, n);
        pending->copied += n;
    }

    while (to < end && !ngx_queue_empty(&backlog->waiting)) {
        q = ngx_queue_head(&backlog->waiting);
        pending = ngx_queue_data(q, ngx_pz_pending_t, queue);

        if (own_only && !pending->own) {
            break;
        }

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&backlog->wire, q);
        pending->place = NGX_PZ_PENDING_WIRE;

        n = ngx_min(pending->len, (size_t) (end - to));
        to = ngx_cpymem(to, pending->bytes, n);
        pending->copied = n;
    }

    return to;
}


ngx_pz_pending_t *
ngx_pz_backlog_head(ngx_pz_backlog_t *backlog)
{
    if (ngx_queue_empty(&backlog->wire)) {
        return NULL;
    }

    return ngx_queue_data(ngx_queue_head(&backlog->wire), ngx_pz_pending_t, queue);
}


/* From here on the query is its owner's alone. */
static ngx_pz_query_t *
ngx_pz_backlog_detach(ngx_pz_pending_t *pending)
{
    ngx_pz_query_t  *query;

    query = pending->query;

    if (query != NULL) {
        pending->query = NULL;
        query->pending = NULL;
        pending->backlog->live--;
    }

    if (pending->timer.timer_set) {
        ngx_del_timer(&pending->timer);
    }

    return query;
}


void
ngx_pz_backlog_finish(ngx_pz_pending_t *pending, ngx_pz_query_status_e status)
{
    ngx_pz_query_t  *query;

    query = ngx_pz_backlog_detach(pending);

    ngx_queue_remove(&pending->queue);

    if (pending->place != NGX_PZ_PENDING_DEAD) {
        pending->backlog->count--;
    }

    ngx_pz_backlog_release(pending);

    if (query != NULL) {
        query->status = status;
        query->done(query);
    }
}


ngx_uint_t
ngx_pz_backlog_abandon(ngx_pz_pending_t *pending)
{
    (void) ngx_pz_backlog_detach(pending);

    /* The dead are left to drain(), which is walking over them. */
    if (pending->place != NGX_PZ_PENDING_WAITING) {
        return pending->place == NGX_PZ_PENDING_WIRE;
    }

    ngx_queue_remove(&pending->queue);
    pending->backlog->count--;
    ngx_pz_backlog_release(pending);
    return 0;
}


static void
ngx_pz_backlog_on_timer(ngx_event_t *ev)
{
    ngx_pz_query_t    *query;
    ngx_pz_backlog_t  *backlog;
    ngx_pz_pending_t  *pending;

    pending = ev->data;
    backlog = pending->backlog;
    query = pending->query;

    (void) ngx_pz_backlog_abandon(pending);
    backlog->on_timeout(backlog->data);

    query->status = NGX_PZ_QUERY_TIMEOUT;
    query->done(query);
}


static void
ngx_pz_backlog_bury(ngx_pz_backlog_t *backlog, ngx_queue_t *queue)
{
    ngx_queue_t       *q;
    ngx_pz_pending_t  *pending;

    if (ngx_queue_empty(queue)) {
        return;
    }

    for (q = ngx_queue_head(queue); q != ngx_queue_sentinel(queue); q = ngx_queue_next(q)) {
        pending = ngx_queue_data(q, ngx_pz_pending_t, queue);
        pending->place = NGX_PZ_PENDING_DEAD;
        backlog->count--;
    }

    ngx_queue_add(&backlog->dead, queue);
    ngx_queue_init(queue);
}


void
ngx_pz_backlog_lose(ngx_pz_backlog_t *backlog)
{
    ngx_pz_backlog_bury(backlog, &backlog->wire);
}


void
ngx_pz_backlog_fail(ngx_pz_backlog_t *backlog)
{
    ngx_pz_backlog_bury(backlog, &backlog->wire);
    ngx_pz_backlog_bury(backlog, &backlog->waiting);
}


void
ngx_pz_backlog_drain(ngx_pz_backlog_t *backlog)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&backlog->dead)) {
        q = ngx_queue_head(&backlog->dead);
        ngx_pz_backlog_finish(ngx_queue_data(q, ngx_pz_pending_t, queue),
                              NGX_PZ_QUERY_CLOSED);
    }
}
