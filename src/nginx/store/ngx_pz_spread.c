#include "ngx_pz_spread.h"

#include "pz_redis_redirect.h"
#include "pz_sb.h"

/* How often one command is sent on; the next redirect is its reply. */
#define NGX_PZ_SPREAD_HOPS      5

#define NGX_PZ_SPREAD_PAUSE     5       /* ms, before what was told TRYAGAIN */
#define NGX_PZ_SPREAD_DOWN      1000    /* ms until the map is asked for, where a slot is down */
#define NGX_PZ_SPREAD_COMMANDS  (1024 * 1024)
#define NGX_PZ_SPREAD_ASKING    "*1\r\n$6\r\nASKING\r\n"

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
} ngx_pz_part_t;

struct ngx_pz_spread_s {
    ngx_queue_t             queue;     /* among the pausing */
    ngx_pz_cluster_t       *cluster;
    ngx_pz_query_t         *query;     /* its owner's */
    ngx_queue_t             parts;     /* that are out */
    ngx_event_t             timer;     /* of the pause */
    ngx_msec_t              until;
    ngx_pz_spread_mask_t    again;     /* moved, to be sent at once */
    ngx_pz_spread_mask_t    later;     /* to be sent after the pause */
    ngx_pz_query_status_e   failure;
    u_char                  hops[NGX_PZ_QUERY_REPLIES];
    pz_redis_sent_t         commands[NGX_PZ_QUERY_REPLIES];
    unsigned                bounded:1; /* `until` counts */
    unsigned                pausing:1;
};

static void ngx_pz_spread_on_part(ngx_pz_query_t *query);
static void ngx_pz_spread_on_timer(ngx_event_t *ev);


static ngx_pz_spread_t *
ngx_pz_spread_create(ngx_pz_cluster_t *cluster, ngx_pz_query_t *query)
{
    pz_str_t          rest;
    ngx_uint_t        n;
    ngx_msec_t        timeout;
    ngx_pz_spread_t  *spread;

    spread = pz_arena_zalloc(query->arena, sizeof(ngx_pz_spread_t));
    if (spread == NULL) {
        return NULL;
    }

    rest = query->commands;

    for (n = 0; n < query->expected; n++) {
        if (pz_redis_slot_next(&rest, &spread->commands[n]) != 1) {
            return NULL;
        }
    }

    timeout = query->timeout > 0 ? query->timeout : cluster->conf->timeout;

    spread->cluster = cluster;
    spread->query = query;
    spread->until = ngx_current_msec + timeout;
    spread->bounded = timeout > 0;
    spread->failure = NGX_PZ_QUERY_CLOSED;
    ngx_queue_init(&spread->parts);

    spread->timer.handler = ngx_pz_spread_on_timer;
    spread->timer.data = spread;
    spread->timer.log = cluster->log;

    return rest.len == 0 ? spread : NULL;
}


/* What is left of its time, 0 for no end; NGX_DECLINED: nothing. */
static ngx_int_t
ngx_pz_spread_left(const ngx_pz_spread_t *spread, ngx_msec_t *left)
{
    ngx_msec_int_t  ms;

    *left = 0;

    if (!spread->bounded) {
        return NGX_OK;
    }

    ms = (ngx_msec_int_t) (spread->until - ngx_current_msec);
    *left = (ngx_msec_t) ms;

    return ms > 0 ? NGX_OK : NGX_DECLINED;
}


/* --- parts ------------------------------------------------------------------ */

/* The commands of a part, in the order of the query. */
static ngx_int_t
ngx_pz_spread_write(ngx_pz_spread_t *spread, ngx_pz_part_t *part)
{
    pz_sb_t     sb;
    ngx_uint_t  i, n;

    n = (ngx_uint_t) __builtin_popcount(part->mask);
    part->query.expected = n * (1 + part->asking);

    if (n == spread->query->expected && !part->asking) {
        part->query.commands = spread->query->commands;
        return NGX_OK;
    }

    pz_sb_init(&sb, spread->query->arena, NGX_PZ_SPREAD_COMMANDS);

    for (i = 0; i < spread->query->expected; i++) {
        if (part->mask & ((ngx_pz_spread_mask_t) 1 << i)) {
            pz_sb_literal(&sb, part->asking ? NGX_PZ_SPREAD_ASKING : "");
            pz_sb_add(&sb, spread->commands[i].bytes);
        }
    }

    return pz_sb_done(&sb, &part->query.commands) == 0 ? NGX_OK : NGX_ERROR;
}


static void
ngx_pz_spread_part(ngx_pz_spread_t *spread, ngx_pz_node_t *node, ngx_pz_spread_mask_t mask,
    ngx_uint_t asking)
{
    ngx_pz_part_t  *part;

    part = pz_arena_zalloc(spread->query->arena, sizeof(ngx_pz_part_t));

    if (part == NULL) {
        spread->failure = NGX_PZ_QUERY_REFUSED;
        return;
    }

    part->spread = spread;
    part->node = node;
    part->mask = mask;
    part->asking = asking;
    part->query.arena = spread->query->arena;
    part->query.done = ngx_pz_spread_on_part;
    part->query.data = part;
    part->query.status = NGX_PZ_QUERY_REFUSED;

    if (ngx_pz_spread_left(spread, &part->query.timeout) != NGX_OK) {
        spread->failure = NGX_PZ_QUERY_TIMEOUT;
        return;
    }

    if (ngx_pz_spread_write(spread, part) != NGX_OK
        || ngx_pz_link_send(&node->link, &part->query) != NGX_OK)
    {
        spread->failure = part->query.status;
        return;
    }

    ngx_queue_insert_tail(&spread->parts, &part->queue);

    if (node->slots == 0 && node->reads > 0) {
        ngx_pz_cluster_event(spread->cluster, NGX_PZ_STORE_NEAR);
    }
}


/* What was sent on goes to masters only. */
static ngx_pz_node_t *
ngx_pz_spread_route(const ngx_pz_spread_t *spread, ngx_uint_t i)
{
    return ngx_pz_cluster_route(spread->cluster, spread->commands[i].slot,
                                spread->query->reads && spread->hops[i] == 0);
}


/* A part for each node that these commands go to. */
static void
ngx_pz_spread_dispatch(ngx_pz_spread_t *spread, ngx_pz_spread_mask_t mask)
{
    ngx_uint_t             i;
    ngx_pz_node_t         *node;
    ngx_pz_spread_mask_t   group;

    while (mask != 0) {
        i = (ngx_uint_t) __builtin_ctz(mask);
        node = ngx_pz_spread_route(spread, i);

        for (group = 0; i < spread->query->expected; i++) {
            if (ngx_pz_spread_route(spread, i) == node) {
                group |= mask & ((ngx_pz_spread_mask_t) 1 << i);
            }
        }

        mask &= ~group;

        if (node == NULL) {
            spread->failure = NGX_PZ_QUERY_REFUSED;
            ngx_pz_cluster_event(spread->cluster, NGX_PZ_STORE_UNCOVERED);

        } else {
            ngx_pz_spread_part(spread, node, group, 0);
        }
    }
}


/* --- pauses ----------------------------------------------------------------- */

static void
ngx_pz_spread_pause(ngx_pz_spread_t *spread, ngx_msec_t ms)
{
    if (spread->pausing) {
        return;
    }

    spread->pausing = 1;
    spread->cluster->npausing++;
    ngx_queue_insert_tail(&spread->cluster->pausing, &spread->queue);

    if (ms > 0) {
        ngx_add_timer(&spread->timer, ms);
    }
}


static void
ngx_pz_spread_wake(ngx_pz_spread_t *spread)
{
    if (!spread->pausing) {
        return;
    }

    spread->pausing = 0;
    spread->cluster->npausing--;
    ngx_queue_remove(&spread->queue);

    if (spread->timer.timer_set) {
        ngx_del_timer(&spread->timer);
    }
}


/* Tell the owner once nothing is out any more. */
static void
ngx_pz_spread_settle(ngx_pz_spread_t *spread)
{
    ngx_pz_query_t  *query;

    if (!ngx_queue_empty(&spread->parts) || spread->later != 0) {
        return;
    }

    query = spread->query;
    query->pending = NULL;
    query->status = spread->failure;

    if (query->received > 0) {
        query->status = NGX_PZ_QUERY_OK;
        query->received = query->expected;
    }

    query->done(query);
}


static void
ngx_pz_spread_go_on(ngx_pz_spread_t *spread)
{
    ngx_pz_spread_mask_t  mask;

    ngx_pz_spread_wake(spread);

    mask = spread->later;
    spread->later = 0;

    if (spread->cluster->version > 0) {
        ngx_pz_spread_dispatch(spread, mask);

    } else {
        spread->failure = NGX_PZ_QUERY_TIMEOUT;
    }

    ngx_pz_spread_settle(spread);
}


static void
ngx_pz_spread_on_timer(ngx_event_t *ev)
{
    ngx_pz_spread_go_on(ev->data);
}


void
ngx_pz_spread_resume(ngx_pz_cluster_t *cluster)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&cluster->pausing)) {
        q = ngx_queue_head(&cluster->pausing);
        ngx_pz_spread_go_on(ngx_queue_data(q, ngx_pz_spread_t, queue));
    }
}


void
ngx_pz_spread_give_up(ngx_pz_cluster_t *cluster)
{
    ngx_queue_t       all;
    ngx_pz_spread_t  *spread;

    if (ngx_queue_empty(&cluster->pausing)) {
        return;
    }

    /* Whoever is told may ask again. */
    ngx_queue_init(&all);
    ngx_queue_add(&all, &cluster->pausing);
    ngx_queue_init(&cluster->pausing);

    while (!ngx_queue_empty(&all)) {
        spread = ngx_queue_data(ngx_queue_head(&all), ngx_pz_spread_t, queue);
        ngx_pz_spread_wake(spread);
        spread->later = 0;
        spread->failure = NGX_PZ_QUERY_CLOSED;
        ngx_pz_spread_settle(spread);
    }
}


void
ngx_pz_spread_forget(ngx_pz_cluster_t *cluster)
{
    ngx_pz_spread_t  *spread;

    while (!ngx_queue_empty(&cluster->pausing)) {
        spread = ngx_queue_data(ngx_queue_head(&cluster->pausing), ngx_pz_spread_t, queue);
        ngx_pz_spread_wake(spread);
        spread->query->pending = NULL;
    }
}


/* --- replies ---------------------------------------------------------------- */

static void
ngx_pz_spread_keep(ngx_pz_spread_t *spread, ngx_uint_t i, pz_reply_t *reply)
{
    spread->query->replies[i] = reply;
    spread->query->received++;
}


/* A reply to command `i`: the owner's, or the way to go. */
static void
ngx_pz_spread_take(ngx_pz_spread_t *spread, ngx_pz_part_t *part, ngx_uint_t i,
    pz_reply_t *reply)
{
    ngx_pz_node_t         *node;
    pz_redis_redirect_t    to;
    pz_redis_redirect_e    kind;
    ngx_pz_spread_mask_t   bit;

    bit = (ngx_pz_spread_mask_t) 1 << i;
    kind = pz_redis_redirect_of(reply, &to);

    if (kind == PZ_REDIS_REDIRECT_DOWN) {
        ngx_pz_cluster_schedule(spread->cluster, NGX_PZ_SPREAD_DOWN);
    }

    if (kind == PZ_REDIS_REDIRECT_NONE || kind == PZ_REDIS_REDIRECT_DOWN
        || spread->hops[i] == NGX_PZ_SPREAD_HOPS)
    {
        ngx_pz_spread_keep(spread, i, reply);
        return;
    }

    spread->hops[i]++;

    if (kind == PZ_REDIS_REDIRECT_AGAIN) {
        ngx_pz_cluster_event(spread->cluster, NGX_PZ_STORE_AGAIN);
        spread->later |= bit;
        return;
    }

    if (kind == PZ_REDIS_REDIRECT_MOVED) {
        node = ngx_pz_cluster_moved(spread->cluster, part->node, to.slot, &to.node);
        spread->again |= node != NULL ? bit : 0;

    } else {
        ngx_pz_cluster_event(spread->cluster, NGX_PZ_STORE_ASKED);
        node = ngx_pz_cluster_place(spread->cluster, part->node, &to.node);

        if (node != NULL) {
            ngx_pz_spread_part(spread, node, bit, 1);
        }
    }

    if (node == NULL) {
        ngx_pz_spread_keep(spread, i, reply);
    }
}


static void
ngx_pz_spread_read(ngx_pz_spread_t *spread, ngx_pz_part_t *part)
{
    ngx_uint_t  i, at;

    spread->again = 0;

    for (i = 0, at = 0; i < spread->query->expected; i++) {
        if (part->mask & ((ngx_pz_spread_mask_t) 1 << i)) {
            at += part->asking;
            ngx_pz_spread_take(spread, part, i, part->query.replies[at++]);
        }
    }

    ngx_pz_spread_dispatch(spread, spread->again);

    if (spread->later != 0) {
        ngx_pz_spread_pause(spread, NGX_PZ_SPREAD_PAUSE);
    }
}


static void
ngx_pz_spread_on_part(ngx_pz_query_t *query)
{
    ngx_pz_part_t    *part = query->data;
    ngx_pz_spread_t  *spread = part->spread;

    ngx_queue_remove(&part->queue);

    if (query->status == NGX_PZ_QUERY_OK) {
        spread->query->believed &= query->believed;
        ngx_pz_spread_read(spread, part);

    } else {
        spread->failure = query->status;
    }

    ngx_pz_spread_settle(spread);
}


/* ----------------------------------------------------------------------------- */

ngx_int_t
ngx_pz_spread_send(ngx_pz_cluster_t *cluster, ngx_pz_query_t *query)
{
    ngx_msec_t             left;
    ngx_pz_spread_t       *spread;
    ngx_pz_spread_mask_t   all;

    query->status = NGX_PZ_QUERY_REFUSED;
    query->believed = 1;
    spread = ngx_pz_spread_create(cluster, query);

    if (spread == NULL) {
        return NGX_DECLINED;
    }

    all = (ngx_pz_spread_mask_t) (((uint64_t) 1 << query->expected) - 1);

    if (cluster->version == 0) {
        if (!ngx_pz_cluster_hopeful(cluster)
            || cluster->npausing >= cluster->conf->max_pending)
        {
            ngx_pz_cluster_event(cluster, NGX_PZ_STORE_REFUSED_BREAKER);
            return NGX_DECLINED;
        }

        (void) ngx_pz_spread_left(spread, &left);
        spread->later = all;
        query->pending = spread;
        ngx_pz_spread_pause(spread, left);
        return NGX_OK;
    }

    ngx_pz_spread_dispatch(spread, all);

    if (ngx_queue_empty(&spread->parts)) {
        query->status = spread->failure;
        return NGX_DECLINED;
    }

    query->pending = spread;
    return NGX_OK;
}


void
ngx_pz_spread_cancel(ngx_pz_query_t *query)
{
    ngx_queue_t      *q;
    ngx_pz_part_t    *part;
    ngx_pz_spread_t  *spread = query->pending;

    query->pending = NULL;
    ngx_pz_spread_wake(spread);

    while (!ngx_queue_empty(&spread->parts)) {
        q = ngx_queue_head(&spread->parts);
        ngx_queue_remove(q);
        part = ngx_queue_data(q, ngx_pz_part_t, queue);
        ngx_pz_link_cancel(&part->query);
    }
}
