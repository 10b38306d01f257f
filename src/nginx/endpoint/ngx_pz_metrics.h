/*
 * .../metrics: the counters of all workers in Prometheus' text format 0.0.4.
 * docs/metrics.md names every family.  Label sets are closed: nothing that a
 * visitor sends can make a new series.
 */
#ifndef NGX_PZ_METRICS_H
#define NGX_PZ_METRICS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_worker.h"

ngx_int_t ngx_pz_metrics_send(ngx_http_request_t *r, ngx_pz_worker_t *worker);

#endif
