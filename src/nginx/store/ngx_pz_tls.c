#include "ngx_pz_tls_conf.h"
#include "ngx_pz_resolve.h"

#if (NGX_OPENSSL)
#include <openssl/x509v3.h>
#endif


/* nginx's log lines of this connection: time, level and process are left out. */
static void
ngx_pz_tls_on_log(ngx_log_t *log, ngx_uint_t level, u_char *line, size_t len)
{
    u_char        *text, *end;
    ngx_pz_tls_t  *tls = log->wdata;

    end = line + len;
    text = ngx_strlchr(line, end, '#');
    text = text != NULL ? ngx_strlchr(text, end, ' ') : NULL;
    text = text != NULL ? text + 1 : line;

    while (end > text && (end[-1] == '\n' || end[-1] == '\r')) {
        end--;
    }

    /* What is an alert is a bug of ours or a lack of means: not to be kept for later. */
    if (level <= NGX_LOG_ALERT) {
        ngx_log_error(level, tls->real, 0, "%*s", (size_t) (end - text), text);
        return;
    }

    /* The first one is the cause. */
    if (tls->why_len == 0) {
        tls->why_len = ngx_min((size_t) (end - text), sizeof(tls->why));
        ngx_memcpy(tls->why, text, tls->why_len);
    }
}


void
ngx_pz_tls_init(ngx_pz_tls_t *tls, const ngx_pz_tls_conf_t *conf, ngx_log_t *log)
{
    tls->conf = conf;
    tls->real = log;
    tls->why_len = 0;

    ngx_memzero(&tls->log, sizeof(ngx_log_t));
    tls->log.log_level = NGX_LOG_INFO;
    tls->log.writer = ngx_pz_tls_on_log;
    tls->log.wdata = tls;
    tls->log.file = log->file;
}

#if (NGX_OPENSSL)

/* The name as a string of C, in the connection's pool. */
static ngx_int_t
ngx_pz_tls_name(ngx_pz_tls_t *tls, ngx_connection_t *c, const ngx_str_t *name)
{
    tls->name.len = name->len;
    tls->name.data = ngx_pnalloc(c->pool, name->len + 1);

    if (tls->name.data == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn(tls->name.data, name->data, name->len + 1);

    /* RFC 6066, section 3: literal addresses are not permitted in SNI. */
    return ngx_pz_resolve_is_address(&tls->name)
           || SSL_set_tlsext_host_name(c->ssl->connection, (char *) tls->name.data) == 1
           ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_pz_tls_begin(ngx_pz_tls_t *tls, ngx_connection_t *c, const ngx_str_t *host)
{
    tls->why_len = 0;

    c->log = &tls->log;
    c->read->log = &tls->log;
    c->write->log = &tls->log;
    c->log_error = NGX_ERROR_INFO;

    c->pool = ngx_create_pool(1024, tls->real);
    if (c->pool == NULL) {
        return NGX_ERROR;
    }

    if (ngx_ssl_create_connection((ngx_ssl_t *) &tls->conf->ssl, c, NGX_SSL_CLIENT) != NGX_OK
        || ngx_pz_tls_name(tls, c, tls->conf->name.len > 0 ? &tls->conf->name : host) != NGX_OK)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_pz_tls_names(ngx_connection_t *c, ngx_str_t *name)
{
    int    rc;
    X509  *cert;

    if (!ngx_pz_resolve_is_address(name)) {
        return ngx_ssl_check_host(c, name) == NGX_OK;
    }

    cert = SSL_get_peer_certificate(c->ssl->connection);
    if (cert == NULL) {
        return 0;
    }

    rc = X509_check_ip_asc(cert, (char *) name->data, 0);
    X509_free(cert);
    return rc == 1;
}


static ngx_int_t
ngx_pz_tls_judge(ngx_pz_tls_t *tls, ngx_connection_t *c)
{
    long  rc;

    if (!tls->conf->verify) {
        return NGX_OK;
    }

    rc = SSL_get_verify_result(c->ssl->connection);

    if (rc != X509_V_OK) {
        tls->why_len = 0;
        ngx_log_error(NGX_LOG_ERR, c->log, 0, "the certificate is not trusted: %s",
                      X509_verify_cert_error_string(rc));
        return NGX_ERROR;
    }

    if (!ngx_pz_tls_names(c, &tls->name)) {
        tls->why_len = 0;
        ngx_log_error(NGX_LOG_ERR, c->log, 0, "the certificate does not name \"%V\"",
                      &tls->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_pz_tls_handshake(ngx_pz_tls_t *tls, ngx_connection_t *c)
{
    ngx_int_t               rc;
    ngx_event_handler_pt    on_read, on_write;

    on_read = c->read->handler;
    on_write = c->write->handler;

    rc = ngx_ssl_handshake(c);

    c->read->handler = on_read;
    c->write->handler = on_write;

    if (rc == NGX_OK) {
        rc = ngx_pz_tls_judge(tls, c);
    }

    if (rc == NGX_ERROR) {
        /* Left behind, they would be taken for another connection's. */
        ERR_clear_error();
    }

    return rc;
}


void
ngx_pz_tls_end(ngx_connection_t *c)
{
    if (c->ssl != NULL) {
        c->ssl->no_wait_shutdown = 1;

        /* Whether the alert fits the socket's buffer is not worth waiting for. */
        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {
            c->timedout = 1;
            (void) ngx_ssl_shutdown(c);
        }

        ERR_clear_error();
    }

    if (c->pool != NULL) {
        ngx_destroy_pool(c->pool);
        c->pool = NULL;
    }
}

#else

ngx_int_t
ngx_pz_tls_begin(ngx_pz_tls_t *tls, ngx_connection_t *c, const ngx_str_t *host)
{
    (void) tls;
    (void) c;
    (void) host;
    return NGX_ERROR;
}


ngx_int_t
ngx_pz_tls_handshake(ngx_pz_tls_t *tls, ngx_connection_t *c)
{
    (void) tls;
    (void) c;
    return NGX_ERROR;
}


void
ngx_pz_tls_end(ngx_connection_t *c)
{
    (void) c;
}

#endif
