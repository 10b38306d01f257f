/*
 * News from Redis, for all caches of the worker.
 */
#include "ngx_pz_worker_watch.h"

/* What the news are of: a store of a worker. */
typedef struct {
    ngx_pz_worker_t  *worker;
    ngx_uint_t        store;
} ngx_pz_worker_watched_t;

/* What is kept in a cache; coupons, counters and events change all the time and are not. */
static const pz_str_t  ngx_pz_worker_kinds[] = {
    { "visitor:", sizeof("visitor:") - 1 },
    { "recs:", sizeof("recs:") - 1 },
    { "product:", sizeof("product:") - 1 },
};

#define NGX_PZ_WORKER_KINDS  (sizeof(ngx_pz_worker_kinds) / sizeof(ngx_pz_worker_kinds[0]))


static void
ngx_pz_worker_changed(ngx_pz_worker_t *worker, ngx_uint_t store, const pz_reply_t *keys)
{
    size_t  i;

    for (i = 0; i < keys->nitems; i++) {
        ngx_pz_worker_invalidate(worker, store, keys->items[i]->text);
    }

    (void) ngx_atomic_fetch_add(&worker->counters->events[NGX_PZ_EVENT_WATCH_KEY],
                                (ngx_atomic_int_t) keys->nitems);
}


static void
ngx_pz_worker_tell(ngx_pz_worker_t *worker, ngx_uint_t store, ngx_pz_cache_t *cache,
    const ngx_pz_store_news_t *news)
{
    switch (news->event) {
    case NGX_PZ_STORE_NEWS_BEGUN:
        ngx_pz_cache_watch_begun(cache, store, news->source, news->since, news->until);
        break;
    case NGX_PZ_STORE_NEWS_ALIVE:
        ngx_pz_cache_watch_alive(cache, store, news->until);
        break;
    case NGX_PZ_STORE_NEWS_LOST:
        ngx_pz_cache_watch_lost(cache, store, 0);
        break;
    case NGX_PZ_STORE_NEWS_REFUSED:
        ngx_pz_cache_watch_lost(cache, store, 1);
        break;
    case NGX_PZ_STORE_NEWS_FLUSHED:
        ngx_pz_cache_flush(cache, store);
        break;
    default:
        break;
    }
}


static void
ngx_pz_worker_count_news(ngx_pz_worker_t *worker, const ngx_pz_store_news_t *news)
{
    static const ngx_pz_event_e  counted[] = {
        [NGX_PZ_STORE_NEWS_BEGUN] = NGX_PZ_EVENT_WATCH_BEGUN,
        [NGX_PZ_STORE_NEWS_MISSED] = NGX_PZ_EVENT_WATCH_MISSED,
        [NGX_PZ_STORE_NEWS_LOST] = NGX_PZ_EVENT_WATCH_LOST,
        [NGX_PZ_STORE_NEWS_REFUSED] = NGX_PZ_EVENT_WATCH_REFUSED,
        [NGX_PZ_STORE_NEWS_CHANGED] = NGX_PZ_EVENT_WATCH_MESSAGE,
        [NGX_PZ_STORE_NEWS_FLUSHED] = NGX_PZ_EVENT_WATCH_FLUSH,
    };

    if (news->event != NGX_PZ_STORE_NEWS_ALIVE) {
        ngx_pz_count(worker->counters->events[counted[news->event]]);
    }
}


static void
ngx_pz_worker_on_news(void *data, const ngx_pz_store_news_t *news)
{
    ngx_uint_t                i;
    ngx_pz_worker_t          *worker;
    ngx_pz_worker_watched_t  *watched = data;

    worker = watched->worker;
    ngx_pz_worker_count_news(worker, news);

    if (news->event == NGX_PZ_STORE_NEWS_CHANGED) {
        ngx_pz_worker_changed(worker, watched->store, news->keys);
        return;
    }

    for (i = 0; i < worker->ncaches; i++) {
        ngx_pz_worker_tell(worker, watched->store, worker->caches[i], news);
    }
}


ngx_int_t
ngx_pz_worker_watch(ngx_pz_worker_t *worker, ngx_uint_t store)
{
    ngx_uint_t                i;
    ngx_pz_worker_watched_t  *watched;

    if (!worker->redis[store]->watched) {
        return NGX_OK;
    }

    watched = ngx_palloc(worker->pool, sizeof(ngx_pz_worker_watched_t));
    if (watched == NULL) {
        return NGX_ERROR;
    }

    watched->worker = worker;
    watched->store = store;

    for (i = 0; i < worker->ncaches; i++) {
        ngx_pz_cache_watch(worker->caches[i], store, worker->redis[store]->heartbeat);
    }

    return ngx_pz_store_watch(worker->stores[store], ngx_pz_worker_kinds, NGX_PZ_WORKER_KINDS,
                              ngx_pz_worker_on_news, watched);
}


ngx_int_t
ngx_pz_worker_watch_age(ngx_pz_worker_t *worker, ngx_uint_t store)
{
    ngx_int_t   age, oldest;
    ngx_uint_t  i;

    oldest = NGX_DECLINED;

    for (i = 0; i < worker->ncaches; i++) {
        age = ngx_pz_cache_watch_age(worker->caches[i], store);

        if (age == NGX_DECLINED) {
            return NGX_DECLINED;
        }

        oldest = ngx_max(oldest, age);
    }

    return oldest;
}
