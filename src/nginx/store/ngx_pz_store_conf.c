/*
 * personalize_redis: no connection is made here, only names are resolved.
 */
#include "ngx_pz_store_conf.h"
#include "ngx_pz_store_words.h"

#define NGX_PZ_STORE_ARENA        65536
#define NGX_PZ_STORE_CONNECT      1000     /* ms */
#define NGX_PZ_STORE_RESOLVER     30000    /* ms, as nginx has it */
#define NGX_PZ_STORE_HEARTBEAT    1000     /* ms */
#define NGX_PZ_STORE_HEARTBEAT_MIN  100
#define NGX_PZ_STORE_HEARTBEAT_MAX  60000
#define NGX_PZ_STORE_MAX_PENDING  1024
#define NGX_PZ_STORE_PREFIX       "pz:"
#define NGX_PZ_STORE_PREFIX_MAX   64


static void
ngx_pz_store_conf_on_cleanup(void *data)
{
    pz_arena_destroy(data);
}


static ngx_int_t
ngx_pz_store_conf_arena(ngx_pz_store_words_t *words)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(words->cf->pool, 0);
    words->arena = pz_arena_create(NGX_PZ_STORE_ARENA, 0);

    if (cln == NULL || words->arena == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_pz_store_conf_on_cleanup;
    cln->data = words->arena;
    return NGX_OK;
}


/* The URL may hold a password: an error never prints it as it was written. */
static ngx_int_t
ngx_pz_store_conf_url(ngx_pz_store_words_t *words, const ngx_str_t *text)
{
    pz_error_t  error;

    if (pz_redis_url_parse(words->arena, ngx_pz_store_words_text(text), &words->conf->url, &error)
        != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0, "personalize_redis: %s", error.text);
        return NGX_ERROR;
    }

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


/* NGX_DECLINED: it is none of those that take a number or a time. */
static ngx_int_t
ngx_pz_store_conf_number(ngx_pz_store_conf_t *conf, const ngx_str_t *param, ngx_str_t *value)
{
    ngx_int_t  n;

    if (ngx_strncmp(param->data, "timeout=", 8) == 0) {
        n = ngx_parse_time(value, 0);
        conf->timeout = (ngx_msec_t) n;

    } else if (ngx_strncmp(param->data, "connect_timeout=", 16) == 0) {
        n = ngx_parse_time(value, 0);
        conf->connect_timeout = (ngx_msec_t) n;

    } else if (ngx_strncmp(param->data, "heartbeat=", 10) == 0) {
        n = ngx_parse_time(value, 0);
        conf->heartbeat = (ngx_msec_t) n;
        return n >= NGX_PZ_STORE_HEARTBEAT_MIN && n <= NGX_PZ_STORE_HEARTBEAT_MAX
               ? NGX_OK : NGX_ERROR;

    } else if (ngx_strncmp(param->data, "max_pending=", 12) == 0) {
        n = ngx_atoi(value->data, value->len);
        conf->max_pending = (ngx_uint_t) n;

    } else {
        return NGX_DECLINED;
    }

    return n > 0 ? NGX_OK : NGX_ERROR;
}


/* name=value; NGX_DECLINED: no such name, NGX_ERROR: no such value. */
static ngx_int_t
ngx_pz_store_conf_param(ngx_pz_store_words_t *words, ngx_str_t *param)
{
    u_char     *eq;
    ngx_int_t   rc;
    ngx_str_t   value;

    eq = ngx_strlchr(param->data, param->data + param->len, '=');
    if (eq == NULL) {
        return NGX_DECLINED;
    }

    value.data = eq + 1;
    value.len = param->data + param->len - value.data;
    rc = ngx_pz_store_conf_number(words->conf, param, &value);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (ngx_strncmp(param->data, "prefix=", 7) == 0) {
        return ngx_pz_store_conf_prefix(words->conf, &value);
    }

    if (ngx_strncmp(param->data, "sentinel_user=", 14) == 0) {
        words->sentinel_user = value;

    } else if (ngx_strncmp(param->data, "sentinel_password=", 18) == 0) {
        words->sentinel_password = value;

    } else if (ngx_strncmp(param->data, "near=", 5) == 0) {
        words->near = value;

    } else {
        return ngx_pz_tls_param(&words->tls, param);
    }

    return value.len > 0 ? NGX_OK : NGX_ERROR;
}


/* A password is not repeated, whatever is wrong with it. */
static ngx_int_t
ngx_pz_store_conf_params(ngx_pz_store_words_t *words, ngx_str_t *params, ngx_uint_t n)
{
    ngx_int_t   rc;
    ngx_str_t   shown;
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        rc = ngx_pz_store_conf_param(words, &params[i]);

        if (rc == NGX_OK) {
            continue;
        }

        shown = params[i];

        if (ngx_strncmp(shown.data, "sentinel_password", 17) == 0) {
            shown.len = 17;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0,
                           rc == NGX_DECLINED
                           ? "personalize_redis: unknown parameter \"%V\"; there are "
                             "timeout=, connect_timeout=, max_pending=, heartbeat=, prefix=, "
                             "near=, with rediss:// ca=, cert=, key=, verify= and name=, and with "
                             "redis-sentinel:// sentinel_user= and sentinel_password="
                           : "personalize_redis: invalid value in \"%V\"",
                           &shown);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Parameters that belong to another kind of URL. */
static ngx_int_t
ngx_pz_store_conf_fit(ngx_pz_store_words_t *words)
{
    const char         *why;
    pz_redis_scheme_t   scheme;

    why = NULL;
    scheme = words->conf->url.scheme;

    if (!words->conf->url.tls && ngx_pz_tls_asked(&words->tls)) {
        why = "ca=, cert=, key=, verify= and name= are for TLS: write rediss://";

    } else if (scheme != PZ_REDIS_SENTINEL
               && (words->sentinel_user.len > 0 || words->sentinel_password.len > 0))
    {
        why = "sentinel_user= and sentinel_password= are for redis-sentinel://";

    } else if (words->sentinel_user.len > 0 && words->sentinel_password.len == 0) {
        why = "sentinel_user= needs sentinel_password=";
    }

    if (why != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0, "personalize_redis: %s", why);
        return NGX_ERROR;
    }

    if (words->conf->url.tls) {
        words->conf->tls = ngx_pz_tls_configure(words->cf, &words->tls);
        return words->conf->tls != NULL ? NGX_OK : NGX_ERROR;
    }

    return NGX_OK;
}


ngx_pz_store_conf_t *
ngx_pz_store_configure(ngx_conf_t *cf, ngx_str_t *words, ngx_uint_t nwords)
{
    ngx_pz_store_conf_t   *conf;
    ngx_pz_store_words_t   read;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_pz_store_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->connect_timeout = NGX_PZ_STORE_CONNECT;
    conf->heartbeat = NGX_PZ_STORE_HEARTBEAT;
    conf->max_pending = NGX_PZ_STORE_MAX_PENDING;
    ngx_str_set(&conf->prefix, NGX_PZ_STORE_PREFIX);

    ngx_memzero(&read, sizeof(ngx_pz_store_words_t));
    read.cf = cf;
    read.conf = conf;
    read.tls.verify = NGX_CONF_UNSET;

    if (ngx_pz_store_conf_arena(&read) != NGX_OK
        || ngx_pz_store_conf_url(&read, &words[0]) != NGX_OK
        || ngx_pz_store_conf_params(&read, words + 1, nwords - 1) != NGX_OK
        || ngx_pz_store_conf_fit(&read) != NGX_OK
        || ngx_pz_store_words_resolve(&read) != NGX_OK
        || ngx_pz_store_words_near(&read) != NGX_OK)
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

    if (conf->near != NULL) {
        conf->near->resolver = conf->resolver;
        conf->near->resolver_timeout = conf->resolver_timeout;
    }
}
