#include "ngx_pz_metrics.h"

#include "ngx_pz_metric_head.h"
#include "ngx_pz_reply.h"
#include "ngx_pz_request.h"
#include "ngx_pz_times.h"
#include "pz_version.h"

#define NGX_PZ_METRICS_MAX   (256 * 1024)
#define NGX_PZ_METRICS_TYPE  "text/plain; version=0.0.4; charset=utf-8"

typedef double (*ngx_pz_metric_gauge_pt)(const ngx_pz_rulebook_t *book);
typedef size_t (*ngx_pz_metric_cache_pt)(const ngx_pz_cache_usage_t *usage);


/*
 * A label's value: backslash, quote and line feed are escaped, and nothing else
 * may be.  It must be UTF-8, which a path in the configuration need not be.
 */
static void
ngx_pz_metric_label(pz_sb_t *sb, pz_str_t value)
{
    int     utf8;
    size_t  i;

    utf8 = pz_str_is_utf8(value);

    for (i = 0; i < value.len; i++) {
        switch (value.data[i]) {

        case '\n':
            pz_sb_literal(sb, "\\n");
            break;

        case '\\':
        case '"':
            pz_sb_byte(sb, '\\');
            /* fall through */

        default:
            pz_sb_byte(sb, (utf8 || (u_char) value.data[i] < 0x80) ? value.data[i] : '?');
        }
    }
}


static void
ngx_pz_metric_count(pz_sb_t *sb, const char *family, const char *label, pz_str_t value,
    ngx_atomic_t *counter)
{
    pz_sb_printf(sb, "personalize_%s_total{%s=\"", family, label);
    ngx_pz_metric_label(sb, value);
    pz_sb_printf(sb, "\"} %llu\n", (unsigned long long) *counter);
}


static void
ngx_pz_metrics_responses(pz_sb_t *sb, ngx_pz_counters_t *counters)
{
    ngx_uint_t  i;

    ngx_pz_metric_head(sb, "responses", "_total", "counter");

    for (i = 0; i < NGX_PZ_STATUS_LAST; i++) {
        ngx_pz_metric_count(sb, "responses", "status", ngx_pz_str(*ngx_pz_status_word(i)),
                            &counters->statuses[i]);
    }

    ngx_pz_metric_head(sb, "lookups", "_total", "counter");

    for (i = 0; i < NGX_PZ_LOOKUP_LAST; i++) {
        ngx_pz_metric_count(sb, "lookups", "outcome", ngx_pz_str(*ngx_pz_lookup_word(i)),
                            &counters->lookups[i]);
    }
}


/* The list of events has the counters of a family behind each other. */
static void
ngx_pz_metrics_events(pz_sb_t *sb, ngx_pz_counters_t *counters)
{
    ngx_uint_t                  i;
    const char                 *family;
    const ngx_pz_event_name_t  *name;

    family = "";

    for (i = 0; i < NGX_PZ_EVENT_LAST; i++) {
        name = ngx_pz_event_name(i);

        if (ngx_strcmp(name->family, family) != 0) {
            family = name->family;
            ngx_pz_metric_head(sb, family, "_total", "counter");
        }

        ngx_pz_metric_count(sb, family, name->label, pz_str_from(name->value),
                            &counters->events[i]);
    }
}


static double
ngx_pz_metric_broken(const ngx_pz_rulebook_t *book)
{
    return book->rules == NULL || book->nerrors > 0;
}


static double
ngx_pz_metric_campaigns(const ngx_pz_rulebook_t *book)
{
    return (book->rules == NULL) ? 0 : (double) pz_ruleset_campaigns(book->rules)->ncampaigns;
}


static double
ngx_pz_metric_loaded(const ngx_pz_rulebook_t *book)
{
    return (double) book->loaded;
}


static void
ngx_pz_metrics_gauge(pz_sb_t *sb, ngx_pz_worker_t *worker, const char *name,
    ngx_pz_metric_gauge_pt gauge)
{
    ngx_uint_t  i;

    ngx_pz_metric_head(sb, name, "", "gauge");

    for (i = 0; i < worker->nrulebooks; i++) {
        pz_sb_printf(sb, "personalize_%s{path=\"", name);
        ngx_pz_metric_label(sb, ngx_pz_str(worker->rulebooks[i]->path));
        pz_sb_literal(sb, "\"} ");
        pz_sb_number(sb, gauge(worker->rulebooks[i]));
        pz_sb_byte(sb, '\n');
    }
}


/* Of the worker that answers; the others read the same files within the second. */
static void
ngx_pz_metrics_rules(pz_sb_t *sb, ngx_pz_worker_t *worker)
{
    ngx_pz_metrics_gauge(sb, worker, "rules_broken", ngx_pz_metric_broken);
    ngx_pz_metrics_gauge(sb, worker, "rules_campaigns", ngx_pz_metric_campaigns);
    ngx_pz_metrics_gauge(sb, worker, "rules_loaded_timestamp_seconds", ngx_pz_metric_loaded);
}


static size_t
ngx_pz_metric_cache_size(const ngx_pz_cache_usage_t *usage)
{
    return usage->size;
}


static size_t
ngx_pz_metric_cache_used(const ngx_pz_cache_usage_t *usage)
{
    return usage->used;
}


static size_t
ngx_pz_metric_cache_entries(const ngx_pz_cache_usage_t *usage)
{
    return usage->entries;
}


static size_t
ngx_pz_metric_cache_places(const ngx_pz_cache_usage_t *usage)
{
    return usage->places;
}


static void
ngx_pz_metrics_zone(pz_sb_t *sb, ngx_pz_worker_t *worker, const char *name,
    ngx_pz_metric_cache_pt gauge)
{
    ngx_uint_t            i;
    ngx_pz_cache_usage_t  usage;

    ngx_pz_metric_head(sb, name, "", "gauge");

    for (i = 0; i < worker->ncaches; i++) {
        ngx_pz_cache_usage(worker->caches[i], &usage);

        pz_sb_printf(sb, "personalize_%s{zone=\"", name);
        ngx_pz_metric_label(sb, ngx_pz_str(usage.name));
        pz_sb_printf(sb, "\"} %zu\n", gauge(&usage));
    }
}


/* All workers share them. */
static void
ngx_pz_metrics_caches(pz_sb_t *sb, ngx_pz_worker_t *worker)
{
    ngx_pz_metrics_zone(sb, worker, "cache_size_bytes", ngx_pz_metric_cache_size);
    ngx_pz_metrics_zone(sb, worker, "cache_used_bytes", ngx_pz_metric_cache_used);
    ngx_pz_metrics_zone(sb, worker, "cache_entries", ngx_pz_metric_cache_entries);
    ngx_pz_metrics_zone(sb, worker, "index_entries", ngx_pz_metric_cache_places);
}


ngx_int_t
ngx_pz_metrics_send(ngx_http_request_t *r, ngx_pz_worker_t *worker)
{
    pz_sb_t      sb;
    pz_arena_t  *arena;

    arena = ngx_pz_reply_arena(r, 2 * NGX_PZ_METRICS_MAX);
    if (arena == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    pz_sb_init(&sb, arena, NGX_PZ_METRICS_MAX);

    ngx_pz_metric_head(&sb, "build_info", "", "gauge");
    pz_sb_literal(&sb, "personalize_build_info{version=\"" PZ_VERSION "\"} 1\n");

    ngx_pz_metrics_responses(&sb, worker->counters);
    ngx_pz_metrics_events(&sb, worker->counters);
    ngx_pz_times_metrics(&sb, worker->counters);
    ngx_pz_metrics_rules(&sb, worker);
    ngx_pz_metrics_caches(&sb, worker);

    return ngx_pz_reply_text(r, NGX_HTTP_OK, NGX_PZ_METRICS_TYPE, &sb);
}
