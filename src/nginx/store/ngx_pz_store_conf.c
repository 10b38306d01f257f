/*
 * personalize_redis: no connection is made here, only names are resolved.
 */
#include "ngx_pz_store_conf.h"

#include "pz_redis_secret.h"
#include "pz_sb.h"

#define NGX_PZ_STORE_ARENA        65536
#define NGX_PZ_STORE_PORT         6379
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


/* What the words of one directive are read into. */
typedef struct {
    ngx_conf_t           *cf;
    ngx_pz_store_conf_t  *conf;
    pz_arena_t           *arena;
    ngx_pz_tls_params_t   tls;
    ngx_str_t             sentinel_user;
    ngx_str_t             sentinel_password;   /* or where it is: file:, env: */
    ngx_str_t             near;
} ngx_pz_store_words_t;


static pz_str_t
ngx_pz_store_conf_text(const ngx_str_t *text)
{
    pz_str_t  same;

    same.data = (char *) text->data;
    same.len = text->len;
    return same;
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

    if (pz_redis_url_parse(words->arena, ngx_pz_store_conf_text(text), &words->conf->url, &error)
        != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0, "personalize_redis: %s", error.text);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The addresses of a host, or of a unix socket, behind those that are there already. */
static ngx_int_t
ngx_pz_store_conf_host(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, pz_str_t host, unsigned port)
{
    ngx_url_t    u;
    ngx_str_t    shown;
    ngx_str_t   *names;
    ngx_uint_t   i;
    ngx_addr_t  *addrs;

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url.data = ngx_pnalloc(cf->pool, sizeof("unix:[]:65535") + host.len);

    if (u.url.data == NULL) {
        return NGX_ERROR;
    }

    u.url.len = ngx_sprintf(u.url.data,
                            port == 0 ? "unix:%*s"
                            : pz_str_find_byte(host, ':') >= 0 ? "[%*s]:%ui" : "%*s:%ui",
                            host.len, host.data, (ngx_uint_t) port)
                - u.url.data;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK || u.naddrs == 0) {
        shown.data = (u_char *) conf->url.shown.data;
        shown.len = conf->url.shown.len;
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "personalize_redis: %s in \"%V\"",
                           u.err ? u.err : "no address", &shown);
        return NGX_ERROR;
    }

    addrs = ngx_palloc(cf->pool, (conf->naddrs + u.naddrs) * sizeof(ngx_addr_t));
    names = ngx_palloc(cf->pool, (conf->naddrs + u.naddrs) * sizeof(ngx_str_t));

    if (addrs == NULL || names == NULL) {
        return NGX_ERROR;
    }

    if (conf->naddrs > 0) {
        ngx_memcpy(addrs, conf->addrs, conf->naddrs * sizeof(ngx_addr_t));
        ngx_memcpy(names, conf->names, conf->naddrs * sizeof(ngx_str_t));
    }

    ngx_memcpy(addrs + conf->naddrs, u.addrs, u.naddrs * sizeof(ngx_addr_t));

    for (i = 0; i < u.naddrs; i++) {
        names[conf->naddrs + i].data = (u_char *) host.data;
        names[conf->naddrs + i].len = host.len;
    }

    conf->addrs = addrs;
    conf->names = names;
    conf->naddrs += u.naddrs;

    return NGX_OK;
}


/* Any of them tells where the others are. */
static ngx_int_t
ngx_pz_store_conf_nodes(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, const pz_redis_url_t *url)
{
    size_t  i;

    for (i = 0; i < url->nnodes; i++) {
        if (ngx_pz_store_conf_host(cf, conf, url->nodes[i].host, url->nodes[i].port) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* How sentinels are reached: as a store's conf of its own. */
static ngx_int_t
ngx_pz_store_conf_sentinel(ngx_pz_store_words_t *words)
{
    pz_sb_t               shown;
    pz_error_t            error;
    pz_redis_url_t       *url = &words->conf->url;
    ngx_pz_store_conf_t  *sentinel;

    sentinel = ngx_pcalloc(words->cf->pool, sizeof(ngx_pz_store_conf_t));
    if (sentinel == NULL) {
        return NGX_ERROR;
    }

    sentinel->connect_timeout = words->conf->connect_timeout;
    sentinel->tls = words->conf->tls;
    sentinel->url.scheme = PZ_REDIS_TCP;
    sentinel->url.user = ngx_pz_store_conf_text(&words->sentinel_user);

    if (words->sentinel_password.len > 0
        && pz_redis_secret_read(words->arena, ngx_pz_store_conf_text(&words->sentinel_password),
                                &sentinel->url.password, &error)
           != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0, "personalize_redis: %s", error.text);
        return NGX_ERROR;
    }

    pz_sb_init(&shown, words->arena, 1024);
    pz_sb_literal(&shown, "sentinels of ");
    pz_sb_add(&shown, url->master);

    if (pz_sb_done(&shown, &sentinel->url.shown) != 0) {
        return NGX_ERROR;
    }

    if (ngx_pz_store_conf_nodes(words->cf, sentinel, url) != NGX_OK) {
        return NGX_ERROR;
    }

    words->conf->sentinel = sentinel;
    return NGX_OK;
}


static ngx_int_t
ngx_pz_store_conf_resolve(ngx_pz_store_words_t *words)
{
    const pz_redis_url_t  *url = &words->conf->url;

    switch (url->scheme) {
    case PZ_REDIS_CLUSTER:
        return ngx_pz_store_conf_nodes(words->cf, words->conf, url);
    case PZ_REDIS_SENTINEL:
        return ngx_pz_store_conf_sentinel(words);
    case PZ_REDIS_UNIX:
        return ngx_pz_store_conf_host(words->cf, words->conf, url->path, 0);
    default:
        return ngx_pz_store_conf_host(words->cf, words->conf, url->host, url->port);
    }
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
ngx_pz_store_conf_param(ngx_pz_store_words_t *words, ngx_str_t *param)
{
    u_char               *eq;
    ngx_int_t             n;
    ngx_str_t             value;
    ngx_pz_store_conf_t  *conf = words->conf;

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

    } else if (ngx_strncmp(param->data, "heartbeat=", 10) == 0) {
        n = ngx_parse_time(&value, 0);
        conf->heartbeat = (ngx_msec_t) n;
        return n >= NGX_PZ_STORE_HEARTBEAT_MIN && n <= NGX_PZ_STORE_HEARTBEAT_MAX
               ? NGX_OK : NGX_ERROR;

    } else if (ngx_strncmp(param->data, "max_pending=", 12) == 0) {
        n = ngx_atoi(value.data, value.len);
        conf->max_pending = (ngx_uint_t) n;

    } else if (ngx_strncmp(param->data, "prefix=", 7) == 0) {
        return ngx_pz_store_conf_prefix(conf, &value);

    } else if (ngx_strncmp(param->data, "sentinel_user=", 14) == 0) {
        words->sentinel_user = value;
        return value.len > 0 ? NGX_OK : NGX_ERROR;

    } else if (ngx_strncmp(param->data, "sentinel_password=", 18) == 0) {
        words->sentinel_password = value;
        return value.len > 0 ? NGX_OK : NGX_ERROR;

    } else if (ngx_strncmp(param->data, "near=", 5) == 0) {
        words->near = value;
        return value.len > 0 ? NGX_OK : NGX_ERROR;

    } else {
        return ngx_pz_tls_param(&words->tls, param);
    }

    return n > 0 ? NGX_OK : NGX_ERROR;
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
                             "timeout=, connect_timeout=, max_pending=, heartbeat=, prefix=, near=, with "
                             "rediss:// ca=, cert=, key=, verify= and name=, and with "
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


/* --- near replicas ------------------------------------------------------------ */

/* "10.1.0.0/16": members of a cluster that are there. */
static ngx_int_t
ngx_pz_store_conf_net(ngx_pz_store_words_t *words)
{
    ngx_int_t  rc;

    words->conf->net = ngx_pcalloc(words->cf->pool, sizeof(ngx_cidr_t));
    if (words->conf->net == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_ptocidr(&words->near, words->conf->net);

    if (rc == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0, "personalize_redis: with a cluster, "
                           "\"near=\" takes the network that its near replicas are in, as in "
                           "near=10.1.0.0/16, not \"%V\"", &words->near);
        return NGX_ERROR;
    }

    words->conf->reads = 1;
    return NGX_OK;
}


/* "10.1.0.7:6379": a replica, reached as the server of the URL is. */
static ngx_int_t
ngx_pz_store_conf_near(ngx_pz_store_words_t *words)
{
    pz_sb_t               shown;
    pz_redis_node_t       node;
    ngx_pz_store_conf_t  *near;

    if (words->near.len == 0) {
        return NGX_OK;
    }

    if (words->conf->url.scheme == PZ_REDIS_CLUSTER) {
        return ngx_pz_store_conf_net(words);
    }

    if (pz_redis_node_parse(ngx_pz_store_conf_text(&words->near), NGX_PZ_STORE_PORT, &node)
        != PZ_REDIS_NODE_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0, "personalize_redis: \"near=\" takes a "
                           "replica's host and port, as in near=10.1.0.7:6379, not \"%V\"",
                           &words->near);
        return NGX_ERROR;
    }

    near = ngx_palloc(words->cf->pool, sizeof(ngx_pz_store_conf_t));
    if (near == NULL) {
        return NGX_ERROR;
    }

    *near = *words->conf;
    near->sentinel = NULL;
    near->addrs = NULL;
    near->names = NULL;
    near->naddrs = 0;
    near->reads = 1;
    near->url.scheme = PZ_REDIS_TCP;
    near->url.host = node.host;
    near->url.port = node.port;

    pz_sb_init(&shown, words->arena, 1024);
    pz_sb_literal(&shown, "near ");
    pz_sb_add(&shown, ngx_pz_store_conf_text(&words->near));

    if (pz_sb_done(&shown, &near->url.shown) != 0) {
        return NGX_ERROR;
    }

    words->conf->near = near;
    return ngx_pz_store_conf_host(words->cf, near, node.host, node.port);
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
        || ngx_pz_store_conf_resolve(&read) != NGX_OK
        || ngx_pz_store_conf_near(&read) != NGX_OK)
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
