/*
 * A rulebook: the rule set that is live for one `personalize_rules`, and the
 * watch on its files.
 *
 * It is loaded once when the configuration is read, so that `nginx -t` can
 * refuse it; each worker then looks at the files' state once a second, loads a
 * changed set beside the live one, and swaps it in whole.  A broken set leaves
 * the live one where it is.  Requests hold the set that decided them.
 */
#ifndef NGX_PZ_RULEBOOK_H
#define NGX_PZ_RULEBOOK_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_pz_counters.h"
#include "pz_ruleset.h"

#define NGX_PZ_RULEBOOK_ERRORS  8

typedef struct {
    ngx_str_t           path;          /* zero-terminated */
    pz_ruleset_t       *rules;         /* the live set; NULL: none could be loaded */
    uint64_t            fingerprint;   /* of the files that were looked at last */
    time_t              loaded;        /* when the live set was loaded */
    ngx_uint_t          generation;    /* how many sets have been live */
    pz_error_t          errors[NGX_PZ_RULEBOOK_ERRORS];
    size_t              nerrors;       /* of the newest files; 0: they are live */
    ngx_event_t         watch;
    ngx_pz_counters_t  *counters;
    ngx_log_t          *log;
} ngx_pz_rulebook_t;

/* Load at configuration time; the set is released with cf->pool.  NULL after logging each error. */
ngx_pz_rulebook_t *ngx_pz_rulebook_create(ngx_conf_t *cf, ngx_str_t *path);

/* Begin to watch, in a worker. */
void ngx_pz_rulebook_watch(ngx_pz_rulebook_t *book, ngx_cycle_t *cycle,
    ngx_pz_counters_t *counters);

#endif
