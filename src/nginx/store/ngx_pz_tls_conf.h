/*
 * What ngx_pz_tls.c and ngx_pz_tls_conf.c share.
 */
#ifndef NGX_PZ_TLS_CONF_H
#define NGX_PZ_TLS_CONF_H

#include "ngx_pz_tls.h"

struct ngx_pz_tls_conf_s {
#if (NGX_OPENSSL)
    ngx_ssl_t   ssl;
#endif
    ngx_str_t   name;       /* for SNI and certificate; empty: the host; zero-terminated */
    ngx_uint_t  verify;
};

#endif
