#include "ngx_pz_times.h"

#include "ngx_pz_metric_head.h"
#include "ngx_pz_reply.h"

/* A histogram at one moment: its parts are counted up one after the other. */
typedef struct {
    uint64_t  upto[NGX_PZ_HISTOGRAM_BOUNDS + 1];   /* in this bucket or one before it */
    uint64_t  count;
    double    sum;                                 /* seconds */
} ngx_pz_times_view_t;


static void
ngx_pz_times_look(const ngx_pz_histogram_t *histogram, ngx_pz_times_view_t *view)
{
    ngx_uint_t  i;

    view->count = 0;
    view->sum = (double) histogram->sum / 1e6;

    for (i = 0; i <= NGX_PZ_HISTOGRAM_BOUNDS; i++) {
        view->count += histogram->buckets[i];
        view->upto[i] = view->count;
    }
}


static double
ngx_pz_times_bound(const ngx_pz_time_name_t *name, ngx_uint_t bucket)
{
    return (double) ngx_pz_histogram_bound(name->scale, bucket) / 1e6;
}


static void
ngx_pz_times_metric(pz_sb_t *sb, const ngx_pz_time_name_t *name,
    const ngx_pz_histogram_t *histogram)
{
    ngx_uint_t           i;
    ngx_pz_times_view_t  view;

    ngx_pz_times_look(histogram, &view);

    for (i = 0; i <= NGX_PZ_HISTOGRAM_BOUNDS; i++) {
        pz_sb_printf(sb, "personalize_%s_bucket{%s=\"%s\",le=\"", name->family, name->label,
                     name->value);

        if (i < NGX_PZ_HISTOGRAM_BOUNDS) {
            pz_sb_number(sb, ngx_pz_times_bound(name, i));

        } else {
            pz_sb_literal(sb, "+Inf");
        }

        pz_sb_printf(sb, "\"} %llu\n", (unsigned long long) view.upto[i]);
    }

    pz_sb_printf(sb, "personalize_%s_sum{%s=\"%s\"} ", name->family, name->label, name->value);
    pz_sb_number(sb, view.sum);
    pz_sb_printf(sb, "\npersonalize_%s_count{%s=\"%s\"} %llu\n", name->family, name->label,
                 name->value, (unsigned long long) view.count);
}


void
ngx_pz_times_metrics(pz_sb_t *sb, ngx_pz_counters_t *counters)
{
    ngx_uint_t                 i;
    const char                *family;
    const ngx_pz_time_name_t  *name;

    family = "";

    for (i = 0; i < NGX_PZ_TIME_LAST; i++) {
        name = ngx_pz_time_name(i);

        if (ngx_strcmp(name->family, family) != 0) {
            family = name->family;
            ngx_pz_metric_head(sb, family, "", "histogram");
        }

        ngx_pz_times_metric(sb, name, &counters->times[i]);
    }
}


/* The end of the bucket in which the percentile lies; null: none, or beyond all bounds. */
static void
ngx_pz_times_percentile(pz_json_writer_t *w, const char *key, const ngx_pz_time_name_t *name,
    const ngx_pz_times_view_t *view, uint64_t percent)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_PZ_HISTOGRAM_BOUNDS; i++) {
        if (view->count > 0 && view->upto[i] * 100 >= view->count * percent) {
            ngx_pz_json_number(w, key, ngx_pz_times_bound(name, i));
            return;
        }
    }

    pz_json_key(w, pz_str_from(key));
    pz_json_null(w);
}


static void
ngx_pz_times_json(pz_json_writer_t *w, const ngx_pz_time_name_t *name,
    const ngx_pz_histogram_t *histogram)
{
    ngx_pz_times_view_t  view;

    ngx_pz_times_look(histogram, &view);

    ngx_pz_json_object(w, name->value);
    ngx_pz_json_number(w, "count", (double) view.count);
    ngx_pz_json_number(w, "sum", view.sum);
    ngx_pz_times_percentile(w, "p50", name, &view, 50);
    ngx_pz_times_percentile(w, "p99", name, &view, 99);
    pz_json_object_end(w);
}


void
ngx_pz_times_status(pz_json_writer_t *w, ngx_pz_counters_t *counters)
{
    ngx_uint_t                 i;
    const char                *family;
    const ngx_pz_time_name_t  *name;

    family = "";

    for (i = 0; i < NGX_PZ_TIME_LAST; i++) {
        name = ngx_pz_time_name(i);

        if (ngx_strcmp(name->family, family) != 0) {
            if (i > 0) {
                pz_json_object_end(w);
            }

            family = name->family;
            ngx_pz_json_object(w, family);
        }

        ngx_pz_times_json(w, name, &counters->times[i]);
    }

    pz_json_object_end(w);
}
