/*
 * personalize_cache: zones and times.
 */
#include "ngx_pz_conf.h"
#include "ngx_pz_conf_cache.h"

#define NGX_PZ_CONF_CACHE_TTL       60000    /* ms */
#define NGX_PZ_CONF_CACHE_STALE     0
#define NGX_PZ_CONF_CACHE_NEGATIVE  10000

#define NGX_PZ_CONF_CACHE_LONGEST   (366 * 24 * 3600 * (ngx_int_t) 1000)


static char *
ngx_pz_conf_cache_add(ngx_array_t *caches, ngx_pz_cache_t *cache)
{
    ngx_uint_t        i;
    ngx_pz_cache_t  **known;

    known = caches->elts;

    for (i = 0; i < caches->nelts; i++) {
        if (known[i] == cache) {
            return NGX_CONF_OK;
        }
    }

    known = ngx_array_push(caches);
    if (known == NULL) {
        return NGX_CONF_ERROR;
    }

    *known = cache;

    return NGX_CONF_OK;
}


/* NAME:SIZE, or the NAME of a zone whose size is said elsewhere. */
static char *
ngx_pz_conf_cache_zone(ngx_conf_t *cf, ngx_pz_cache_conf_t *conf, ngx_str_t value)
{
    u_char     *colon;
    ssize_t     size;
    ngx_str_t   name, text;

    name = value;
    size = 0;

    colon = ngx_strlchr(value.data, value.data + value.len, ':');

    if (colon != NULL) {
        name.len = colon - value.data;
        text.data = colon + 1;
        text.len = value.len - name.len - 1;
        size = ngx_parse_size(&text);

        if (size == NGX_ERROR || size == 0) {
            return "has a zone of an invalid size: use zone=NAME:SIZE, such as zone=visitors:64m";
        }

        if (size < NGX_PZ_CACHE_ZONE_MIN) {
            return "has a zone that is too small: 64k is the least";
        }
    }

    if (name.len == 0) {
        return "needs a name for its zone: zone=NAME:SIZE, such as zone=visitors:64m";
    }

    /* the module itself is the tag of its counters' zone */
    conf->cache = ngx_pz_cache_zone(cf, &name, (size_t) size, ngx_http_personalize_commands);

    return conf->cache != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_pz_conf_cache_time(ngx_str_t value, ngx_msec_t *time, ngx_int_t least)
{
    ngx_int_t  n;

    n = ngx_parse_time(&value, 0);

    if (n == NGX_ERROR || n < least || n > NGX_PZ_CONF_CACHE_LONGEST) {
        return least > 0 ? "has an invalid time: use a time above 0, such as 60s"
                         : "has an invalid time: use a time such as 10m, or 0 for none";
    }

    *time = (ngx_msec_t) n;

    return NGX_CONF_OK;
}


static char *
ngx_pz_conf_cache_push(ngx_str_t value, ngx_uint_t *push)
{
    *push = value.len == 2 && ngx_strncmp(value.data, "on", 2) == 0;

    return *push || (value.len == 3 && ngx_strncmp(value.data, "off", 3) == 0)
           ? NGX_CONF_OK : "has an invalid value: use push=on or push=off";
}


static char *
ngx_pz_conf_cache_param(ngx_conf_t *cf, ngx_pz_cache_conf_t *conf, ngx_str_t *param)
{
    u_char     *eq;
    size_t      len;
    ngx_str_t   value;

    eq = ngx_strlchr(param->data, param->data + param->len, '=');

    if (eq != NULL) {
        len = eq + 1 - param->data;
        value.data = eq + 1;
        value.len = param->len - len;

        if (ngx_strncmp(param->data, "zone=", len) == 0) {
            return conf->cache == NULL ? ngx_pz_conf_cache_zone(cf, conf, value)
                                       : "names two zones";
        }

        if (ngx_strncmp(param->data, "ttl=", len) == 0) {
            return ngx_pz_conf_cache_time(value, &conf->ttl, 1);
        }

        if (ngx_strncmp(param->data, "stale=", len) == 0) {
            return ngx_pz_conf_cache_time(value, &conf->stale, 0);
        }

        if (ngx_strncmp(param->data, "negative=", len) == 0) {
            return ngx_pz_conf_cache_time(value, &conf->negative, 0);
        }

        if (ngx_strncmp(param->data, "push=", len) == 0) {
            return ngx_pz_conf_cache_push(value, &conf->push);
        }
    }

    return "has an unknown parameter; there are zone=, ttl=, stale=, negative= and push=";
}


ngx_pz_cache_conf_t *
ngx_pz_conf_cache(ngx_conf_t *cf, ngx_array_t *caches)
{
    char                 *error;
    ngx_str_t            *value;
    ngx_uint_t            i;
    ngx_pz_cache_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_pz_cache_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->ttl = NGX_PZ_CONF_CACHE_TTL;
    conf->stale = NGX_PZ_CONF_CACHE_STALE;
    conf->negative = NGX_PZ_CONF_CACHE_NEGATIVE;
    conf->push = 1;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        error = ngx_pz_conf_cache_param(cf, conf, &value[i]);

        if (error == NGX_CONF_ERROR) {
            return NULL;
        }

        if (error != NGX_CONF_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "personalize_cache %s: \"%V\"",
                               error, &value[i]);
            return NULL;
        }
    }

    if (conf->cache == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "personalize_cache needs a zone: zone=NAME:SIZE, or off");
        return NULL;
    }

    return ngx_pz_conf_cache_add(caches, conf->cache) == NGX_CONF_OK ? conf : NULL;
}
