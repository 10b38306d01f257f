/*
 * Where the servers of a URL are: their names are resolved here, while the
 * configuration is read, and nowhere else.
 */
#include "ngx_pz_store_words.h"

#include "pz_redis_secret.h"
#include "pz_sb.h"

#define NGX_PZ_STORE_PORT  6379


pz_str_t
ngx_pz_store_words_text(const ngx_str_t *text)
{
    pz_str_t  same;

    same.data = (char *) text->data;
    same.len = text->len;
    return same;
}


/* Behind those that are there already. */
static ngx_int_t
ngx_pz_store_words_append(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, pz_str_t host,
    const ngx_url_t *u)
{
    ngx_str_t   *names;
    ngx_uint_t   i;
    ngx_addr_t  *addrs;

    addrs = ngx_palloc(cf->pool, (conf->naddrs + u->naddrs) * sizeof(ngx_addr_t));
    names = ngx_palloc(cf->pool, (conf->naddrs + u->naddrs) * sizeof(ngx_str_t));

    if (addrs == NULL || names == NULL) {
        return NGX_ERROR;
    }

    if (conf->naddrs > 0) {
        ngx_memcpy(addrs, conf->addrs, conf->naddrs * sizeof(ngx_addr_t));
        ngx_memcpy(names, conf->names, conf->naddrs * sizeof(ngx_str_t));
    }

    ngx_memcpy(addrs + conf->naddrs, u->addrs, u->naddrs * sizeof(ngx_addr_t));

    for (i = 0; i < u->naddrs; i++) {
        names[conf->naddrs + i].data = (u_char *) host.data;
        names[conf->naddrs + i].len = host.len;
    }

    conf->addrs = addrs;
    conf->names = names;
    conf->naddrs += u->naddrs;

    return NGX_OK;
}


/* The addresses of a host, or of a unix socket. */
static ngx_int_t
ngx_pz_store_words_host(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, pz_str_t host, unsigned port)
{
    ngx_url_t  u;
    ngx_str_t  shown;

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

    return ngx_pz_store_words_append(cf, conf, host, &u);
}


/* Any of them tells where the others are. */
static ngx_int_t
ngx_pz_store_words_nodes(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, const pz_redis_url_t *url)
{
    size_t  i;

    for (i = 0; i < url->nnodes; i++) {
        if (ngx_pz_store_words_host(cf, conf, url->nodes[i].host, url->nodes[i].port) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* What logs and status call it, since it has no URL of its own. */
static ngx_int_t
ngx_pz_store_words_show(ngx_pz_store_words_t *words, ngx_pz_store_conf_t *conf,
    const char *role, pz_str_t name)
{
    pz_sb_t  sb;

    pz_sb_init(&sb, words->arena, 1024);
    pz_sb_literal(&sb, role);
    pz_sb_add(&sb, name);

    return pz_sb_done(&sb, &conf->url.shown) == 0 ? NGX_OK : NGX_ERROR;
}


/* How sentinels are reached: as a store's conf of its own. */
static ngx_int_t
ngx_pz_store_words_sentinel(ngx_pz_store_words_t *words)
{
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
    sentinel->url.user = ngx_pz_store_words_text(&words->sentinel_user);

    if (words->sentinel_password.len > 0
        && pz_redis_secret_read(words->arena, ngx_pz_store_words_text(&words->sentinel_password),
                                &sentinel->url.password, &error)
           != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, words->cf, 0, "personalize_redis: %s", error.text);
        return NGX_ERROR;
    }

    if (ngx_pz_store_words_show(words, sentinel, "sentinels of ", url->master) != NGX_OK
        || ngx_pz_store_words_nodes(words->cf, sentinel, url) != NGX_OK)
    {
        return NGX_ERROR;
    }

    words->conf->sentinel = sentinel;
    return NGX_OK;
}


ngx_int_t
ngx_pz_store_words_resolve(ngx_pz_store_words_t *words)
{
    const pz_redis_url_t  *url = &words->conf->url;

    switch (url->scheme) {
    case PZ_REDIS_CLUSTER:
        return ngx_pz_store_words_nodes(words->cf, words->conf, url);
    case PZ_REDIS_SENTINEL:
        return ngx_pz_store_words_sentinel(words);
    case PZ_REDIS_UNIX:
        return ngx_pz_store_words_host(words->cf, words->conf, url->path, 0);
    default:
        return ngx_pz_store_words_host(words->cf, words->conf, url->host, url->port);
    }
}


/* --- near replicas ------------------------------------------------------------ */

/* "10.1.0.0/16": members of a cluster that are there. */
static ngx_int_t
ngx_pz_store_words_net(ngx_pz_store_words_t *words)
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


ngx_int_t
ngx_pz_store_words_near(ngx_pz_store_words_t *words)
{
    pz_redis_node_t       node;
    ngx_pz_store_conf_t  *near;

    if (words->near.len == 0) {
        return NGX_OK;
    }

    if (words->conf->url.scheme == PZ_REDIS_CLUSTER) {
        return ngx_pz_store_words_net(words);
    }

    if (pz_redis_node_parse(ngx_pz_store_words_text(&words->near), NGX_PZ_STORE_PORT, &node)
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

    words->conf->near = near;

    return ngx_pz_store_words_show(words, near, "near ", ngx_pz_store_words_text(&words->near))
           == NGX_OK
           ? ngx_pz_store_words_host(words->cf, near, node.host, node.port) : NGX_ERROR;
}
