/*
 * From a host's name to its addresses, by nginx's `resolver`: asked at each
 * connection, answered from its cache for the name's time to live.
 *
 * getaddrinfo() would stop the whole worker; it runs only when the
 * configuration is read, and what it found is what we begin with, and what we
 * keep to when the resolver does not answer.
 */
#ifndef NGX_PZ_RESOLVE_H
#define NGX_PZ_RESOLVE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "pz_str.h"

/* From an event: NGX_OK, or NGX_ERROR with `why`. */
typedef void (*ngx_pz_resolve_done_pt)(void *data, ngx_int_t rc);

typedef struct {
    ngx_resolver_t           *resolver;    /* NULL: the addresses stay as they are */
    ngx_msec_t                timeout;
    ngx_log_t                *log;
    ngx_pz_resolve_done_pt    done;
    void                     *data;

    ngx_str_t                 host;
    in_port_t                 port;
    const ngx_addr_t         *addrs;       /* the last that were known */
    ngx_uint_t                naddrs;
    const char               *why;         /* the last attempt failed, a literal */

    void                     *memory;      /* of addrs, when they are our own */
    u_char                    aimed[256];  /* the host that aim() named, for comparison */
    size_t                    aimed_len;
    in_port_t                 aimed_port;
    ngx_resolver_ctx_t       *ctx;         /* NULL: not asking */
    ngx_int_t                 rc;
    unsigned                  starting:1;
} ngx_pz_resolve_t;

/*
 * Ask for the addresses of `host`.  NGX_OK: they are there (or need no asking);
 * NGX_AGAIN: done() will be called; NGX_ERROR: `why`, addrs are the old ones.
 */
ngx_int_t ngx_pz_resolve(ngx_pz_resolve_t *resolve);

/*
 * This host from now on (its text must live as long), with the addresses that it
 * has already when it is the same.  NGX_ERROR: see ngx_pz_resolve_possible().
 */
ngx_int_t ngx_pz_resolve_aim(ngx_pz_resolve_t *resolve, const ngx_str_t *host, in_port_t port);

/* The configuration's addresses, and no host to ask for. */
void ngx_pz_resolve_reset(ngx_pz_resolve_t *resolve, const ngx_addr_t *addrs, ngx_uint_t naddrs);

/* An address, or a name and somebody to ask for its addresses. */
ngx_uint_t ngx_pz_resolve_possible(const ngx_pz_resolve_t *resolve, const pz_str_t *host);

/* done() will not be called. */
void ngx_pz_resolve_cancel(ngx_pz_resolve_t *resolve);

void ngx_pz_resolve_destroy(ngx_pz_resolve_t *resolve);

/* Whether it is an IPv4 or IPv6 address as it stands. */
ngx_uint_t ngx_pz_resolve_is_address(const ngx_str_t *host);

#endif
