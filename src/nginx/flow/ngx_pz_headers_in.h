/*
 * Request headers that nginx does not parse by itself.
 */
#ifndef NGX_PZ_HEADERS_IN_H
#define NGX_PZ_HEADERS_IN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* The value of the first field of that lower-case name; empty when absent. */
ngx_str_t ngx_pz_header_in(ngx_http_request_t *r, const char *name);

/*
 * Take every field of that lower-case name out of the request, so that neither
 * nginx's filters nor an upstream see it.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_header_in_unlink(ngx_http_request_t *r, const char *name);

/*
 * Call `each` with the value of every Cookie field until it returns anything
 * but NGX_DECLINED, and return that.
 */
typedef ngx_int_t (*ngx_pz_each_cookie_pt)(void *data, ngx_str_t *field);

ngx_int_t ngx_pz_each_cookie(ngx_http_request_t *r, ngx_pz_each_cookie_pt each,
    void *data);

#endif
