/*
 * personalize_redis: no connection is made here, only names are resolved.
 */
#include "ngx_pz_store_conf.h"

#define NGX_PZ_STORE_ARENA        65536
#define NGX_PZ_STORE_CONNECT      1000     /* ms */
#define NGX_PZ_STORE_RESOLVER     30000    /* ms, as nginx has it */
#define NGX_PZ_STORE_MAX_PENDING  1024
#define NGX_PZ_STORE_PREFIX       "pz:"
#define NGX_PZ_STORE_PREFIX_MAX   64


static void
ngx_pz_store_conf_on_cleanup(void *data)
{
    pz_arena_destroy(data);
}


/* The URL may hold a password: an error never prints it as it was written. */
static ngx_int_t
ngx_pz_store_conf_url(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, ngx_str_t *text)
{
    pz_str_t             url;
    pz_arena_t          *arena;
    pz_error_t           error;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    arena = pz_arena_create(NGX_PZ_STORE_ARENA, 0);

    if (cln == NULL || arena == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_pz_store_conf_on_cleanup;
    cln->data = arena;

    url.data = (char *) text->data;
    url.len = text->len;

    if (pz_redis_url_parse(arena, url, &conf->url, &error) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "personalize_redis: %s",
                           error.text);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_store_conf_resolve(ngx_conf_t *cf, ngx_pz_store_conf_t *conf)
{
    ngx_url_t  u;
    ngx_str_t  shown;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url.data = ngx_pnalloc(cf->pool, sizeof("unix:") + conf->url.path.len
                                       + conf->url.host.len + sizeof("[]:65535"));
    if (u.url.data == NULL) {
        return NGX_ERROR;
    }

    if (conf->url.scheme == PZ_REDIS_UNIX) {
        u.url.len = ngx_sprintf(u.url.data, "unix:%*s", conf->url.path.len,
                                conf->url.path.data)
                    - u.url.data;

    } else {
        u.url.len = ngx_sprintf(u.url.data,
                                pz_str_find_byte(conf->url.host, ':') >= 0
                                ? "[%*s]:%ui" : "%*s:%ui",
                                conf->url.host.len, conf->url.host.data,
                                (ngx_uint_t) conf->url.port)
                    - u.url.data;
    }

    u.default_port = 6379;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK || u.naddrs == 0) {
        shown.data = (u_char *) conf->url.shown.data;
        shown.len = conf->url.shown.len;
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "personalize_redis: %s in \"%V\"",
                           u.err ? u.err : "no address", &shown);
        return NGX_ERROR;
    }

    conf->addrs = u.addrs;
    conf->naddrs = u.naddrs;

    return NGX_OK;
}


static ngx_int_t
ngx_pz_store_conf_prefix(ngx_pz_store_conf_t *conf, ngx_str_t *value)
{
    size_t  i;

    if (value->len > NGX_PZ_STORE_PREFIX_MAX) {
        return NGX_ERROR;
    }

    for (i = 0; i < value->len; i++) {
        /* a brace would become the hash tag of every key */
        if (value->data[i] <= ' ' || value->data[i] >= 0x7f
            || value->data[i] == '{' || value->data[i] == '}')
        {
            return NGX_ERROR;
        }
    }

    conf->prefix = *value;

    return NGX_OK;
}


/* name=value; NGX_DECLINED: no such name, NGX_ERROR: no such value. */
static ngx_int_t
ngx_pz_store_conf_param(ngx_pz_store_conf_t *conf, ngx_pz_tls_params_t *tls, ngx_str_t *param)
{
    u_char      *eq;
    ngx_int_t    n;
    ngx_str_t    value;

    eq = ngx_strlchr(param->data, param->data + param->len, '=');
    if (eq == NULL) {
        return NGX_DECLINED;
    }

    value.data = eq + 1;
    value.len = param->data + param->len - value.data;

    if (ngx_strncmp(param->data, "timeout=", 8) == 0) {
        n = ngx_parse_time(&value, 0);
        conf->timeout = (ngx_msec_t) n;

    } else if (ngx_strncmp(param->data, "connect_timeout=", 16) == 0) {
        n = ngx_parse_time(&value, 0);
        conf->connect_timeout = (ngx_msec_t) n;

    } else if (ngx_strncmp(param->data, "max_pending=", 12) == 0) {
        n = ngx_atoi(value.data, value.len);
        conf->max_pending = (ngx_uint_t) n;

    } else if (ngx_strncmp(param->data, "prefix=", 7) == 0) {
        return ngx_pz_store_conf_prefix(conf, &value);

    } else {
        return ngx_pz_tls_param(tls, param);
    }

    return n > 0 ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_pz_store_conf_params(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, ngx_pz_tls_params_t *tls,
    ngx_str_t *params, ngx_uint_t n)
{
    ngx_int_t   rc;
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        rc = ngx_pz_store_conf_param(conf, tls, &params[i]);

        if (rc == NGX_OK) {
            continue;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           rc == NGX_DECLINED
                           ? "personalize_redis: unknown parameter \"%V\"; there are "
                             "timeout=, connect_timeout=, max_pending=, prefix=, and with "
                             "rediss:// ca=, cert=, key=, verify= and name="
                           : "personalize_redis: invalid value in \"%V\"",
                           &params[i]);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_store_conf_tls(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, ngx_pz_tls_params_t *params)
{
    if (conf->url.scheme == PZ_REDIS_TLS) {
        conf->tls = ngx_pz_tls_configure(cf, params);
        return conf->tls != NULL ? NGX_OK : NGX_ERROR;
    }

    if (ngx_pz_tls_asked(params)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "personalize_redis: ca=, cert=, key=, verify= and name= are for "
                           "TLS: write rediss://");
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_pz_store_conf_t *
ngx_pz_store_configure(ngx_conf_t *cf, ngx_str_t *words, ngx_uint_t nwords)
{
    ngx_pz_store_conf_t  *conf;
    ngx_pz_tls_params_t   tls;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_pz_store_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->connect_timeout = NGX_PZ_STORE_CONNECT;
    conf->max_pending = NGX_PZ_STORE_MAX_PENDING;
    ngx_str_set(&conf->prefix, NGX_PZ_STORE_PREFIX);

    ngx_memzero(&tls, sizeof(ngx_pz_tls_params_t));
    tls.verify = NGX_CONF_UNSET;

    if (ngx_pz_store_conf_url(cf, conf, &words[0]) != NGX_OK
        || ngx_pz_store_conf_params(cf, conf, &tls, words + 1, nwords - 1) != NGX_OK
        || ngx_pz_store_conf_tls(cf, conf, &tls) != NGX_OK
        || ngx_pz_store_conf_resolve(cf, conf) != NGX_OK)
    {
        return NULL;
    }

    return conf;
}


void
ngx_pz_store_conf_resolver(ngx_pz_store_conf_t *conf, ngx_resolver_t *resolver,
    ngx_msec_t timeout)
{
    if (resolver == NULL || resolver->connections.nelts == 0) {
        return;
    }

    conf->resolver = resolver;
    conf->resolver_timeout = timeout != NGX_CONF_UNSET_MSEC ? timeout : NGX_PZ_STORE_RESOLVER;
}
