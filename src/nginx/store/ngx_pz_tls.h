/*
 * TLS between a link and its socket, by nginx's own OpenSSL layer.
 *
 * The certificate is judged after the handshake and before the first command,
 * so that no password goes to a stranger.  What OpenSSL has to say is kept for
 * the link's one log line instead of going to the log at each attempt.
 */
#ifndef NGX_PZ_TLS_H
#define NGX_PZ_TLS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

/* Of the whole text, in bytes. */
#define NGX_PZ_TLS_WHY_MAX  256

/* Const after configuration. */
typedef struct ngx_pz_tls_conf_s  ngx_pz_tls_conf_t;

/* One link's.  `why` is empty unless something went wrong since begin(). */
typedef struct {
    const ngx_pz_tls_conf_t  *conf;       /* NULL: no TLS */
    ngx_log_t                 log;        /* the connection's: its text goes to `why` */
    ngx_log_t                *real;
    ngx_str_t                 name;       /* whom the certificate must name */
    u_char                    why[NGX_PZ_TLS_WHY_MAX];
    size_t                    why_len;
} ngx_pz_tls_t;

void ngx_pz_tls_init(ngx_pz_tls_t *tls, const ngx_pz_tls_conf_t *conf, ngx_log_t *log);

/*
 * Prepare a connected socket.  `host` (copied) is whom the certificate must name
 * unless the configuration says another.  NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_pz_tls_begin(ngx_pz_tls_t *tls, ngx_connection_t *c, const ngx_str_t *host);

/*
 * Go on with the handshake.  NGX_OK: done, and the server is who it should be;
 * NGX_AGAIN: call again from either event; NGX_ERROR: `why` tells.  The
 * connection's event handlers stay the caller's.
 */
ngx_int_t ngx_pz_tls_handshake(ngx_pz_tls_t *tls, ngx_connection_t *c);

/* Say goodbye if that needs no waiting, and free; before ngx_close_connection(). */
void ngx_pz_tls_end(ngx_connection_t *c);

/* The parameters ca=, cert=, key=, verify=, name= of personalize_redis; paths as in nginx.conf. */
typedef struct {
    ngx_str_t   ca;
    ngx_str_t   cert;
    ngx_str_t   key;
    ngx_str_t   name;
    ngx_flag_t  verify;     /* NGX_CONF_UNSET: on */
} ngx_pz_tls_params_t;

/* name=value: NGX_OK taken, NGX_DECLINED none of ours, NGX_ERROR no such value. */
ngx_int_t ngx_pz_tls_param(ngx_pz_tls_params_t *params, ngx_str_t *param);

/* Whether any was given. */
ngx_uint_t ngx_pz_tls_asked(const ngx_pz_tls_params_t *params);

/* Files are read here.  NULL after logging with file and line. */
ngx_pz_tls_conf_t *ngx_pz_tls_configure(ngx_conf_t *cf, ngx_pz_tls_params_t *params);

#endif
