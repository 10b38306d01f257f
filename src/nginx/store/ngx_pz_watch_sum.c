#include "ngx_pz_watch_sum.h"


void
ngx_pz_watch_told_init(ngx_pz_watch_told_t *told, ngx_pz_store_on_news_pt on_news, void *sink)
{
    told->on_news = on_news;
    told->sink = sink;
    told->event = NGX_PZ_STORE_NEWS_LOST;
    told->source = 0;
}


ngx_uint_t
ngx_pz_watch_told_take(ngx_pz_watch_told_t *told, ngx_pz_store_news_t *one,
    const ngx_pz_store_news_t *news)
{
    switch (news->event) {
    case NGX_PZ_STORE_NEWS_ALIVE:
        one->until = news->until;
        return 1;

    case NGX_PZ_STORE_NEWS_BEGUN:
    case NGX_PZ_STORE_NEWS_LOST:
    case NGX_PZ_STORE_NEWS_REFUSED:
        *one = *news;
        return 1;

    default:
        told->on_news(told->sink, news);
        return 0;
    }
}


/* Of nothing at all, nothing is known. */
void
ngx_pz_watch_sum_begin(ngx_pz_store_news_t *sum)
{
    ngx_memzero(sum, sizeof(ngx_pz_store_news_t));
    sum->event = NGX_PZ_STORE_NEWS_MISSED;
}


/* One that refuses decides for all; then one that is lost does. */
static void
ngx_pz_watch_sum_join(ngx_pz_store_news_t *sum, const ngx_pz_store_news_t *one)
{
    if (sum->event == NGX_PZ_STORE_NEWS_REFUSED || one->event == NGX_PZ_STORE_NEWS_REFUSED) {
        sum->event = NGX_PZ_STORE_NEWS_REFUSED;
        return;
    }

    if (sum->event == NGX_PZ_STORE_NEWS_LOST || one->event == NGX_PZ_STORE_NEWS_LOST) {
        sum->event = NGX_PZ_STORE_NEWS_LOST;
        return;
    }

    sum->until = sum->event == NGX_PZ_STORE_NEWS_MISSED ? one->until
                                                        : ngx_min(sum->until, one->until);
    sum->event = NGX_PZ_STORE_NEWS_BEGUN;
    sum->since = ngx_max(sum->since, one->since);

    /* in any order */
    sum->source += one->source;
}


ngx_uint_t
ngx_pz_watch_sum_add(ngx_pz_store_news_t *sum, ngx_pz_watch_t *watch,
    const ngx_pz_store_news_t *news, ngx_uint_t is_read)
{
    ngx_uint_t  was_read;

    if (is_read) {
        ngx_pz_watch_sum_join(sum, news);
    }

    was_read = watch->data->believed;
    watch->data->believed = is_read;

    return was_read != is_read;
}


void
ngx_pz_watch_sum_tell(ngx_pz_watch_told_t *told, ngx_pz_store_news_t *sum)
{
    if (sum->event == NGX_PZ_STORE_NEWS_MISSED) {
        sum->event = NGX_PZ_STORE_NEWS_LOST;
    }

    if (sum->event != NGX_PZ_STORE_NEWS_BEGUN) {
        if (sum->event == told->event) {
            return;
        }

        sum->source = 0;

    } else if (sum->source == 0) {
        sum->source = 1;
    }

    told->event = sum->event;

    if (sum->event == NGX_PZ_STORE_NEWS_BEGUN && sum->source == told->source) {
        sum->event = NGX_PZ_STORE_NEWS_ALIVE;
    }

    told->source = sum->source;
    told->on_news(told->sink, sum);
}


const char *
ngx_pz_watch_told_word(const ngx_pz_watch_told_t *told)
{
    if (told->on_news == NULL) {
        return "off";
    }

    switch (told->event) {
    case NGX_PZ_STORE_NEWS_BEGUN:
        return "watching";
    case NGX_PZ_STORE_NEWS_REFUSED:
        return "refused";
    default:
        return "connecting";
    }
}
