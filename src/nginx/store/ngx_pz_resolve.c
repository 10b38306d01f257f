#include "ngx_pz_resolve.h"


ngx_uint_t
ngx_pz_resolve_is_address(const ngx_str_t *host)
{
    u_char  address[16];

    return ngx_inet_addr(host->data, host->len) != INADDR_NONE
#if (NGX_HAVE_INET6)
           || ngx_inet6_addr(host->data, host->len, address) == NGX_OK
#endif
           ;
}


/* Addresses of our own, one block: the old one stays when there is no memory. */
static ngx_int_t
ngx_pz_resolve_keep(ngx_pz_resolve_t *resolve, const ngx_resolver_addr_t *found, ngx_uint_t n)
{
    u_char          *text;
    ngx_addr_t      *addrs;
    ngx_uint_t       i;
    ngx_sockaddr_t  *places;

    addrs = ngx_calloc(n * (sizeof(ngx_addr_t) + sizeof(ngx_sockaddr_t) + NGX_SOCKADDR_STRLEN),
                       resolve->log);
    if (addrs == NULL) {
        return NGX_ERROR;
    }

    places = (ngx_sockaddr_t *) (addrs + n);
    text = (u_char *) (places + n);

    for (i = 0; i < n; i++) {
        ngx_memcpy(&places[i], found[i].sockaddr, found[i].socklen);
        addrs[i].sockaddr = &places[i].sockaddr;
        addrs[i].socklen = found[i].socklen;
        ngx_inet_set_port(addrs[i].sockaddr, resolve->port);

        addrs[i].name.data = text;
        addrs[i].name.len = ngx_sock_ntop(addrs[i].sockaddr, addrs[i].socklen, text,
                                          NGX_SOCKADDR_STRLEN, 1);
        text += NGX_SOCKADDR_STRLEN;
    }

    ngx_free(resolve->memory);
    resolve->memory = addrs;
    resolve->addrs = addrs;
    resolve->naddrs = n;

    return NGX_OK;
}


/* The name's own error words are literals of nginx. */
static void
ngx_pz_resolve_on_answer(ngx_resolver_ctx_t *ctx)
{
    ngx_pz_resolve_t  *resolve = ctx->data;

    resolve->rc = NGX_ERROR;

    if (ctx->state != 0 || ctx->naddrs == 0) {
        resolve->why = ngx_resolver_strerror(ctx->state);

    } else if (ngx_pz_resolve_keep(resolve, ctx->addrs, ctx->naddrs) != NGX_OK) {
        resolve->why = "no memory";

    } else {
        resolve->why = NULL;
        resolve->rc = NGX_OK;
    }

    resolve->ctx = NULL;
    ngx_resolve_name_done(ctx);

    if (!resolve->starting) {
        resolve->done(resolve->data, resolve->rc);
    }
}


ngx_int_t
ngx_pz_resolve(ngx_pz_resolve_t *resolve)
{
    ngx_int_t            rc;
    ngx_resolver_ctx_t  *ctx;

    resolve->why = NULL;

    if (resolve->resolver == NULL || resolve->host.len == 0
        || ngx_pz_resolve_is_address(&resolve->host))
    {
        return resolve->naddrs > 0 ? NGX_OK : NGX_ERROR;
    }

    ctx = ngx_resolve_start(resolve->resolver, NULL);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        resolve->why = "the resolver cannot be asked";
        return NGX_ERROR;
    }

    ctx->name = resolve->host;
    ctx->handler = ngx_pz_resolve_on_answer;
    ctx->data = resolve;
    ctx->timeout = resolve->timeout;
    ctx->cancelable = 1;

    /* What is in the cache is answered from inside the call. */
    resolve->ctx = ctx;
    resolve->rc = NGX_AGAIN;
    resolve->starting = 1;
    rc = ngx_resolve_name(ctx);
    resolve->starting = 0;

    if (rc != NGX_OK) {
        resolve->ctx = NULL;
        resolve->why = "the resolver cannot be asked";
        return NGX_ERROR;
    }

    return resolve->rc;
}


/* A literal address; NGX_DECLINED: a name. */
static ngx_int_t
ngx_pz_resolve_literal(ngx_pz_resolve_t *resolve)
{
    in_addr_t            address;
    ngx_sockaddr_t       place;
    ngx_resolver_addr_t  found;

    ngx_memzero(&found, sizeof(ngx_resolver_addr_t));
    ngx_memzero(&place, sizeof(ngx_sockaddr_t));
    found.sockaddr = &place.sockaddr;

    address = ngx_inet_addr(resolve->host.data, resolve->host.len);

    if (address != INADDR_NONE) {
        place.sockaddr_in.sin_family = AF_INET;
        place.sockaddr_in.sin_addr.s_addr = address;
        found.socklen = sizeof(struct sockaddr_in);
        return ngx_pz_resolve_keep(resolve, &found, 1);
    }

#if (NGX_HAVE_INET6)
    if (ngx_inet6_addr(resolve->host.data, resolve->host.len,
                       place.sockaddr_in6.sin6_addr.s6_addr)
        == NGX_OK)
    {
        place.sockaddr_in6.sin6_family = AF_INET6;
        found.socklen = sizeof(struct sockaddr_in6);
        return ngx_pz_resolve_keep(resolve, &found, 1);
    }
#endif

    return NGX_DECLINED;
}


ngx_uint_t
ngx_pz_resolve_possible(const ngx_pz_resolve_t *resolve, const pz_str_t *host)
{
    ngx_str_t  text;

    text.data = (u_char *) host->data;
    text.len = host->len;

    return resolve->resolver != NULL || ngx_pz_resolve_is_address(&text);
}


ngx_int_t
ngx_pz_resolve_aim(ngx_pz_resolve_t *resolve, const ngx_str_t *host, in_port_t port)
{
    ngx_int_t  rc;

    if (resolve->naddrs > 0 && resolve->aimed_port == port && resolve->aimed_len == host->len
        && ngx_memcmp(resolve->aimed, host->data, host->len) == 0)
    {
        return NGX_OK;
    }

    ngx_pz_resolve_cancel(resolve);

    resolve->host = *host;
    resolve->port = port;
    resolve->naddrs = 0;
    resolve->why = NULL;

    resolve->aimed_len = ngx_min(host->len, sizeof(resolve->aimed));
    resolve->aimed_port = port;
    ngx_memcpy(resolve->aimed, host->data, resolve->aimed_len);

    rc = ngx_pz_resolve_literal(resolve);

    if (rc == NGX_DECLINED) {
        return resolve->resolver != NULL ? NGX_OK : NGX_ERROR;
    }

    return rc;
}


void
ngx_pz_resolve_reset(ngx_pz_resolve_t *resolve, const ngx_addr_t *addrs, ngx_uint_t naddrs)
{
    ngx_pz_resolve_destroy(resolve);

    resolve->host.len = 0;
    resolve->aimed_len = 0;
    resolve->aimed_port = 0;
    resolve->addrs = addrs;
    resolve->naddrs = naddrs;
    resolve->why = NULL;
}


void
ngx_pz_resolve_cancel(ngx_pz_resolve_t *resolve)
{
    if (resolve->ctx != NULL) {
        ngx_resolve_name_done(resolve->ctx);
        resolve->ctx = NULL;
    }
}


void
ngx_pz_resolve_destroy(ngx_pz_resolve_t *resolve)
{
    ngx_pz_resolve_cancel(resolve);
    ngx_free(resolve->memory);
    resolve->memory = NULL;
}
