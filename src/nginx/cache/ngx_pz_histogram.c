#include "ngx_pz_histogram.h"

#include <time.h>

#define NGX_PZ_TIME_NAME(id, family, label, value, scale)                      \
    { family, label, value, NGX_PZ_SCALE_##scale },

static const ngx_pz_time_name_t  ngx_pz_time_names[] = { NGX_PZ_TIMES(NGX_PZ_TIME_NAME) };

/* 20 ms is the deadline that nobody has set. */
static const uint64_t  ngx_pz_histogram_bounds[NGX_PZ_SCALES][NGX_PZ_HISTOGRAM_BOUNDS] = {
    [NGX_PZ_SCALE_BRIEF] = {
        50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000, 50000, 100000, 250000, 1000000
    },
    [NGX_PZ_SCALE_LONG] = {
        1000000, 5000000, 15000000, 30000000, 60000000, 120000000, 300000000, 600000000,
        1800000000, 3600000000, 14400000000, 86400000000, 604800000000
    },
};


const ngx_pz_time_name_t *
ngx_pz_time_name(ngx_pz_time_e time)
{
    return &ngx_pz_time_names[time];
}


uint64_t
ngx_pz_histogram_bound(ngx_pz_scale_e scale, ngx_uint_t bucket)
{
    return ngx_pz_histogram_bounds[scale][bucket];
}


void
ngx_pz_histogram_add(ngx_pz_histogram_t *times, ngx_pz_time_e time, uint64_t us)
{
    ngx_uint_t       i;
    const uint64_t  *bounds;

    bounds = ngx_pz_histogram_bounds[ngx_pz_time_names[time].scale];

    for (i = 0; i < NGX_PZ_HISTOGRAM_BOUNDS && us > bounds[i]; i++) { /* void */ }

    (void) ngx_atomic_fetch_add(&times[time].buckets[i], 1);
    (void) ngx_atomic_fetch_add(&times[time].sum, (ngx_atomic_int_t) us);
}


uint64_t
ngx_pz_clock(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}
