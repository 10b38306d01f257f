/*
 * A link to a replica that stands near: what only reads may go there.
 *
 * The replica must be in step: twice a heartbeat, and each two seconds at
 * least, as in the greeting, ROLE tells whether it is connected to its master.
 * One that is not counts as down, and reads go to the master.
 */
#ifndef NGX_PZ_NEAR_H
#define NGX_PZ_NEAR_H

#include "ngx_pz_link.h"

typedef struct {
    ngx_pz_link_t  *link;
    ngx_event_t     beat;
} ngx_pz_near_t;

/* The link is the caller's, and greets as its conf->reads says. */
void ngx_pz_near_init(ngx_pz_near_t *near, ngx_pz_link_t *link, ngx_log_t *log);

/* It is read from, from now on, and kept connected; and no longer. */
void ngx_pz_near_begin(ngx_pz_near_t *near);
void ngx_pz_near_end(ngx_pz_near_t *near);

/* Whether reads go there, when it has room for one more. */
ngx_uint_t ngx_pz_near_is_up(const ngx_pz_link_t *link);

/* Whether it can be asked now. */
ngx_uint_t ngx_pz_near_is_usable(const ngx_pz_link_t *link);

/* NGX_OK: done() will be called.  NGX_DECLINED: ask the master. */
ngx_int_t ngx_pz_near_send(ngx_pz_near_t *near, ngx_pz_query_t *query);

#endif
