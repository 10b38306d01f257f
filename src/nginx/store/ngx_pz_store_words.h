/*
 * The words of one personalize_redis while they are read, and where the
 * servers are that they name.
 */
#ifndef NGX_PZ_STORE_WORDS_H
#define NGX_PZ_STORE_WORDS_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_store.h"

typedef struct {
    ngx_conf_t           *cf;
    ngx_pz_store_conf_t  *conf;
    pz_arena_t           *arena;
    ngx_pz_tls_params_t   tls;
    ngx_str_t             sentinel_user;
    ngx_str_t             sentinel_password;   /* or where it is: file:, env: */
    ngx_str_t             near;
} ngx_pz_store_words_t;

/* The same bytes. */
pz_str_t ngx_pz_store_words_text(const ngx_str_t *text);

/*
 * Into words->conf: the addresses of the URL's servers, or how its sentinels are
 * reached.  NGX_ERROR after logging; no message holds a password.
 */
ngx_int_t ngx_pz_store_words_resolve(ngx_pz_store_words_t *words);

/* Then: the replica, or the network of replicas, that near= names.  As above. */
ngx_int_t ngx_pz_store_words_near(ngx_pz_store_words_t *words);

#endif
