/*
 * Where the master is, from Sentinel: one connection to one of the sentinels,
 * which answers once and then tells when the master moves.
 *
 * A sentinel may be down, silent, behind the times, or know another master:
 * then the next one is asked.  While none answers, the last master that was
 * known is kept: ROLE in the greeting proves whether it is one still.
 */
#ifndef NGX_PZ_SENTINEL_H
#define NGX_PZ_SENTINEL_H

#include "ngx_pz_link.h"
#include "pz_redis_sentinel.h"

typedef struct {
    ngx_pz_link_t      link;          /* to a sentinel */
    ngx_pz_link_t     *data;          /* to the master */
    pz_str_t           master;        /* its name */

    ngx_pz_query_t     query;
    pz_arena_t        *arena;
    pz_str_t           question;

    u_char             text[PZ_REDIS_HOST_MAX];
    ngx_str_t          host;          /* of the master, as last told; empty: never */
    in_port_t          port;

    ngx_uint_t         failures;      /* of sentinels, in a row */
    ngx_event_t        refuse;        /* posted: the answer was of no use */
    ngx_event_t        beat;          /* PING now and then: a silent end of the connection */
    unsigned           fresh:1;       /* told since the master last failed us */
    unsigned           wanted:1;      /* the data link waits for an answer */
    unsigned           finding:1;     /* in find(): it takes the answer from there */
} ngx_pz_sentinel_t;

/* `data` gets its addresses from here from now on.  All memory from `pool`. */
ngx_int_t ngx_pz_sentinel_init(ngx_pz_sentinel_t *sentinel, ngx_pz_link_t *data,
    const ngx_pz_store_conf_t *conf, ngx_pool_t *pool, ngx_log_t *log);

void ngx_pz_sentinel_destroy(ngx_pz_sentinel_t *sentinel);

#endif
