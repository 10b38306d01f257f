/*
 * What the files of the spread share.
 */
#ifndef NGX_PZ_SPREAD_STATE_H
#define NGX_PZ_SPREAD_STATE_H

#include "ngx_pz_cluster_state.h"

typedef struct ngx_pz_spread_s  ngx_pz_spread_t;

/* A bit a command. */
typedef uint32_t  ngx_pz_spread_mask_t;

/* What one node was asked. */
typedef struct {
    ngx_queue_t            queue;
    ngx_pz_query_t         query;
    ngx_pz_spread_t       *spread;
    ngx_pz_node_t         *node;
    ngx_pz_spread_mask_t   mask;
    ngx_uint_t             asking;     /* 1: behind an ASKING */
    ngx_uint_t             near;       /* 1: of a near replica */
} ngx_pz_part_t;

struct ngx_pz_spread_s {
    ngx_queue_t             queue;     /* among the pausing */
    ngx_pz_cluster_t       *cluster;
    ngx_pz_query_t         *query;     /* its owner's */
    ngx_queue_t             parts;     /* that are out */
    ngx_pz_query_done_pt    on_part;
    ngx_event_t             timer;     /* of the pause */
    ngx_msec_t              until;
    ngx_pz_spread_mask_t    moved;     /* once at least */
    ngx_pz_spread_mask_t    again;     /* of them, to be sent at once */
    ngx_pz_spread_mask_t    later;     /* to be sent after the pause */
    ngx_uint_t              pauses;    /* between attempts, so far */
    ngx_pz_query_status_e   failure;
    u_char                  hops[NGX_PZ_QUERY_REPLIES];
    pz_redis_sent_t         commands[NGX_PZ_QUERY_REPLIES];
    unsigned                bounded:1; /* `until` counts */
    unsigned                pausing:1;
};

/* --- its parts, in ngx_pz_spread_part.c --- */

/* What is left of its time, 0 for no end; NGX_DECLINED: nothing. */
ngx_int_t ngx_pz_spread_left(const ngx_pz_spread_t *spread, ngx_msec_t *left);

/* Send these commands to this node; in vain: spread->failure. */
void ngx_pz_spread_part(ngx_pz_spread_t *spread, ngx_pz_node_t *node, ngx_pz_spread_mask_t mask,
    ngx_uint_t asking);

/* A part for each node that these commands go to. */
void ngx_pz_spread_dispatch(ngx_pz_spread_t *spread, ngx_pz_spread_mask_t mask);

/* A part is over; in ngx_pz_spread_reply.c. */
void ngx_pz_spread_on_part(ngx_pz_query_t *query);

/* --- what waits, in ngx_pz_spread_pause.c --- */

/* Wait so long (0: until there is a map), then send spread->later. */
void ngx_pz_spread_pause(ngx_pz_spread_t *spread, ngx_msec_t ms);
void ngx_pz_spread_wake(ngx_pz_spread_t *spread);
void ngx_pz_spread_on_timer(ngx_event_t *ev);

/* Tell the owner once nothing is out any more. */
void ngx_pz_spread_settle(ngx_pz_spread_t *spread);

/* There is a map: send what waits for it. */
void ngx_pz_spread_resume(ngx_pz_cluster_t *cluster);

/* There will be none for a while; calls done(), so from an event only. */
void ngx_pz_spread_give_up(ngx_pz_cluster_t *cluster);

/* The worker ends: no done() is called. */
void ngx_pz_spread_forget(ngx_pz_cluster_t *cluster);

#endif
