/*
 * What the files of the cluster share.
 */
#ifndef NGX_PZ_CLUSTER_STATE_H
#define NGX_PZ_CLUSTER_STATE_H

#include "ngx_pz_near.h"
#include "ngx_pz_watch.h"
#include "ngx_pz_watch_sum.h"
#include "pz_redis_slot.h"
#include "pz_redis_topology.h"

/* Nodes that a worker talks to; Redis itself recommends at most 1000. */
#define NGX_PZ_CLUSTER_NODES  1000

typedef struct ngx_pz_cluster_s  ngx_pz_cluster_t;
typedef struct ngx_pz_node_s  ngx_pz_node_t;

struct ngx_pz_node_s {
    ngx_pz_link_t       link;
    ngx_pz_cluster_t   *cluster;
    u_char              id[PZ_REDIS_NODE_ID];
    size_t              id_len;                  /* 0: not known yet */
    u_char              text[PZ_REDIS_HOST_MAX];
    ngx_str_t           host;                    /* empty: one of the seeds, any of them */
    in_port_t           port;
    u_char              label[PZ_REDIS_HOST_MAX + sizeof("node []:65535")];
    ngx_uint_t          seen;                    /* the map that last named it */
    ngx_uint_t          tried;                   /* the round in which it was asked for the map */
    ngx_uint_t          slots;                   /* that it serves */
    ngx_uint_t          alone;                   /* of them, without a near replica */
    ngx_uint_t          reads;                   /* that are read from it, since it is near */
    ngx_pz_node_t      *master;                  /* of these; NULL: it cannot be reached */
    ngx_uint_t          is_read;
    ngx_pz_near_t       near;
    ngx_pz_watch_t     *watch;                   /* NULL: nobody wants to know */
    ngx_pz_store_news_t news;                    /* BEGUN (and ALIVE since), LOST or REFUSED */
    unsigned            used:1;
};

/* Who wants to know what has changed. */
typedef struct {
    const pz_str_t             *kinds;
    ngx_uint_t                  nkinds;
    ngx_pz_watch_told_t         told;
    ngx_event_t                 reach;           /* posted: others are to be watched */
} ngx_pz_cluster_watch_t;

struct ngx_pz_cluster_s {
    const ngx_pz_store_conf_t   *conf;
    ngx_pool_t                  *pool;
    ngx_log_t                   *log;
    ngx_pz_store_on_event_pt     on_event;
    void                        *data;
    ngx_pz_incidents_t           incidents;

    ngx_pz_node_t               *nodes[NGX_PZ_CLUSTER_NODES];
    ngx_uint_t                   nnodes;
    ngx_pz_node_t               *masters[PZ_REDIS_SLOTS];   /* NULL: nobody */
    ngx_pz_node_t              **nears;                     /* a replica near us, or NULL;
                                                               NULL: conf->net is not set */
    ngx_uint_t                   covered;                   /* slots that have somebody */
    ngx_uint_t                   version;                   /* of the map; 0: there is none */

    ngx_pz_query_t               query;        /* for the map */
    ngx_pz_node_t               *asked;
    ngx_pz_node_t               *hint;         /* it knew better than the map */
    pz_arena_t                  *arena;
    pz_str_t                     question;
    ngx_uint_t                   round;
    ngx_uint_t                   failures;     /* rounds without an answer, in a row */
    ngx_msec_t                   delay;        /* of the next round while not all is well */
    ngx_event_t                  next;         /* a round */
    ngx_event_t                  sweep;        /* nodes that no map names */
    ngx_event_t                  refuse;       /* posted: `asked` gave no map */

    ngx_pz_cluster_watch_t       watch;

    void                       (*on_ready)(void *node);     /* each link's */

    ngx_queue_t                  pausing;      /* of ngx_pz_spread_t */
    ngx_uint_t                   npausing;
};

/* The map is asked for within `delay` ms, half of it chance. */
void ngx_pz_cluster_schedule(ngx_pz_cluster_t *cluster, ngx_msec_t delay);

/* Without a map: whether it is worth while to wait for it. */
ngx_uint_t ngx_pz_cluster_hopeful(const ngx_pz_cluster_t *cluster);

/* Whether every slot has a node that can be asked. */
ngx_uint_t ngx_pz_cluster_is_whole(const ngx_pz_cluster_t *cluster);

void ngx_pz_cluster_event(ngx_pz_cluster_t *cluster, ngx_pz_store_event_e event);

/* --- nodes, in ngx_pz_cluster_node.c --- */

/* The node at this place, as `teller` says it (its own host where none is named); made if new. */
ngx_pz_node_t *ngx_pz_cluster_place(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_node_t *place);

/* The one that the map's `member` is.  NULL: it cannot be reached, or there are too many. */
ngx_pz_node_t *ngx_pz_cluster_member(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_member_t *member);

/* The seeds' node, made if there is none.  NULL: no memory. */
ngx_pz_node_t *ngx_pz_cluster_seed(ngx_pz_cluster_t *cluster);

/* The server behind `node` says that this is its id. */
void ngx_pz_cluster_identify(ngx_pz_cluster_t *cluster, ngx_pz_node_t *node, pz_str_t id);

/* Let go of nodes that the map does not name; from a timer. */
void ngx_pz_cluster_on_sweep(ngx_event_t *ev);

/* --- the map, in ngx_pz_cluster_map.c --- */

/* Put this map in place of the one before; `teller` told it. */
void ngx_pz_cluster_apply(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    const pz_redis_topology_t *topology);

/* `teller` says that the slot is at `place` now.  NULL: that is no place. */
ngx_pz_node_t *ngx_pz_cluster_moved(ngx_pz_cluster_t *cluster, ngx_pz_node_t *teller,
    unsigned slot, const pz_redis_node_t *place);

/* Who is to be asked; NULL: nobody serves the slot. */
ngx_pz_node_t *ngx_pz_cluster_route(const ngx_pz_cluster_t *cluster, unsigned slot,
    ngx_uint_t reads);

/* --- how it is come by, in ngx_pz_cluster_ask.c --- */

/* Ask some node for the map.  Only queues. */
void ngx_pz_cluster_ask(ngx_pz_cluster_t *cluster);
void ngx_pz_cluster_on_ready(void *node);
void ngx_pz_cluster_on_refuse(ngx_event_t *ev);

/* --- what has changed, in ngx_pz_cluster_watch.c --- */

/* Before the nodes' links go. */
void ngx_pz_cluster_unwatch(ngx_pz_cluster_t *cluster);

/* A node is made. */
ngx_int_t ngx_pz_cluster_watch_node(ngx_pz_cluster_t *cluster, ngx_pz_node_t *node);

/* Which nodes are read from may have changed: by a map, or by one slot. */
void ngx_pz_cluster_mapped(ngx_pz_cluster_t *cluster);
void ngx_pz_cluster_settle(ngx_pz_cluster_t *cluster);

#endif
