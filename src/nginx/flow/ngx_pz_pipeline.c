/*
 * The pipeline: the only file that knows the order of the stages.
 */
#include "ngx_pz_body.h"
#include "ngx_pz_content.h"
#include "ngx_pz_decision.h"
#include "ngx_pz_eligible.h"
#include "ngx_pz_head.h"
#include "ngx_pz_lookup.h"
#include "ngx_pz_pipeline.h"
#include "ngx_pz_record.h"
#include "ngx_pz_suspend.h"
#include "ngx_pz_visitor.h"

static void ngx_pz_pipeline_on_lookup(ngx_pz_request_t *pr);
static void ngx_pz_pipeline_on_fill(ngx_pz_request_t *pr);

/* as every nginx filter keeps them */
static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


/* The module is off where an internal redirect has led: nothing of before counts. */
static void
ngx_pz_pipeline_leave(ngx_pz_request_t *pr)
{
    if (pr != NULL) {
        ngx_pz_request_drop_lookup(pr);
        pr->left = 1;
        pr->status = NGX_PZ_STATUS_OFF;
    }
}


/* What can be told from the request alone. */
static void
ngx_pz_pipeline_enter(ngx_pz_request_t *pr)
{
    pr->left = 0;
    pr->status = NGX_PZ_STATUS_ABANDONED;
    pr->page = (unsigned) ngx_pz_eligible_request(pr->request);

    if (pr->page && ngx_pz_eligible_unlink(pr->request) != NGX_OK) {
        pr->page = 0;
    }
}


/* Who it is, and what is known of them: for GET only, HEAD has no body to change. */
static void
ngx_pz_pipeline_begin(ngx_pz_request_t *pr)
{
    if (!pr->page || pr->request->method == NGX_HTTP_HEAD) {
        return;
    }

    if (ngx_pz_visitor_identify(pr) != NGX_OK
        || ngx_pz_lookup_begin(pr, ngx_pz_pipeline_on_lookup) != NGX_OK)
    {
        pr->lookup.failure = NGX_PZ_STATUS_MEMORY;
    }
}


static ngx_pz_request_t *
ngx_pz_pipeline_open(ngx_http_request_t *r, const ngx_pz_settings_t *settings)
{
    ngx_pz_request_t  *pr;

    pr = ngx_pz_request_open(r, settings);

    if (pr != NULL) {
        ngx_pz_pipeline_enter(pr);

    } else {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "personalize: no memory, the page stays the origin's");
    }

    return pr;
}


/*
 * An internal redirect (index, try_files, X-Accel-Redirect) led to another
 * location: what was asked there would be asked again only where it differs.
 */
static void
ngx_pz_pipeline_move(ngx_pz_request_t *pr, const ngx_pz_settings_t *to)
{
    ngx_uint_t                known;
    const ngx_pz_settings_t  *from;

    from = pr->settings;
    pr->settings = to;

    known = pr->lookup.begun && !pr->left
            && from->redis == to->redis && from->keys == to->keys
            && from->visitor == to->visitor && from->consent == to->consent;

    if (known && from->rulebook == to->rulebook && from->context == to->context) {
        return;
    }

    pr->decision.made = 0;

    if (!known) {
        ngx_pz_request_drop_lookup(pr);
        ngx_pz_pipeline_enter(pr);
        ngx_pz_pipeline_begin(pr);
    }
}


static ngx_int_t
ngx_pz_pipeline_preaccess(ngx_http_request_t *r)
{
    ngx_pz_request_t         *pr;
    const ngx_pz_settings_t  *settings;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    settings = ngx_pz_settings_of(r);
    pr = ngx_pz_request_of(r);

    /* post_action comes behind a response that is out */
    if (pr != NULL && pr->headed) {
        return NGX_DECLINED;
    }

    if (settings->mode == NGX_PZ_MODE_OFF) {
        ngx_pz_pipeline_leave(pr);
        return NGX_DECLINED;
    }

    if (pr != NULL) {
        ngx_pz_pipeline_move(pr, settings);
        return NGX_DECLINED;
    }

    pr = ngx_pz_pipeline_open(r, settings);

    if (pr != NULL) {
        ngx_pz_pipeline_begin(pr);
    }

    return NGX_DECLINED;
}


/* Never NGX_OK, which would grant access under "satisfy any". */
static ngx_int_t
ngx_pz_pipeline_access(ngx_http_request_t *r)
{
    ngx_pz_request_t  *pr;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    pr = ngx_pz_request_of(r);

    if (pr == NULL || pr->left || !pr->lookup.begun
        || pr->settings->wait != NGX_PZ_WAIT_ACCESS)
    {
        return NGX_DECLINED;
    }

    if (pr->lookup.pending) {
        return ngx_pz_suspend_access(pr);
    }

    ngx_pz_decision_make(pr);

    return NGX_DECLINED;
}


/* The page's own encoding, taken off when we are to read it. */
static ngx_pz_encoding_e
ngx_pz_pipeline_encoding(ngx_http_request_t *r)
{
    ngx_table_elt_t    *h;
    ngx_pz_encoding_e   encoding;

    h = r->headers_out.content_encoding;

    if (h == NULL || h->hash == 0) {
        return NGX_PZ_IDENTITY;
    }

    encoding = ngx_pz_encoding_of(&h->value);

    if (encoding != NGX_PZ_UNKNOWN) {
        h->hash = 0;
        r->headers_out.content_encoding = NULL;
    }

    return encoding;
}


/* Make ready for the plan's headers and edits; else say in pr->status why not. */
static ngx_int_t
ngx_pz_pipeline_prepare(ngx_pz_request_t *pr)
{
    ngx_pz_encoding_e  encoding;

    if (pr->decision.plan.nedits != 0) {

        if (ngx_pz_sniff_is_opaque(pr->request)) {
            pr->status = NGX_PZ_STATUS_CHARSET;
            return NGX_OK;
        }

        encoding = ngx_pz_pipeline_encoding(pr->request);

        if (encoding == NGX_PZ_UNKNOWN) {
            pr->status = NGX_PZ_STATUS_ENCODING;
            return NGX_OK;
        }

        if (ngx_pz_content_begin(pr, ngx_pz_pipeline_on_fill) != NGX_OK
            || ngx_pz_body_begin(pr, ngx_http_next_body_filter, encoding,
                                 ngx_pz_content_fill) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_pz_head_add_planned(pr);
}


/* The lookup is over: decide, and send the header. */
static ngx_int_t
ngx_pz_pipeline_answer(ngx_pz_request_t *pr)
{
    pr->headed = 1;

    ngx_pz_decision_make(pr);
    pr->status = pr->decision.status;

    if (ngx_pz_head_write(pr) != NGX_OK) {
        return NGX_ERROR;
    }

    if (pr->status == NGX_PZ_STATUS_APPLIED
        && ngx_pz_pipeline_prepare(pr) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(pr->request);
}


/*
 * The request's context; made here for a response that comes before the
 * preaccess phase, as that of "return 200" does.
 */
static ngx_pz_request_t *
ngx_pz_pipeline_find(ngx_http_request_t *r)
{
    ngx_pz_request_t         *pr;
    const ngx_pz_settings_t  *settings;

    if (r != r->main) {
        return NULL;
    }

    pr = ngx_pz_request_of(r);

    if (pr != NULL) {
        return pr->left || pr->headed ? NULL : pr;
    }

    settings = ngx_pz_settings_of(r);

    return settings->mode == NGX_PZ_MODE_OFF ? NULL : ngx_pz_pipeline_open(r, settings);
}


static ngx_int_t
ngx_pz_pipeline_header_filter(ngx_http_request_t *r)
{
    ngx_pz_request_t  *pr;

    pr = ngx_pz_pipeline_find(r);

    if (pr == NULL) {
        return ngx_http_next_header_filter(r);
    }

    pr->status = ngx_pz_eligible_response(pr);

    if (pr->status != NGX_PZ_STATUS_APPLIED) {
        pr->headed = 1;
        ngx_pz_request_drop_lookup(pr);

        return ngx_http_next_header_filter(r);
    }

    if (r->method == NGX_HTTP_HEAD) {
        pr->headed = 1;
        pr->status = NGX_PZ_STATUS_HEAD;

        return ngx_pz_head_write(pr) == NGX_OK ? ngx_http_next_header_filter(r)
                                               : NGX_ERROR;
    }

    if (!pr->lookup.begun) {
        ngx_pz_pipeline_begin(pr);
    }

    if (pr->lookup.pending) {
        ngx_pz_request_count(pr, HELD);
        return ngx_pz_suspend_header(pr);
    }

    return ngx_pz_pipeline_answer(pr);
}


static ngx_int_t
ngx_pz_pipeline_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_int_t          rc;
    ngx_pz_request_t  *pr;

    pr = ngx_http_get_module_ctx(r, ngx_http_personalize_module);

    if (pr == NULL || r != r->main || (pr->body == NULL && !pr->holding)) {
        return ngx_http_next_body_filter(r, in);
    }

    if (r->connection->error) {
        return NGX_ERROR;
    }

    if (pr->holding) {
        return ngx_pz_suspend_body(pr, in);
    }

    rc = ngx_pz_body_push(pr, in, in == NULL);

    if (rc != NGX_ERROR && ngx_pz_body_is_full(pr)) {
        ngx_pz_content_give_up(pr);
        rc = ngx_pz_body_push(pr, NULL, 0);
    }

    return rc;
}


/* The header was withheld: send it now, and what has come behind it. */
static void
ngx_pz_pipeline_resume(ngx_pz_request_t *pr)
{
    ngx_int_t     rc;
    ngx_chain_t  *held;

    held = ngx_pz_suspend_release(pr);

    rc = ngx_pz_pipeline_answer(pr);

    if (rc != NGX_ERROR && pr->body == NULL
        && pr->request->main_filter_need_in_memory
        && ngx_pz_body_pass(pr, ngx_http_next_body_filter) != NGX_OK)
    {
        rc = NGX_ERROR;
    }

    if (rc != NGX_ERROR && held != NULL) {
        rc = pr->body != NULL ? ngx_pz_body_push(pr, held, 0)
                              : ngx_http_next_body_filter(pr->request, held);
    }

    ngx_pz_suspend_wake(pr, rc);
}


static void
ngx_pz_pipeline_on_lookup(ngx_pz_request_t *pr)
{
    if (pr->waiting) {
        ngx_pz_suspend_resume_access(pr);

    } else if (pr->holding) {
        ngx_pz_pipeline_resume(pr);
    }
}


static void
ngx_pz_pipeline_on_fill(ngx_pz_request_t *pr)
{
    if (pr->body != NULL && !pr->request->connection->error) {
        ngx_pz_suspend_wake(pr, ngx_pz_body_push(pr, NULL, 0));
    }
}


static ngx_int_t
ngx_pz_pipeline_log(ngx_http_request_t *r)
{
    ngx_pz_request_t  *pr;

    pr = (r == r->main) ? ngx_pz_request_of(r) : NULL;

    if (pr != NULL) {
        ngx_pz_record_request(pr);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_pipeline_add_handler(ngx_conf_t *cf, ngx_uint_t phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


ngx_int_t
ngx_pz_pipeline_install(ngx_conf_t *cf)
{
    if (ngx_pz_pipeline_add_handler(cf, NGX_HTTP_PREACCESS_PHASE,
                                    ngx_pz_pipeline_preaccess) != NGX_OK
        || ngx_pz_pipeline_add_handler(cf, NGX_HTTP_ACCESS_PHASE,
                                       ngx_pz_pipeline_access) != NGX_OK
        || ngx_pz_pipeline_add_handler(cf, NGX_HTTP_LOG_PHASE,
                                       ngx_pz_pipeline_log) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_pz_pipeline_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_pz_pipeline_body_filter;

    return NGX_OK;
}
