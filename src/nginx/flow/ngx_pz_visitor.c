/*
 * Stage: who is it?
 */
#include "ngx_pz_cookie.h"
#include "ngx_pz_headers_in.h"
#include "ngx_pz_visitor.h"

#define NGX_PZ_VISITOR_LONGEST  128


ngx_uint_t
ngx_pz_visitor_id_is_valid(ngx_str_t *id)
{
    size_t  i;
    u_char  c;

    if (id->len == 0 || id->len > NGX_PZ_VISITOR_LONGEST) {
        return 0;
    }

    for (i = 0; i < id->len; i++) {
        c = id->data[i];

        /* braces would move the key to another hash slot of the operator's choosing */
        if (c <= ' ' || c >= 0x7f || c == '{' || c == '}' || c == '"'
            || c == '\'' || c == '\\' || c == '<' || c == '>')
        {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_pz_visitor_gpc(ngx_http_request_t *r)
{
    ngx_str_t  gpc;

    gpc = ngx_pz_header_in(r, "sec-gpc");

    return gpc.len == 1 && gpc.data[0] == '1';
}


ngx_int_t
ngx_pz_visitor_consents(ngx_http_request_t *r, const ngx_pz_settings_t *settings)
{
    ngx_str_t  value;

    if (ngx_pz_visitor_gpc(r)) {
        return 0;
    }

    if (settings->consent == NULL) {
        return 1;
    }

    if (ngx_http_complex_value(r, settings->consent, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    return value.len != 0 && !(value.len == 1 && value.data[0] == '0');
}


/* The operator knows who it is: no cookie of ours. */
static ngx_int_t
ngx_pz_visitor_from_value(ngx_pz_request_t *pr)
{
    ngx_str_t  id;

    if (ngx_http_complex_value(pr->request, pr->settings->visitor, &id) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_pz_visitor_id_is_valid(&id)) {
        pr->visitor.id = id;
        pr->visitor.returning = 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_visitor_welcome(ngx_pz_request_t *pr)
{
    pr->visitor.fresh = 1;

    if (ngx_pz_cookie_make_id(pr->request, &pr->visitor.id) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_pz_cookie_write(pr->request, pr->settings->keys, &pr->visitor.id,
                               &pr->visitor.cookie);
}


static ngx_int_t
ngx_pz_visitor_from_cookie(ngx_pz_request_t *pr)
{
    ngx_pz_visitor_t  *visitor;

    visitor = &pr->visitor;

    switch (ngx_pz_cookie_read(pr->request, pr->settings->keys, &visitor->id)) {

    case NGX_PZ_COOKIE_VALID:
        ngx_pz_request_count(pr, COOKIE_VALID);
        visitor->returning = 1;
        return NGX_OK;

    case NGX_PZ_COOKIE_AGED:
        ngx_pz_request_count(pr, COOKIE_RENEWED);
        visitor->returning = 1;
        return ngx_pz_cookie_write(pr->request, pr->settings->keys,
                                   &visitor->id, &visitor->cookie);

    case NGX_PZ_COOKIE_NONE:
        ngx_pz_request_count(pr, COOKIE_NONE);
        return ngx_pz_visitor_welcome(pr);

    default: /* NGX_PZ_COOKIE_FORGED, NGX_PZ_COOKIE_EXPIRED */
        ngx_pz_request_count(pr, COOKIE_FORGED);
        return ngx_pz_visitor_welcome(pr);
    }
}


ngx_int_t
ngx_pz_visitor_identify(ngx_pz_request_t *pr)
{
    ngx_int_t  consents;

    ngx_memzero(&pr->visitor, sizeof(ngx_pz_visitor_t));

    consents = ngx_pz_visitor_consents(pr->request, pr->settings);

    if (consents == NGX_ERROR) {
        return NGX_ERROR;
    }

    pr->visitor.consent = (unsigned) consents;

    if (!consents) {
        if (ngx_pz_visitor_gpc(pr->request)) {
            ngx_pz_request_count(pr, CONSENT_GPC);

        } else {
            ngx_pz_request_count(pr, CONSENT_NONE);
        }

        return NGX_OK;
    }

    return pr->settings->visitor != NULL ? ngx_pz_visitor_from_value(pr)
                                         : ngx_pz_visitor_from_cookie(pr);
}
