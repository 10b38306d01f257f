/*
 * The one place that suspends and resumes a request.
 */
#include "ngx_pz_body.h"
#include "ngx_pz_suspend.h"


ngx_int_t
ngx_pz_suspend_access(ngx_pz_request_t *pr)
{
    ngx_http_request_t  *r;

    r = pr->request;
    pr->waiting = 1;
    pr->held_since = ngx_pz_clock();

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* a client that leaves is noticed; a writable socket is of no interest */
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return NGX_AGAIN;
}


void
ngx_pz_suspend_resume_access(ngx_pz_request_t *pr)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = pr->request;
    c = r->connection;

    pr->waiting = 0;
    ngx_pz_request_time(pr, HELD_ACCESS, pr->held_since);

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;

    ngx_http_core_run_phases(r);
    ngx_http_run_posted_requests(c);
}


ngx_int_t
ngx_pz_suspend_header(ngx_pz_request_t *pr)
{
    pr->holding = 1;
    pr->held_since = ngx_pz_clock();
    pr->request->connection->buffered |= NGX_PZ_BUFFERED;

    return NGX_OK;
}


ngx_int_t
ngx_pz_suspend_body(ngx_pz_request_t *pr, ngx_chain_t *in)
{
    if (in != NULL
        && ngx_chain_add_copy(pr->request->pool, &pr->held, in) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


ngx_chain_t *
ngx_pz_suspend_release(ngx_pz_request_t *pr)
{
    ngx_chain_t  *held;

    held = pr->held;

    pr->held = NULL;
    pr->holding = 0;
    ngx_pz_request_time(pr, HELD_HEADER, pr->held_since);
    pr->request->connection->buffered &= ~NGX_PZ_BUFFERED;

    return held;
}


void
ngx_pz_suspend_wake(ngx_pz_request_t *pr, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = pr->request->connection;

    if (rc == NGX_ERROR) {
        c->error = 1;
    }

    ngx_post_event(c->write, &ngx_posted_events);
}
