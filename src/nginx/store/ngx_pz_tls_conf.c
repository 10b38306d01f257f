#include "ngx_pz_tls_conf.h"


static ngx_int_t
ngx_pz_tls_flag(ngx_flag_t *flag, ngx_str_t *value)
{
    if (value->len == 2 && ngx_strncmp(value->data, "on", 2) == 0) {
        *flag = 1;
        return NGX_OK;
    }

    if (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0) {
        *flag = 0;
        return NGX_OK;
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_pz_tls_param(ngx_pz_tls_params_t *params, ngx_str_t *param)
{
    size_t      i;
    ngx_str_t   value, *texts[4];

    static const ngx_str_t  names[] = {
        ngx_string("ca="), ngx_string("cert="), ngx_string("key="), ngx_string("name=")
    };

    texts[0] = &params->ca;
    texts[1] = &params->cert;
    texts[2] = &params->key;
    texts[3] = &params->name;

    for (i = 0; i < 4; i++) {
        if (ngx_strncmp(param->data, names[i].data, names[i].len) == 0) {
            texts[i]->data = param->data + names[i].len;
            texts[i]->len = param->len - names[i].len;
            return texts[i]->len > 0 ? NGX_OK : NGX_ERROR;
        }
    }

    if (ngx_strncmp(param->data, "verify=", 7) == 0) {
        value.data = param->data + 7;
        value.len = param->len - 7;
        return ngx_pz_tls_flag(&params->verify, &value);
    }

    return NGX_DECLINED;
}


ngx_uint_t
ngx_pz_tls_asked(const ngx_pz_tls_params_t *params)
{
    return params->ca.len > 0 || params->cert.len > 0 || params->key.len > 0
           || params->name.len > 0 || params->verify != NGX_CONF_UNSET;
}


#if (NGX_OPENSSL)

/* An encrypted key is an error, and no question at a terminal that nobody sees. */
static ngx_array_t *
ngx_pz_tls_no_passwords(ngx_conf_t *cf)
{
    ngx_str_t    *none;
    ngx_array_t  *passwords;

    passwords = ngx_array_create(cf->pool, 1, sizeof(ngx_str_t));
    none = passwords != NULL ? ngx_array_push(passwords) : NULL;

    if (none == NULL) {
        return NULL;
    }

    ngx_str_set(none, "");
    return passwords;
}


static ngx_int_t
ngx_pz_tls_trust(ngx_conf_t *cf, ngx_pz_tls_conf_t *tls, ngx_str_t *ca)
{
    if (!tls->verify) {
        return NGX_OK;
    }

    if (ca->len > 0) {
        if (ngx_ssl_trusted_certificate(cf, &tls->ssl, ca, 9) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "personalize_redis: cannot use ca=%V: it must be a file of "
                               "certificates in PEM", ca);
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    if (SSL_CTX_set_default_verify_paths(tls->ssl.ctx) != 1) {
        ERR_clear_error();
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "personalize_redis: cannot use the system's certificates: name "
                           "your own by ca=FILE");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_tls_identify(ngx_conf_t *cf, ngx_pz_tls_conf_t *tls, ngx_pz_tls_params_t *params)
{
    ngx_array_t  *passwords;

    if (params->cert.len == 0) {
        return NGX_OK;
    }

    passwords = ngx_pz_tls_no_passwords(cf);
    if (passwords == NULL) {
        return NGX_ERROR;
    }

    if (ngx_ssl_certificate(cf, &tls->ssl, &params->cert, &params->key, passwords) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "personalize_redis: cannot use cert=%V with key=%V: they must be "
                           "a certificate and its own key in PEM, without a pass phrase",
                           &params->cert, &params->key);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_pz_tls_conf_t *
ngx_pz_tls_configure(ngx_conf_t *cf, ngx_pz_tls_params_t *params)
{
    ngx_pz_tls_conf_t   *tls;
    ngx_pool_cleanup_t  *cln;

    if ((params->cert.len > 0) != (params->key.len > 0)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "personalize_redis: cert= and key= go together");
        return NULL;
    }

    tls = ngx_pcalloc(cf->pool, sizeof(ngx_pz_tls_conf_t));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (tls == NULL || cln == NULL) {
        return NULL;
    }

    tls->name = params->name;
    tls->verify = params->verify != 0;
    tls->ssl.log = cf->log;

    if (ngx_ssl_create(&tls->ssl, NGX_SSL_TLSv1_2|NGX_SSL_TLSv1_3, NULL) != NGX_OK) {
        return NULL;
    }

    cln->handler = ngx_ssl_cleanup_ctx;
    cln->data = &tls->ssl;

    if (ngx_pz_tls_trust(cf, tls, &params->ca) != NGX_OK
        || ngx_pz_tls_identify(cf, tls, params) != NGX_OK)
    {
        return NULL;
    }

    return tls;
}

#else

ngx_pz_tls_conf_t *
ngx_pz_tls_configure(ngx_conf_t *cf, ngx_pz_tls_params_t *params)
{
    (void) params;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "personalize_redis: TLS needs an nginx that is built with "
                       "--with-http_ssl_module");
    return NULL;
}

#endif
