#include "ngx_pz_spread.h"

#include "pz_redis_redirect.h"

/*
 * What the nodes reply: the owner's, or where to go in place of it.
 */
#define NGX_PZ_SPREAD_HOPS   5       /* how often one command is sent on; the next redirect is its reply */
#define NGX_PZ_SPREAD_PAUSE  5       /* ms, before what was told TRYAGAIN */
#define NGX_PZ_SPREAD_DOWN   1000    /* ms until the map is asked for, where a slot is down */


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


void
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
