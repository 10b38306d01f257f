/*
 * Stage: the body.  What alternates between memory and a file goes out under a cork.
 *
 * Header, insertions and ranges of a file are a system call each.  Without a
 * cork each would be a segment, too; and by Nagle's algorithm wait for the
 * acknowledgement of the one before, which the client delays by 40 ms.  nginx's
 * own cork (tcp_nopush) does not help: it takes TCP_NODELAY off, so that the
 * last segment waits when it is pulled.  Linux allows both at once.
 */
#include "ngx_pz_cork.h"


/* Not a unix socket, not a stream of HTTP/2, and not under nginx's cork already. */
static ngx_uint_t
ngx_pz_cork_fits(ngx_http_request_t *r)
{
#if (NGX_HTTP_V2)
    if (r->stream != NULL) {
        return 0;
    }
#endif

    return r->connection->tcp_nopush != NGX_TCP_NOPUSH_SET
           && r->connection->tcp_nodelay != NGX_TCP_NODELAY_DISABLED;
}


/*
 * Whether that takes several system calls.  NULL: what has not been taken before,
 * which may be ranges.
 */
static ngx_uint_t
ngx_pz_cork_alternates(ngx_chain_t *out)
{
    ngx_uint_t    n;
    ngx_chain_t  *cl;

    for (cl = out, n = 0; cl != NULL && n < NGX_IOVS_PREALLOCATE / 2; cl = cl->next, n++) {
        if (cl->buf->in_file) {
            return 1;
        }
    }

    return out == NULL || cl != NULL;
}


ngx_int_t
ngx_pz_cork_send(ngx_http_request_t *r, ngx_http_output_body_filter_pt next,
    ngx_chain_t *out)
{
    ngx_int_t                  rc;
    ngx_uint_t                 nopush;
    ngx_connection_t          *c;
    ngx_http_core_loc_conf_t  *clcf;

    if (!ngx_pz_cork_alternates(out) || !ngx_pz_cork_fits(r)) {
        return next(r, out);
    }

    c = r->connection;
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->tcp_nodelay && ngx_tcp_nodelay(c) != NGX_OK) {
        return NGX_ERROR;
    }

    nopush = c->tcp_nopush;
    c->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;

    (void) ngx_tcp_nopush(c->fd);

    rc = next(r, out);

    (void) ngx_tcp_push(c->fd);

    c->tcp_nopush = nopush;

    return rc;
}
