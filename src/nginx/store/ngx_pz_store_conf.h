/*
 * URL and parameters of personalize_redis: all that a store knows before it
 * has a socket.  No connection is made here.
 */
#ifndef NGX_PZ_STORE_CONF_H
#define NGX_PZ_STORE_CONF_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_store.h"

/*
 * `words` are the URL and the parameters behind it.  NULL after logging with
 * file and line; no message holds a password.
 */
ngx_pz_store_conf_t *ngx_pz_store_configure(ngx_conf_t *cf, ngx_str_t *words, ngx_uint_t nwords);

/* nginx's resolver for names; one without servers (nginx makes such) counts as none. */
void ngx_pz_store_conf_resolver(ngx_pz_store_conf_t *conf, ngx_resolver_t *resolver,
    ngx_msec_t timeout);

#endif
