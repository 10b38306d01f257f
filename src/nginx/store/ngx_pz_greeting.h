/*
 * What a link says first: AUTH and SELECT as the URL asks, ROLE where a
 * master is expected, then PING.  To a replica that is to be read from:
 * READONLY in a cluster, and ROLE in place of PING.
 */
#ifndef NGX_PZ_GREETING_H
#define NGX_PZ_GREETING_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "pz_redis.h"
#include "pz_redis_url.h"

typedef enum {
    NGX_PZ_GREETING_AUTH, NGX_PZ_GREETING_SELECT, NGX_PZ_GREETING_ROLE,
    NGX_PZ_GREETING_READONLY, NGX_PZ_GREETING_STEP, NGX_PZ_GREETING_PING
} ngx_pz_greeting_e;

/* Whom a link expects. */
typedef enum {
    NGX_PZ_GREETING_ANYBODY, NGX_PZ_GREETING_MASTER, NGX_PZ_GREETING_REPLICA
} ngx_pz_greeting_who_e;

typedef struct {
    pz_str_t             commands;
    ngx_pz_greeting_e    steps[4];
    ngx_uint_t           nsteps;
    pz_str_t             ping;        /* the last step alone, to see whether it holds still */
} ngx_pz_greeting_t;

/* The commands are built in `arena` (scratch) and kept in `pool`. */
ngx_int_t ngx_pz_greeting_build(ngx_pz_greeting_t *greeting, const pz_redis_url_t *url,
    ngx_pz_greeting_who_e who, pz_arena_t *arena, ngx_pool_t *pool);

#endif
