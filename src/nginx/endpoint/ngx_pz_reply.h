/*
 * Answering a request of one of our own locations: where in the location it
 * is, and the reply.
 */
#ifndef NGX_PZ_REPLY_H
#define NGX_PZ_REPLY_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "pz_json.h"

/*
 * Whether the request is for `route` below its location: "status" in
 * `location /admin/` is /admin/status.  A location that is exact or a regex
 * has nothing below it: there the path must end with "/status".  The empty
 * route is the location itself.
 */
ngx_uint_t ngx_pz_route_is(ngx_http_request_t *r, const char *route);

/* An arena of that budget, destroyed with the request's pool.  NULL: no memory. */
pz_arena_t *ngx_pz_reply_arena(ngx_http_request_t *r, size_t budget);

/* A response header; both strings must live as long as the request. */
ngx_int_t ngx_pz_reply_header(ngx_http_request_t *r, const char *name, ngx_str_t *value);

/*
 * Send the whole reply: `body` must live as long as the request.  It is never
 * stored by a cache.  Returns what a content handler returns.
 */
ngx_int_t ngx_pz_reply_send(ngx_http_request_t *r, ngx_uint_t status, const char *type,
    pz_str_t body);

/* The same with what was written into `sb`; 500 when it did not fit. */
ngx_int_t ngx_pz_reply_text(ngx_http_request_t *r, ngx_uint_t status, const char *type,
    pz_sb_t *sb);

/*
 * A JSON object as reply: open it, write members into `w`, send it (which
 * closes it).  At most `max` bytes; NGX_ERROR: no memory.
 */
typedef struct {
    pz_sb_t           sb;
    pz_json_writer_t  w;
} ngx_pz_json_reply_t;

ngx_int_t ngx_pz_json_open(ngx_http_request_t *r, ngx_pz_json_reply_t *reply, size_t max);
ngx_int_t ngx_pz_json_send(ngx_http_request_t *r, ngx_pz_json_reply_t *reply, ngx_uint_t status);

/* {"error": "..."}: `text` says what is wrong and what to do. */
ngx_int_t ngx_pz_reply_error(ngx_http_request_t *r, ngx_uint_t status, const char *text);

/* 405; `allow` names what would be. */
ngx_int_t ngx_pz_reply_not_allowed(ngx_http_request_t *r, const char *allow);

/*
 * Hold a request whose answer comes from an event: the handler returns what
 * this returns (NGX_DONE), and ngx_pz_reply_resume ends it with what the
 * handler would have returned.  A client that leaves ends it, too: what is
 * pending must be cancelled by a pool cleanup.
 */
ngx_int_t ngx_pz_reply_hold(ngx_http_request_t *r);
void ngx_pz_reply_resume(ngx_http_request_t *r, ngx_int_t rc);

/* Members of the object that is open in `w`; a time is written in UTC as RFC 3339 has it. */
void ngx_pz_json_text(pz_json_writer_t *w, const char *name, pz_str_t text);
void ngx_pz_json_number(pz_json_writer_t *w, const char *name, double number);
void ngx_pz_json_bool(pz_json_writer_t *w, const char *name, ngx_uint_t truth);
void ngx_pz_json_time(pz_json_writer_t *w, const char *name, int64_t seconds);
void ngx_pz_json_object(pz_json_writer_t *w, const char *name);
void ngx_pz_json_array(pz_json_writer_t *w, const char *name);

#endif
