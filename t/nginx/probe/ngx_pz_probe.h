/*
 * A test's window on the store and the cache: a location whose arguments are
 * Redis commands and whose body is what the store answered, or with model= what
 * became of the cache.
 */
#ifndef NGX_PZ_PROBE_H
#define NGX_PZ_PROBE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_cache.h"
#include "ngx_pz_store.h"
#include "ngx_pz_store_conf.h"

typedef struct {
    ngx_pz_store_conf_t  *conf;
    ngx_http_core_loc_conf_t  *place;
    ngx_flag_t            warm;
    ngx_str_t             before;
    ngx_pz_store_t       *store;
    ngx_pz_cache_t       *cache;       /* NULL: none */
    ngx_uint_t            events[NGX_PZ_STORE_EVENTS];
    ngx_uint_t            turns;       /* of the event loop in which something was answered */
    ngx_msec_t            seen;
} ngx_pz_probe_main_t;

/* The commands of the c= arguments in RESP, "%d" in a word being `index`. */
ngx_int_t ngx_pz_probe_commands(ngx_http_request_t *r, pz_arena_t *arena, ngx_uint_t index,
    pz_str_t *commands, ngx_uint_t *count, pz_str_t *last_word);

ngx_uint_t ngx_pz_probe_number(ngx_http_request_t *r, const char *name, ngx_uint_t otherwise);
const char *ngx_pz_probe_status(ngx_pz_query_status_e status);
void ngx_pz_probe_reply(pz_sb_t *sb, const pz_reply_t *reply, ngx_uint_t indent);
ngx_int_t ngx_pz_probe_send_text(ngx_http_request_t *r, pz_sb_t *sb);

/* model=N: so many steps on the cache, each checked; hold=1: never comes back. */
ngx_int_t ngx_pz_probe_cache(ngx_http_request_t *r, ngx_pz_probe_main_t *probe);

/* burst=N: many queries at once, each checked to be the answer to its own question. */
ngx_int_t ngx_pz_probe_burst(ngx_http_request_t *r, ngx_pz_probe_main_t *probe);

#endif
