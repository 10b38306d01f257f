/*
 * What has changed, where reads go to a near replica: the news are those of
 * the server that is read from just now, and no other is listened to.  The
 * master is watched only while the replica is down or out of step.
 *
 * In the moments between, what comes from one that is not listened to is shown
 * and not kept (link->believed).
 */
#ifndef NGX_PZ_NEAR_WATCH_H
#define NGX_PZ_NEAR_WATCH_H

#include "ngx_pz_watch.h"
#include "ngx_pz_watch_sum.h"

typedef struct ngx_pz_near_watch_s  ngx_pz_near_watch_t;

typedef struct {
    ngx_pz_near_watch_t  *near;
    ngx_pz_watch_t        watch;
    ngx_pz_store_news_t   news;      /* BEGUN (and ALIVE since), LOST or REFUSED */
} ngx_pz_near_side_t;

struct ngx_pz_near_watch_s {
    ngx_pz_near_side_t    replica;
    ngx_pz_near_side_t    master;
    ngx_pz_watch_told_t   told;
    ngx_event_t           reach;     /* posted: another one is to be watched */
};

/* As ngx_pz_watch_init(), of two data links.  Takes the replica's hooks. */
ngx_int_t ngx_pz_near_watch_init(ngx_pz_near_watch_t *near, ngx_pz_link_t *replica,
    ngx_pz_link_t *master, const pz_str_t *kinds, ngx_uint_t nkinds, ngx_pool_t *pool,
    ngx_log_t *log, ngx_pz_store_on_news_pt on_news, void *sink);

void ngx_pz_near_watch_destroy(ngx_pz_near_watch_t *near);

#endif
