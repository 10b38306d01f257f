/*
 * What one node is asked of a query.
 */
#include "ngx_pz_spread_state.h"

#include "pz_sb.h"

#define NGX_PZ_SPREAD_COMMANDS  (1024 * 1024)
#define NGX_PZ_SPREAD_ASKING    "*1\r\n$6\r\nASKING\r\n"


ngx_int_t
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


void
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
    part->query.reads = spread->query->reads;
    part->query.done = spread->on_part;
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
        part->near = 1;
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


void
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
