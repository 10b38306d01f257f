/*
 * Stage: the response's header.
 */
#include "ngx_pz_head.h"
#include "ngx_pz_page_key.h"


/*
 * Freshness and identity of the origin's bytes, for caches of any kind: RFC
 * 9111; RFC 9213 (targeted fields); digests of RFC 9530 and RFC 3230.
 */
static const ngx_str_t  ngx_pz_head_dropped[] = {
    ngx_string("cache-control"),
    ngx_string("expires"),
    ngx_string("pragma"),
    ngx_string("age"),
    ngx_string("etag"),
    ngx_string("last-modified"),
    ngx_string("accept-ranges"),
    ngx_string("surrogate-control"),
    ngx_string("edge-control"),
    ngx_string("x-accel-expires"),
    ngx_string("content-md5"),
    ngx_string("content-digest"),
    ngx_string("repr-digest"),
    ngx_string("digest"),
};

#define NGX_PZ_TARGETED  "-cache-control"


static ngx_uint_t
ngx_pz_head_is_dropped(ngx_str_t *name)
{
    size_t      len;
    ngx_uint_t  i;

    for (i = 0; i < sizeof(ngx_pz_head_dropped) / sizeof(ngx_str_t); i++) {
        if (name->len == ngx_pz_head_dropped[i].len
            && ngx_strncasecmp(name->data, ngx_pz_head_dropped[i].data, name->len)
               == 0)
        {
            return 1;
        }
    }

    /* CDN-Cache-Control, Cloudflare-CDN-Cache-Control and whatever comes next */
    len = sizeof(NGX_PZ_TARGETED) - 1;

    return name->len > len
           && ngx_strncasecmp(name->data + name->len - len,
                              (u_char *) NGX_PZ_TARGETED, len)
              == 0;
}


static void
ngx_pz_head_drop(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash != 0 && ngx_pz_head_is_dropped(&h[i].key)) {
                h[i].hash = 0;
            }
        }
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_etag(r);

    r->headers_out.last_modified = NULL;
    r->headers_out.last_modified_time = -1;
    r->headers_out.expires = NULL;

#if (nginx_version >= 1023000)
    r->headers_out.cache_control = NULL;
#else
    r->headers_out.cache_control.nelts = 0;
#endif
}


static ngx_table_elt_t *
ngx_pz_head_add(ngx_http_request_t *r, ngx_str_t name, ngx_str_t value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->key = name;
    h->value = value;

    return h;
}


/* nginx's gzip_proxied looks for Cache-Control where nginx itself keeps it. */
static ngx_int_t
ngx_pz_head_cache_control(ngx_http_request_t *r, ngx_str_t value)
{
    ngx_str_t         name = ngx_string("Cache-Control");
    ngx_table_elt_t  *h;

    h = ngx_pz_head_add(r, name, value);
    if (h == NULL) {
        return NGX_ERROR;
    }

#if (nginx_version >= 1023000)

    r->headers_out.cache_control = h;

#else

    ngx_array_t       *kept;
    ngx_table_elt_t  **link;

    kept = &r->headers_out.cache_control;

    if (kept->elts == NULL
        && ngx_array_init(kept, r->pool, 1, sizeof(ngx_table_elt_t *)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    link = ngx_array_push(kept);
    if (link == NULL) {
        return NGX_ERROR;
    }

    *link = h;

#endif

    return NGX_OK;
}


ngx_int_t
ngx_pz_head_write(ngx_pz_request_t *pr)
{
    ngx_str_t            name = ngx_string("Set-Cookie");
    ngx_http_request_t  *r;

    r = pr->request;
    ngx_pz_page_key_note(pr);
    ngx_pz_head_drop(r);

    if (pr->settings->cache_control.len != 0
        && ngx_pz_head_cache_control(r, pr->settings->cache_control) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (pr->visitor.cookie.len == 0) {
        return NGX_OK;
    }

    ngx_pz_request_count(pr, COOKIE_SET);

    return ngx_pz_head_add(r, name, pr->visitor.cookie) != NULL ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_pz_head_add_planned(ngx_pz_request_t *pr)
{
    size_t                   i;
    const pz_plan_header_t  *header;

    header = pr->decision.plan.headers;

    for (i = 0; i < pr->decision.plan.nheaders; i++) {
        if (ngx_pz_head_add(pr->request, ngx_pz_ngx_str(header[i].name),
                            ngx_pz_ngx_str(header[i].value))
            == NULL)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
