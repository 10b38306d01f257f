#include "ngx_pz_spread_state.h"

#include "pz_redis_redirect.h"

/*
 * What the nodes reply: the owner's, or where to go in place of it.
 *
 * A first redirect is followed at once.  Where the next node sends the command
 * on again, the nodes contradict each other, as they do for a moment after a
 * slot or a master has changed: asked again at once they would say the same,
 * and a circle of them uses up all hops within a millisecond.
 */
#define NGX_PZ_SPREAD_HOPS   5       /* of a command; the next redirect is its reply */
#define NGX_PZ_SPREAD_PAUSE  5       /* ms, the first one; each is twice as long as the last, */
#define NGX_PZ_SPREAD_TWICE  6       /* up to so often */
#define NGX_PZ_SPREAD_DOWN   1000    /* ms until the map is asked for, where a slot is down */


static void
ngx_pz_spread_keep(ngx_pz_spread_t *spread, ngx_uint_t i, pz_reply_t *reply)
{
    spread->query->replies[i] = reply;
    spread->query->received++;
}


/* It has moved: the map knows, and whoever serves the slot is asked. */
static ngx_int_t
ngx_pz_spread_moved(ngx_pz_spread_t *spread, ngx_pz_part_t *part, ngx_uint_t i,
    const pz_redis_redirect_t *to)
{
    ngx_pz_spread_mask_t  bit;

    if (ngx_pz_cluster_moved(spread->cluster, part->node, to->slot, &to->node) == NULL) {
        return NGX_DECLINED;
    }

    bit = (ngx_pz_spread_mask_t) 1 << i;

    if (spread->moved & bit) {
        spread->later |= bit;

    } else {
        spread->again |= bit;
    }

    spread->moved |= bit;
    return NGX_OK;
}


/* One that was sent there by ASK cannot be sent on by ASK: back to whoever serves the slot. */
static ngx_int_t
ngx_pz_spread_asked(ngx_pz_spread_t *spread, ngx_pz_part_t *part, ngx_uint_t i,
    const pz_redis_redirect_t *to)
{
    ngx_pz_node_t         *node;
    ngx_pz_spread_mask_t   bit;

    ngx_pz_cluster_event(spread->cluster, NGX_PZ_STORE_ASKED);
    bit = (ngx_pz_spread_mask_t) 1 << i;

    if (part->asking) {
        spread->later |= bit;
        return NGX_OK;
    }

    node = ngx_pz_cluster_place(spread->cluster, part->node, &to->node);

    if (node == NULL) {
        return NGX_DECLINED;
    }

    ngx_pz_spread_part(spread, node, bit, 1);
    return NGX_OK;
}


/* NGX_DECLINED: the reply leads nowhere. */
static ngx_int_t
ngx_pz_spread_follow(ngx_pz_spread_t *spread, ngx_pz_part_t *part, ngx_uint_t i,
    const pz_reply_t *reply)
{
    pz_redis_redirect_t  to;
    pz_redis_redirect_e  kind;

    kind = pz_redis_redirect_of(reply, &to);

    if (kind == PZ_REDIS_REDIRECT_DOWN) {
        ngx_pz_cluster_schedule(spread->cluster, NGX_PZ_SPREAD_DOWN);
    }

    if (kind == PZ_REDIS_REDIRECT_NONE || kind == PZ_REDIS_REDIRECT_DOWN
        || spread->hops[i] == NGX_PZ_SPREAD_HOPS)
    {
        return NGX_DECLINED;
    }

    spread->hops[i]++;

    switch (kind) {
    case PZ_REDIS_REDIRECT_MOVED:
        return ngx_pz_spread_moved(spread, part, i, &to);
    case PZ_REDIS_REDIRECT_ASK:
        return ngx_pz_spread_asked(spread, part, i, &to);
    default:
        ngx_pz_cluster_event(spread->cluster, NGX_PZ_STORE_AGAIN);
        spread->later |= (ngx_pz_spread_mask_t) 1 << i;
        return NGX_OK;
    }
}


/* What is left over waits, unless there is no time for another attempt: then it has no reply. */
static void
ngx_pz_spread_defer(ngx_pz_spread_t *spread)
{
    ngx_msec_t  left, pause;

    if (spread->pausing) {
        return;
    }

    pause = (ngx_msec_t) NGX_PZ_SPREAD_PAUSE << ngx_min(spread->pauses, NGX_PZ_SPREAD_TWICE);

    if (ngx_pz_spread_left(spread, &left) == NGX_OK && (left == 0 || left > pause)) {
        spread->pauses++;
        ngx_pz_spread_pause(spread, pause);
        return;
    }

    spread->later = 0;
    spread->failure = NGX_PZ_QUERY_TIMEOUT;
}


static void
ngx_pz_spread_read(ngx_pz_spread_t *spread, ngx_pz_part_t *part)
{
    ngx_uint_t   i, at;
    pz_reply_t  *reply;

    spread->again = 0;

    for (i = 0, at = 0; i < spread->query->expected; i++) {
        if (!(part->mask & ((ngx_pz_spread_mask_t) 1 << i))) {
            continue;
        }

        at += part->asking;
        reply = part->query.replies[at++];

        if (ngx_pz_spread_follow(spread, part, i, reply) != NGX_OK) {
            ngx_pz_spread_keep(spread, i, reply);
        }
    }

    ngx_pz_spread_dispatch(spread, spread->again);

    if (spread->later != 0) {
        ngx_pz_spread_defer(spread);
    }
}


/*
 * While a slot moves, MIGRATE deletes key after key at the old master and so at
 * its replica, which knows neither the move nor where they went: of these it
 * says that there is nothing, and will tell of no change.  What is promised of
 * everything, one heartbeat, is all that such an answer gets.
 */
static void
ngx_pz_spread_doubt(ngx_pz_spread_t *spread, const ngx_pz_part_t *part)
{
    if (part->near && spread->cluster->conf->watched) {
        spread->query->empty_for = spread->cluster->conf->heartbeat;
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
        ngx_pz_spread_doubt(spread, part);
        ngx_pz_spread_read(spread, part);

    } else {
        spread->failure = query->status;
    }

    ngx_pz_spread_settle(spread);
}
