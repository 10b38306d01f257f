#include "ngx_pz_link.h"


/* The error of a connect() that went on in the background; 0: connected. */
static ngx_err_t
ngx_pz_link_socket_error(ngx_connection_t *c)
{
    int        error;
    socklen_t  len;

    error = 0;
    len = sizeof(int);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, (void *) &error, &len) == -1) {
        error = ngx_socket_errno;
    }

    return error;
}


static void
ngx_pz_link_closed(ngx_pz_link_t *link, ngx_err_t err)
{
    if (link->state != NGX_PZ_LINK_READY) {
        ngx_pz_link_fail(link, &ngx_pz_link_rejected, err);

    } else if (ngx_pz_backlog_head(&link->backlog) != NULL) {
        ngx_pz_link_fail(link, &ngx_pz_link_lost, err);

    } else {
        ngx_pz_link_renew(link);
    }
}


/* All that has come.  NGX_DONE: the connection is closed. */
static ngx_int_t
ngx_pz_link_drain(ngx_pz_link_t *link)
{
    pz_str_t                    bytes;
    ssize_t                     n;
    ngx_connection_t           *c;
    const ngx_pz_link_fault_t  *fault;

    c = link->connection;

    for ( ;; ) {
        n = c->recv(c, link->in, NGX_PZ_LINK_BUFFER);

        if (n == NGX_AGAIN) {
            return NGX_OK;
        }

        if (n == NGX_ERROR || n == 0) {
            ngx_pz_link_closed(link, n == 0 || link->conf->tls != NULL ? 0 : ngx_socket_errno);
            return NGX_DONE;
        }

        bytes.data = (char *) link->in;
        bytes.len = (size_t) n;
        fault = ngx_pz_link_consume(link, bytes);

        if (fault != NULL) {
            ngx_pz_link_fail(link, fault, 0);
            return NGX_DONE;
        }
    }
}


void
ngx_pz_link_on_read(ngx_event_t *rev)
{
    ngx_pz_link_t     *link;
    ngx_connection_t  *c;

    c = rev->data;
    link = c->data;

    if (ngx_pz_link_leave(link)) {
        return;
    }

    if (link->state == NGX_PZ_LINK_SECURING) {
        ngx_pz_link_secure(link);
        return;
    }

    /* An error shows in the write event as well, and is handled there. */
    if (link->state == NGX_PZ_LINK_CONNECTING || link->reader == NULL) {
        return;
    }

    if (ngx_pz_link_drain(link) != NGX_OK) {
        return;
    }

    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        ngx_pz_link_fail(link, &ngx_pz_link_lost, 0);
        return;
    }

    (void) ngx_pz_link_leave(link);
}


/* NGX_OK: nothing is left to write, or the socket takes no more now. */
static ngx_int_t
ngx_pz_link_write(ngx_pz_link_t *link)
{
    ssize_t            n;
    ngx_connection_t  *c;

    c = link->connection;

    for ( ;; ) {
        if (link->out_pos == link->out_last) {
            link->out_pos = link->out;
            link->out_last = ngx_pz_backlog_fill(&link->backlog, link->out,
                                                 link->out + NGX_PZ_LINK_BUFFER,
                                                 link->state != NGX_PZ_LINK_READY);
            if (link->out_last == link->out) {
                break;
            }
        }

        n = c->send(c, link->out_pos, link->out_last - link->out_pos);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n == NGX_ERROR || n == 0) {
            return NGX_ERROR;
        }

        link->out_pos += n;
    }

    return ngx_handle_write_event(c->write, 0);
}


void
ngx_pz_link_on_write(ngx_event_t *wev)
{
    ngx_err_t          err;
    ngx_pz_link_t     *link;
    ngx_connection_t  *c;

    c = wev->data;
    link = c->data;

    if (ngx_pz_link_leave(link)) {
        return;
    }

    if (link->state == NGX_PZ_LINK_CONNECTING) {
        err = ngx_pz_link_socket_error(c);

        if (err != 0) {
            ngx_pz_link_unreachable(link, err);
            return;
        }

        ngx_pz_link_connected(link);
        return;
    }

    if (link->state == NGX_PZ_LINK_SECURING) {
        ngx_pz_link_secure(link);
        return;
    }

    ngx_pz_link_push(link);
}


void
ngx_pz_link_on_push(ngx_event_t *ev)
{
    ngx_err_t       err;
    ngx_pz_link_t  *link;

    link = ev->data;

    if (ngx_pz_link_leave(link)) {
        return;
    }

    if (link->state == NGX_PZ_LINK_SECURING) {
        ngx_pz_link_secure(link);
        return;
    }

    if ((link->state == NGX_PZ_LINK_GREETING || link->state == NGX_PZ_LINK_READY)
        && link->connection->write->ready)
    {
        if (ngx_pz_link_write(link) != NGX_OK) {
            err = link->conf->tls != NULL ? 0 : ngx_socket_errno;
            ngx_pz_link_closed(link, err);
            return;
        }

        if (link->breaker.state != NGX_PZ_BREAKER_CLOSED) {
            ngx_pz_link_watch(link);
        }
    }
}
