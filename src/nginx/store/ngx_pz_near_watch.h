/*
 * What has changed, where reads go to a near replica: it is watched, and so is
 * the master, and the news are those of whichever is read from just now.
 *
 * What the master changed after it was read reaches the replica later, and is
 * told there: one that is in step vouches for reads from the master as well.
 */
#ifndef NGX_PZ_NEAR_WATCH_H
#define NGX_PZ_NEAR_WATCH_H

#include "ngx_pz_watch.h"

typedef struct ngx_pz_near_watch_s  ngx_pz_near_watch_t;

typedef struct {
    ngx_pz_near_watch_t  *near;
    ngx_pz_watch_t        watch;
    ngx_pz_store_news_t   news;      /* BEGUN (and ALIVE since), LOST or REFUSED */
} ngx_pz_near_side_t;

struct ngx_pz_near_watch_s {
    ngx_pz_near_side_t        replica;
    ngx_pz_near_side_t        master;
    ngx_pz_near_side_t       *active;
    ngx_pz_store_on_news_pt   on_news;
    void                     *sink;
};

/* As ngx_pz_watch_init(), of two data links. */
ngx_int_t ngx_pz_near_watch_init(ngx_pz_near_watch_t *near, ngx_pz_link_t *replica,
    ngx_pz_link_t *master, const pz_str_t *kinds, ngx_uint_t nkinds, ngx_pool_t *pool,
    ngx_log_t *log, ngx_pz_store_on_news_pt on_news, void *sink);

/*
 * Whether the replica may be asked: not before it is watched, since what it says
 * may be kept.
 */
ngx_uint_t ngx_pz_near_watch_may_ask(const ngx_pz_near_watch_t *near);

void ngx_pz_near_watch_destroy(ngx_pz_near_watch_t *near);

/* As ngx_pz_watch_word(), of the one that counts. */
const char *ngx_pz_near_watch_word(const ngx_pz_near_watch_t *near);

#endif
