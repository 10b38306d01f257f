/*
 * .../status: the worker that answers, as JSON.  Counters are those of all
 * workers together; rule sets and connections are this worker's own.
 */
#ifndef NGX_PZ_STATUS_H
#define NGX_PZ_STATUS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_worker.h"

ngx_int_t ngx_pz_status_send(ngx_http_request_t *r, ngx_pz_worker_t *worker);

#endif
