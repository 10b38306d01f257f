/*
 * A rulebook: the live rule set and the watch on its files.
 */
#include "ngx_pz_rulebook.h"

#define NGX_PZ_RULEBOOK_INTERVAL  1000    /* ms: a saved file is live within two of them */

static void ngx_pz_rulebook_on_watch(ngx_event_t *ev);


static void
ngx_pz_rulebook_on_pool_cleanup(void *data)
{
    ngx_pz_rulebook_t  *book = data;

    if (book->rules != NULL) {
        pz_ruleset_release(book->rules);
        book->rules = NULL;
    }
}


/*
 * The fingerprint is taken before the files are read: a write in between makes
 * it differ at the next look, and they are read again.
 */
static ngx_int_t
ngx_pz_rulebook_load(ngx_pz_rulebook_t *book)
{
    pz_ruleset_t  *rules;

    book->fingerprint = pz_ruleset_fingerprint((char *) book->path.data);

    rules = pz_ruleset_load((char *) book->path.data, NULL, book->errors,
                            NGX_PZ_RULEBOOK_ERRORS, &book->nerrors);

    if (rules == NULL) {
        book->nerrors = ngx_min(ngx_max(book->nerrors, 1), NGX_PZ_RULEBOOK_ERRORS);
        return NGX_ERROR;
    }

    if (book->rules != NULL) {
        pz_ruleset_release(book->rules);
    }

    book->rules = rules;
    book->nerrors = 0;
    book->loaded = ngx_time();
    book->generation++;

    return NGX_OK;
}


ngx_pz_rulebook_t *
ngx_pz_rulebook_create(ngx_conf_t *cf, ngx_str_t *path)
{
    char                 text[NGX_MAX_CONF_ERRSTR];
    size_t               i;
    ngx_pz_rulebook_t   *book;
    ngx_pool_cleanup_t  *cln;

    book = ngx_pcalloc(cf->pool, sizeof(ngx_pz_rulebook_t));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (book == NULL || cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_pz_rulebook_on_pool_cleanup;
    cln->data = book;

    book->path = *path;

    if (ngx_pz_rulebook_load(book) == NGX_OK) {
        return book;
    }

    for (i = 0; i < book->nerrors; i++) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "personalize rules: %s",
                           pz_error_print(&book->errors[i], text, sizeof(text)));
    }

    return NULL;
}


void
ngx_pz_rulebook_watch(ngx_pz_rulebook_t *book, ngx_cycle_t *cycle,
    ngx_pz_counters_t *counters)
{
    book->counters = counters;
    book->log = cycle->log;

    book->watch.handler = ngx_pz_rulebook_on_watch;
    book->watch.data = book;
    book->watch.log = cycle->log;
    book->watch.cancelable = 1;

    ngx_add_timer(&book->watch, NGX_PZ_RULEBOOK_INTERVAL);
}


static void
ngx_pz_rulebook_report(ngx_pz_rulebook_t *book)
{
    char    text[NGX_MAX_CONF_ERRSTR];
    size_t  i;

    for (i = 0; i < book->nerrors; i++) {
        ngx_log_error(NGX_LOG_ERR, book->log, 0,
                      "personalize rules: %s; the set loaded before stays live",
                      pz_error_print(&book->errors[i], text, sizeof(text)));
    }
}


static void
ngx_pz_rulebook_on_watch(ngx_event_t *ev)
{
    ngx_pz_rulebook_t  *book = ev->data;

    if (pz_ruleset_fingerprint((char *) book->path.data) != book->fingerprint) {

        if (ngx_pz_rulebook_load(book) == NGX_OK) {
            ngx_pz_count(book->counters->events[NGX_PZ_EVENT_RULES_LOADED]);
            ngx_log_error(NGX_LOG_NOTICE, book->log, 0,
                          "personalize rules: \"%V\" loaded anew", &book->path);

        } else {
            ngx_pz_count(book->counters->events[NGX_PZ_EVENT_RULES_BROKEN]);
            ngx_pz_rulebook_report(book);
        }
    }

    if (!ngx_exiting) {
        ngx_add_timer(ev, NGX_PZ_RULEBOOK_INTERVAL);
    }
}
