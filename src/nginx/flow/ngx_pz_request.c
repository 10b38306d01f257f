/*
 * The context of one request: made once, found again after internal redirects.
 */
#include "ngx_pz_request.h"

static void ngx_pz_request_on_cleanup(void *data);


const ngx_pz_settings_t *
ngx_pz_settings_of(ngx_http_request_t *r)
{
    return ngx_http_get_module_loc_conf(r, ngx_http_personalize_module);
}


ngx_pz_request_t *
ngx_pz_request_of(ngx_http_request_t *r)
{
    ngx_pz_request_t    *pr;
    ngx_pool_cleanup_t  *cln;

    pr = ngx_http_get_module_ctx(r, ngx_http_personalize_module);

    if (pr != NULL || !(r->internal || r->filter_finalize)) {
        return pr;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_pz_request_on_cleanup) {
            ngx_http_set_ctx(r, cln->data, ngx_http_personalize_module);
            return cln->data;
        }
    }

    return NULL;
}


ngx_pz_request_t *
ngx_pz_request_open(ngx_http_request_t *r, const ngx_pz_settings_t *settings)
{
    ngx_pz_request_t    *pr;
    ngx_pool_cleanup_t  *cln;

    pr = ngx_pz_request_of(r);

    if (pr != NULL) {
        pr->settings = settings;
        return pr;
    }

    pr = ngx_pcalloc(r->pool, sizeof(ngx_pz_request_t));
    cln = ngx_pool_cleanup_add(r->pool, 0);

    if (pr == NULL || cln == NULL) {
        return NULL;
    }

    pr->arena = pz_arena_create(NGX_PZ_REQUEST_BUDGET, 0);
    if (pr->arena == NULL) {
        return NULL;
    }

    pr->request = r;
    pr->settings = settings;
    pr->worker = *settings->worker;

    cln->handler = ngx_pz_request_on_cleanup;
    cln->data = pr;

    ngx_http_set_ctx(r, pr, ngx_http_personalize_module);

    return pr;
}


/*
 * Runs when the request's memory goes, however it ended: what is still on its
 * way from Redis must find nobody here.
 */
static void
ngx_pz_request_on_cleanup(void *data)
{
    ngx_pz_request_t  *pr = data;

    if (pr->abandon_content != NULL) {
        pr->abandon_content(pr);
    }

    ngx_pz_request_drop_lookup(pr);

    if (pr->decision.rules != NULL) {
        pz_ruleset_release(pr->decision.rules);
    }

    pz_arena_destroy(pr->arena);
}


void
ngx_pz_request_drop_lookup(ngx_pz_request_t *pr)
{
    if (pr->lookup.pending) {
        pr->lookup.pending = 0;
        ngx_pz_fetch_cancel(&pr->lookup.fetch);
    }
}
