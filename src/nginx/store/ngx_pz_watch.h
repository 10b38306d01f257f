/*
 * What has changed in one Redis server: a link of its own beside the data link,
 * told by client tracking which keys are not any longer what they were
 * (DESIGN section 9, FAULTS R23-R28).
 *
 *   away -> asking -> up, and away again;  refused: no right to it, or Redis < 6
 *
 * It goes where the data link is connected to, and nowhere else: of two servers
 * behind one name, the other one's changes come at another time.
 *
 * One object a node.  It knows no cache: whoever wants the news gets them.
 */
#ifndef NGX_PZ_WATCH_H
#define NGX_PZ_WATCH_H

#include "ngx_pz_watch_state.h"

/*
 * Watch the keys of `conf` that begin with its prefix and one of `kinds`
 * ("visitor:"), on the server of `data`, from its next connection on.  All
 * memory from `pool`; `data` must outlive the watch, and have no other follower.
 */
ngx_int_t ngx_pz_watch_init(ngx_pz_watch_t *watch, ngx_pz_link_t *data,
    const ngx_pz_store_conf_t *conf, const pz_str_t *kinds, ngx_uint_t nkinds,
    ngx_pool_t *pool, ngx_log_t *log, ngx_pz_store_on_news_pt on_news, void *sink);

/* Close and free; nobody is told. */
void ngx_pz_watch_destroy(ngx_pz_watch_t *watch);

/*
 * Whether its server is to be watched, as it is to begin with: if so, the data
 * link is connected.  From an event, but none of this watch's own.
 */
void ngx_pz_watch_want(ngx_pz_watch_t *watch, ngx_uint_t wanted);

/* "connecting", "watching", "refused" or "off". */
const char *ngx_pz_watch_word(const ngx_pz_watch_t *watch);

#endif
