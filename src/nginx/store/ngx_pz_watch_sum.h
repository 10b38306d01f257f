/*
 * The news of several servers that are read from, as one server's: it is
 * watched when each of them is, and known for as far back as the slowest says.
 * Another set of servers is another server: what was read before has to be
 * vouched for anew.
 */
#ifndef NGX_PZ_WATCH_SUM_H
#define NGX_PZ_WATCH_SUM_H

#include "ngx_pz_watch.h"

/* Who wants the news, and the last that he was told. */
typedef struct {
    ngx_pz_store_on_news_pt   on_news;      /* NULL: nobody */
    void                     *sink;
    ngx_pz_store_news_e       event;        /* BEGUN, LOST or REFUSED */
    uint32_t                  source;       /* while BEGUN */
} ngx_pz_watch_told_t;

void ngx_pz_watch_told_init(ngx_pz_watch_told_t *told, ngx_pz_store_on_news_pt on_news,
    void *sink);

/*
 * News of one server.  1: they concern the sum, and `one` (of that server: BEGUN,
 * LOST or REFUSED, with the times since) has been brought up to date.  0: they
 * have been passed on as they are.
 */
ngx_uint_t ngx_pz_watch_told_take(ngx_pz_watch_told_t *told, ngx_pz_store_news_t *one,
    const ngx_pz_store_news_t *news);

void ngx_pz_watch_sum_begin(ngx_pz_store_news_t *sum);

/*
 * The server of `watch`, which has `news`, is read from, or is not: then it is
 * no part of the sum, and what it says is not believed.  1: that is a turn.
 */
ngx_uint_t ngx_pz_watch_sum_add(ngx_pz_store_news_t *sum, ngx_pz_watch_t *watch,
    const ngx_pz_store_news_t *news, ngx_uint_t is_read);

/* Tell the sum, if it is news. */
void ngx_pz_watch_sum_tell(ngx_pz_watch_told_t *told, ngx_pz_store_news_t *sum);

/* "connecting", "watching", "refused" or "off". */
const char *ngx_pz_watch_told_word(const ngx_pz_watch_told_t *told);

#endif
