#include "ngx_pz_probe.h"


static u_char *
ngx_pz_probe_address(u_char *to, const pz_redis_url_t *url)
{
    ngx_str_t  text;

    if (url->scheme == PZ_REDIS_UNIX) {
        text.data = (u_char *) url->path.data;
        text.len = url->path.len;
        return ngx_sprintf(to, "unix:%V", &text);
    }

    text.data = (u_char *) url->host.data;
    text.len = url->host.len;

    /* A bare IPv6 address would be taken for a host and a port. */
    if (pz_str_find_byte(url->host, ':') >= 0) {
        return ngx_sprintf(to, "[%V]:%ui", &text, (ngx_uint_t) url->port);
    }

    return ngx_sprintf(to, "%V:%ui", &text, (ngx_uint_t) url->port);
}


static ngx_int_t
ngx_pz_probe_parse(ngx_conf_t *cf, ngx_url_t *parsed)
{
    if (ngx_parse_url(cf->pool, parsed) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in the Redis address \"%V\"",
                           parsed->err ? parsed->err : "no memory", &parsed->url);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_pz_probe_resolve(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, ngx_str_t *before)
{
    size_t     len;
    ngx_url_t  parsed, first;

    len = sizeof("unix:[]:65535") + conf->url.path.len + conf->url.host.len;

    ngx_memzero(&first, sizeof(ngx_url_t));
    ngx_memzero(&parsed, sizeof(ngx_url_t));
    parsed.url.data = ngx_pnalloc(cf->pool, len);

    if (parsed.url.data == NULL) {
        return NGX_ERROR;
    }

    parsed.url.len = ngx_pz_probe_address(parsed.url.data, &conf->url) - parsed.url.data;
    first.url = *before;

    if (ngx_pz_probe_parse(cf, &parsed) != NGX_OK
        || (before->len > 0 && ngx_pz_probe_parse(cf, &first) != NGX_OK))
    {
        return NGX_ERROR;
    }

    conf->naddrs = first.naddrs + parsed.naddrs;
    conf->addrs = ngx_palloc(cf->pool, conf->naddrs * sizeof(ngx_addr_t));

    if (conf->addrs == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(conf->addrs, first.addrs, first.naddrs * sizeof(ngx_addr_t));
    ngx_memcpy(conf->addrs + first.naddrs, parsed.addrs, parsed.naddrs * sizeof(ngx_addr_t));

    return NGX_OK;
}
