#include "ngx_pz_metrics.h"

#include "ngx_pz_reply.h"
#include "ngx_pz_request.h"
#include "ngx_pz_times.h"
#include "pz_version.h"

#define NGX_PZ_METRICS_MAX   (256 * 1024)
#define NGX_PZ_METRICS_TYPE  "text/plain; version=0.0.4; charset=utf-8"

typedef struct {
    const char *family;
    const char *help;
} ngx_pz_metric_help_t;

/* Of each family in NGX_PZ_EVENTS. */
static const ngx_pz_metric_help_t  ngx_pz_metric_helps[] = {
    { "visitor_cookies", "Visitor cookies as they came in, and those that were set." },
    { "consent_missing", "Page requests without consent, by what withheld it." },
    { "held_responses",  "Responses that had to wait for Redis, by where they waited." },
    { "edits",           "Edits that a plan asked for, by whether the page had their selector." },
    { "rewrites_ended",  "Rewrites that stopped early: the rest of the page passed as it was." },
    { "slots",           "Recommendation blocks and coupons, by what became of them." },
    { "rule_faults",     "Rule functions that failed, and campaigns switched off for it." },
    { "rule_loads",      "Rule sets read after a change, by whether they could be loaded." },
    { "forget_requests", "Visitors who asked to be forgotten, by what became of it." },
    { "redis",           "Events on the connections to Redis." },
    { "invalidation",    "Events on the connections by which Redis tells what has changed." },
    { "cache_reads",     "Keys that were looked for in the cache, by kind and what was found." },
    { "cache",           "What else happened to the cache." },
    { "index",           "Pages with edits, by what the placement index knew of them." },
};

typedef double (*ngx_pz_metric_gauge_pt)(const ngx_pz_rulebook_t *book);
typedef size_t (*ngx_pz_metric_cache_pt)(const ngx_pz_cache_usage_t *usage);


static const char *
ngx_pz_metric_help(const char *family)
{
    size_t  i;

    for (i = 0; i < sizeof(ngx_pz_metric_helps) / sizeof(ngx_pz_metric_helps[0]); i++) {
        if (ngx_strcmp(ngx_pz_metric_helps[i].family, family) == 0) {
            return ngx_pz_metric_helps[i].help;
        }
    }

    return "Events by kind.";
}


static void
ngx_pz_metric_head(pz_sb_t *sb, const char *name, const char *suffix, const char *type,
    const char *help)
{
    pz_sb_printf(sb, "# HELP personalize_%s%s %s\n", name, suffix, help);
    pz_sb_printf(sb, "# TYPE personalize_%s%s %s\n", name, suffix, type);
}


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

    ngx_pz_metric_head(sb, "responses", "_total", "counter",
                       "Responses by $personalize_status: applied, nothing, or why it fell back.");

    for (i = 0; i < NGX_PZ_STATUS_LAST; i++) {
        ngx_pz_metric_count(sb, "responses", "status", ngx_pz_str(*ngx_pz_status_word(i)),
                            &counters->statuses[i]);
    }

    ngx_pz_metric_head(sb, "lookups", "_total", "counter",
                       "Look-ups of a visitor's profile by $personalize_lookup.");

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
            ngx_pz_metric_head(sb, family, "_total", "counter", ngx_pz_metric_help(family));
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
ngx_pz_metrics_gauge(pz_sb_t *sb, ngx_pz_worker_t *worker, const char *name, const char *help,
    ngx_pz_metric_gauge_pt gauge)
{
    ngx_uint_t  i;

    ngx_pz_metric_head(sb, name, "", "gauge", help);

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
    ngx_pz_metrics_gauge(sb, worker, "rules_broken",
                         "1 when the newest rule files cannot be loaded.", ngx_pz_metric_broken);
    ngx_pz_metrics_gauge(sb, worker, "rules_campaigns", "Campaigns in the live rule set.",
                         ngx_pz_metric_campaigns);
    ngx_pz_metrics_gauge(sb, worker, "rules_loaded_timestamp_seconds",
                         "When the live rule set was loaded.", ngx_pz_metric_loaded);
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
ngx_pz_metrics_zone(pz_sb_t *sb, ngx_pz_worker_t *worker, const char *name, const char *help,
    ngx_pz_metric_cache_pt gauge)
{
    ngx_uint_t            i;
    ngx_pz_cache_usage_t  usage;

    ngx_pz_metric_head(sb, name, "", "gauge", help);

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
    ngx_pz_metrics_zone(sb, worker, "cache_size_bytes", "Bytes that a zone has for entries.",
                        ngx_pz_metric_cache_size);
    ngx_pz_metrics_zone(sb, worker, "cache_used_bytes", "Bytes of it that entries take.",
                        ngx_pz_metric_cache_used);
    ngx_pz_metrics_zone(sb, worker, "cache_entries", "Entries in a zone.",
                        ngx_pz_metric_cache_entries);
    ngx_pz_metrics_zone(sb, worker, "index_entries", "Entries of them that hold a page's places.",
                        ngx_pz_metric_cache_places);
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

    ngx_pz_metric_head(&sb, "build_info", "", "gauge", "1; the label says which version runs.");
    pz_sb_literal(&sb, "personalize_build_info{version=\"" PZ_VERSION "\"} 1\n");

    ngx_pz_metrics_responses(&sb, worker->counters);
    ngx_pz_metrics_events(&sb, worker->counters);
    ngx_pz_times_metrics(&sb, worker->counters);
    ngx_pz_metrics_rules(&sb, worker);
    ngx_pz_metrics_caches(&sb, worker);

    return ngx_pz_reply_text(r, NGX_HTTP_OK, NGX_PZ_METRICS_TYPE, &sb);
}
