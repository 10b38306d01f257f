/*
 * How long things take, shared by all workers: histograms with fixed bounds,
 * in the zone of the counters.
 *
 * An observation is a look at a dozen bounds and two atomic additions, however
 * much has been observed before.  The list below is the closed label set, as
 * those in ngx_pz_counters.h are.
 */
#ifndef NGX_PZ_HISTOGRAM_H
#define NGX_PZ_HISTOGRAM_H

#include <ngx_config.h>
#include <ngx_core.h>

#define NGX_PZ_HISTOGRAM_BOUNDS  13

/* BRIEF: 50 us to 1 s, for what a page may wait for.  LONG: 1 s to a week. */
typedef enum {
    NGX_PZ_SCALE_BRIEF = 0, NGX_PZ_SCALE_LONG, NGX_PZ_SCALES
} ngx_pz_scale_e;

/* Family, label, value, scale.  A family's lines stay together. */
#define NGX_PZ_TIMES(X)                                                        \
    X(REDIS_PROFILE,    "redis_seconds",     "query",   "profile", BRIEF)      \
    X(REDIS_LIST,       "redis_seconds",     "query",   "list",    BRIEF)      \
    X(REDIS_PRODUCT,    "redis_seconds",     "query",   "product", BRIEF)      \
    X(REDIS_COUPON,     "redis_seconds",     "query",   "coupon",  BRIEF)      \
    X(HELD_ACCESS,      "held_seconds",      "point",   "access",  BRIEF)      \
    X(HELD_HEADER,      "held_seconds",      "point",   "header",  BRIEF)      \
    X(HELD_SLOT,        "held_seconds",      "point",   "slot",    BRIEF)      \
    X(DECISION_APPLIED, "decision_seconds",  "outcome", "applied", BRIEF)      \
    X(DECISION_NOTHING, "decision_seconds",  "outcome", "nothing", BRIEF)      \
    X(AGE_PROFILE,      "cache_age_seconds", "kind",    "profile", LONG)       \
    X(AGE_LIST,         "cache_age_seconds", "kind",    "list",    LONG)       \
    X(AGE_PRODUCT,      "cache_age_seconds", "kind",    "product", LONG)

#define NGX_PZ_ENUM_TIME(id, family, label, value, scale)  NGX_PZ_TIME_##id,

typedef enum { NGX_PZ_TIMES(NGX_PZ_ENUM_TIME) NGX_PZ_TIME_LAST } ngx_pz_time_e;

typedef struct {
    const char      *family;
    const char      *label;
    const char      *value;
    ngx_pz_scale_e   scale;
} ngx_pz_time_name_t;

const ngx_pz_time_name_t *ngx_pz_time_name(ngx_pz_time_e time);

/* In shared memory.  The last bucket is for what is beyond all bounds. */
typedef struct {
    ngx_atomic_t  buckets[NGX_PZ_HISTOGRAM_BOUNDS + 1];
    ngx_atomic_t  sum;                                      /* us */
} ngx_pz_histogram_t;

/* The upper end of a bucket, inclusive, in us. */
uint64_t ngx_pz_histogram_bound(ngx_pz_scale_e scale, ngx_uint_t bucket);

/* Something of this kind took `us`; `times` are all NGX_PZ_TIME_LAST histograms. */
void ngx_pz_histogram_add(ngx_pz_histogram_t *times, ngx_pz_time_e time, uint64_t us);

/*
 * Microseconds of the machine's monotonic clock.  nginx's own clock stands
 * still for as long as a turn of the event loop, and counts in milliseconds: a
 * Redis on the same machine answers in less.
 */
uint64_t ngx_pz_clock(void);

#endif
