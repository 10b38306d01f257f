/*
 * Stage: is this a page that may be personalized?
 */
#include "ngx_pz_eligible.h"
#include "ngx_pz_headers_in.h"

static ngx_uint_t ngx_pz_no_transform(ngx_http_request_t *r);


ngx_uint_t
ngx_pz_eligible_request(ngx_http_request_t *r)
{
    ngx_str_t  dest, accept;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return 0;
    }

    dest = ngx_pz_header_in(r, "sec-fetch-dest");

    if (dest.len != 0) {
        return dest.len == 8 && ngx_strncmp(dest.data, "document", 8) == 0;
    }

    accept = ngx_pz_header_in(r, "accept");

    /* ngx_strlcasestrn steps back from the end: no value must not be searched */
    return accept.len != 0
           && ngx_strlcasestrn(accept.data, accept.data + accept.len,
                               (u_char *) "text/html", 9 - 1)
              != NULL;
}


ngx_int_t
ngx_pz_eligible_unlink(ngx_http_request_t *r)
{
    ngx_uint_t  i;

    static const char *const  names[] = {
        "if-modified-since", "if-unmodified-since", "if-match", "if-none-match",
        "if-range", "range"
    };

    if (r->headers_in.if_modified_since == NULL
        && r->headers_in.if_unmodified_since == NULL
        && r->headers_in.if_match == NULL
        && r->headers_in.if_none_match == NULL
        && r->headers_in.if_range == NULL
        && r->headers_in.range == NULL)
    {
        return NGX_OK;
    }

    r->headers_in.if_modified_since = NULL;
    r->headers_in.if_unmodified_since = NULL;
    r->headers_in.if_match = NULL;
    r->headers_in.if_none_match = NULL;
    r->headers_in.if_range = NULL;
    r->headers_in.range = NULL;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (ngx_pz_header_in_unlink(r, names[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_pz_status_e
ngx_pz_eligible_code(ngx_pz_request_t *pr)
{
    ngx_uint_t           code;
    ngx_http_request_t  *r;

    r = pr->request;
    code = r->err_status ? r->err_status : r->headers_out.status;

    switch (code) {

    case NGX_HTTP_OK:
        return NGX_PZ_STATUS_APPLIED;

    case NGX_HTTP_PARTIAL_CONTENT:
        return NGX_PZ_STATUS_PARTIAL;

    case NGX_HTTP_NOT_MODIFIED:
        return NGX_PZ_STATUS_NOT_MODIFIED;

    default:
        return code >= NGX_HTTP_BAD_REQUEST && pr->settings->errors
               ? NGX_PZ_STATUS_APPLIED : NGX_PZ_STATUS_STATUS;
    }
}


ngx_pz_status_e
ngx_pz_eligible_response(ngx_pz_request_t *pr)
{
    ngx_pz_status_e      status;
    ngx_http_request_t  *r;

    r = pr->request;

    status = ngx_pz_eligible_code(pr);

    if (status != NGX_PZ_STATUS_APPLIED) {
        return status;
    }

    if (!pr->page) {
        return NGX_PZ_STATUS_NOT_PAGE;
    }

    if (ngx_http_test_content_type(r, (ngx_hash_t *) &pr->settings->types)
        == NULL)
    {
        return NGX_PZ_STATUS_NOT_HTML;
    }

    if (ngx_pz_no_transform(r)) {
        return NGX_PZ_STATUS_NO_TRANSFORM;
    }

    return NGX_PZ_STATUS_APPLIED;
}


/* Cache-Control: no-transform (RFC 9111, section 5.2.2.6) forbids what we do. */
static ngx_uint_t
ngx_pz_no_transform(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash != 0
                && h[i].key.len == sizeof("Cache-Control") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "Cache-Control",
                                   h[i].key.len) == 0
                && ngx_strlcasestrn(h[i].value.data,
                                    h[i].value.data + h[i].value.len,
                                    (u_char *) "no-transform", 12 - 1)
                   != NULL)
            {
                return 1;
            }
        }
    }

    return 0;
}
