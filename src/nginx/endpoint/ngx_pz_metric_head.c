#include "ngx_pz_metric_head.h"

#include <ngx_config.h>
#include <ngx_core.h>

typedef struct {
    const char *name;
    const char *help;
} ngx_pz_metric_help_t;

static const ngx_pz_metric_help_t  ngx_pz_metric_helps[] = {
    { "responses", "Responses by $personalize_status: applied, nothing, or why it fell back." },
    { "lookups", "Look-ups of a visitor's profile by $personalize_lookup." },
    { "visitor_cookies", "Visitor cookies as they came in, and those that were set." },
    { "consent_missing", "Page requests without consent, by what withheld it." },
    { "held_responses", "Responses that had to wait for Redis, by where they waited." },
    { "edits", "Edits that a plan asked for, by whether the page had their selector." },
    { "rewrites_ended", "Rewrites that stopped early: the rest of the page passed as it was." },
    { "slots", "Recommendation blocks and coupons, by what became of them." },
    { "rule_faults", "Rule functions that failed, and campaigns switched off for it." },
    { "rule_loads", "Rule sets read after a change, by whether they could be loaded." },
    { "forget_requests", "Visitors who asked to be forgotten, by what became of it." },
    { "redis", "Events on the connections to Redis." },
    { "invalidation", "Events on the connections by which Redis tells what has changed." },
    { "cache_reads", "Keys that were looked for in the cache, by kind and what was found." },
    { "cache", "What else happened to the cache." },
    { "index", "Pages with edits, by what the placement index knew of them." },
    { "redis_seconds", "From a query to its replies, where they came in time." },
    { "held_seconds", "How long responses were kept back for Redis, by where they waited." },
    { "decision_seconds", "How long the rules took to decide, Lua included." },
    { "cache_age_seconds", "How long ago Redis gave what was taken from the cache." },
    { "rules_broken", "1 when the newest rule files cannot be loaded." },
    { "rules_campaigns", "Campaigns in the live rule set." },
    { "rules_loaded_timestamp_seconds", "When the live rule set was loaded." },
    { "cache_size_bytes", "Bytes that a zone has for entries." },
    { "cache_used_bytes", "Bytes of it that entries take." },
    { "cache_entries", "Entries in a zone." },
    { "index_entries", "Entries of them that hold a page's places." },
    { "build_info", "1; the label says which version runs." },
};


static const char *
ngx_pz_metric_help(const char *name)
{
    size_t  i;

    for (i = 0; i < sizeof(ngx_pz_metric_helps) / sizeof(ngx_pz_metric_helps[0]); i++) {
        if (ngx_strcmp(ngx_pz_metric_helps[i].name, name) == 0) {
            return ngx_pz_metric_helps[i].help;
        }
    }

    return "By kind.";
}


void
ngx_pz_metric_head(pz_sb_t *sb, const char *name, const char *suffix, const char *type)
{
    pz_sb_printf(sb, "# HELP personalize_%s%s %s\n", name, suffix, ngx_pz_metric_help(name));
    pz_sb_printf(sb, "# TYPE personalize_%s%s %s\n", name, suffix, type);
}
