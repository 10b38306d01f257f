/*
 * The histograms of ngx_pz_histogram.h, in both of their forms.
 */
#ifndef NGX_PZ_TIMES_H
#define NGX_PZ_TIMES_H

#include "ngx_pz_counters.h"
#include "pz_json.h"

/* As Prometheus has histograms: _bucket, _sum and _count, `le` in seconds. */
void ngx_pz_times_metrics(pz_sb_t *sb, ngx_pz_counters_t *counters);

/*
 * Members of the object that is open in `w`: of each family an object of its
 * values, with how many there were, their sum, and the ends of the buckets in
 * which the median and the 99th percentile lie.
 */
void ngx_pz_times_status(pz_json_writer_t *w, ngx_pz_counters_t *counters);

#endif
