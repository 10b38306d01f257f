/*
 * What the files of a watch share.
 */
#ifndef NGX_PZ_WATCH_STATE_H
#define NGX_PZ_WATCH_STATE_H

#include "ngx_pz_link.h"

#define NGX_PZ_WATCH_KINDS      8
#define NGX_PZ_WATCH_DELAY_MIN  50      /* ms until another attempt */

typedef enum {
    NGX_PZ_WATCH_AWAY = 0, NGX_PZ_WATCH_ASKING, NGX_PZ_WATCH_WATCHING, NGX_PZ_WATCH_REFUSED
} ngx_pz_watch_state_e;

typedef struct {
    ngx_pz_link_t               link;
    ngx_pz_link_t              *data;          /* whose server is watched */
    ngx_pz_watch_state_e        state;

    pz_str_t                    prefixes[NGX_PZ_WATCH_KINDS];
    ngx_uint_t                  nprefixes;
    ngx_pz_store_on_news_pt     on_news;
    void                       *sink;

    ngx_addr_t                  addr;          /* of the server, our own copy */
    ngx_sockaddr_t              sockaddr;
    u_char                      name[NGX_SOCKADDR_STRLEN];
    u_char                      label[320];    /* for the log */

    ngx_pz_query_t              query;
    pz_arena_t                 *arena;
    uint32_t                    source;        /* which server it is */
    ngx_msec_t                  asked;         /* the subscription was queued */
    ngx_msec_t                  began;         /* it was there */

    ngx_event_t                 beat;          /* PING, or another attempt */
    ngx_event_t                 end;           /* posted: the answer was of no use */
    ngx_event_t                 last;          /* a worker on its way out waits no longer */
    ngx_msec_t                  delay;         /* before the next attempt */
    ngx_msec_t                  pinged_at;
    ngx_msec_t                  leaving_at;
    unsigned                    refusal:1;     /* that answer was one */
    unsigned                    told:1;        /* the log knows of the refusal */
    unsigned                    known:1;       /* BEGUN or REFUSED was told, not LOST since */
    unsigned                    pinged:1;      /* and not answered yet */
    unsigned                    leaving:1;
    unsigned                    left:1;
    unsigned                    resting:1;     /* not wanted just now */
} ngx_pz_watch_t;

void ngx_pz_watch_tell(ngx_pz_watch_t *watch, ngx_pz_store_news_t *news);
void ngx_pz_watch_tell_event(ngx_pz_watch_t *watch, ngx_pz_store_news_e event, ngx_msec_t when);

/* Queue a PING, of which on_pong() will hear. */
void ngx_pz_watch_ping(ngx_pz_watch_t *watch);

/* Plan the next. */
void ngx_pz_watch_beat(ngx_pz_watch_t *watch);

/* The link is closed, or about to be; close it. */
void ngx_pz_watch_away(ngx_pz_watch_t *watch);
void ngx_pz_watch_hang_up(ngx_pz_watch_t *watch);

/* Have the data link tell where it is; in ngx_pz_watch_follow.c. */
void ngx_pz_watch_follow(ngx_pz_watch_t *watch);

/* The link is greeted: hooks.ready, and what ends an attempt that failed. */
void ngx_pz_watch_on_ready(void *watch);
void ngx_pz_watch_on_end(ngx_event_t *ev);

#endif
