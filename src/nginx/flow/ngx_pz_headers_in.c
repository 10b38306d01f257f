/*
 * Request headers that nginx does not parse by itself.
 */
#include "ngx_pz_headers_in.h"


static ngx_uint_t
ngx_pz_header_is(ngx_table_elt_t *h, const char *name, size_t len)
{
    return h->key.len == len && ngx_strncmp(h->lowcase_key, name, len) == 0;
}


ngx_str_t
ngx_pz_header_in(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_str_t         none = ngx_null_string;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_pz_header_is(&h[i], name, len)) {
                return h[i].value;
            }
        }
    }

    return none;
}


/*
 * Others hold pointers to the list's elements, so none may move: the part is
 * split around the element instead.
 */
static ngx_int_t
ngx_pz_list_split(ngx_http_request_t *r, ngx_list_part_t *part, ngx_uint_t at)
{
    ngx_list_t       *list;
    ngx_list_part_t  *rest;

    list = &r->headers_in.headers;

    if (at + 1 == part->nelts) {
        part->nelts--;
        return NGX_OK;
    }

    rest = ngx_palloc(r->pool, sizeof(ngx_list_part_t));
    if (rest == NULL) {
        return NGX_ERROR;
    }

    rest->elts = (ngx_table_elt_t *) part->elts + at + 1;
    rest->nelts = part->nelts - at - 1;
    rest->next = part->next;

    part->nelts = at;
    part->next = rest;

    if (part == list->last) {
        /* what is left of the allocation belongs to the new last part */
        list->last = rest;
        list->nalloc -= at + 1;
    }

    return NGX_OK;
}


ngx_int_t
ngx_pz_header_in_unlink(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_pz_header_is(&h[i], name, len)
                && ngx_pz_list_split(r, part, i) != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_pz_each_cookie(ngx_http_request_t *r, ngx_pz_each_cookie_pt each, void *data)
{
    ngx_int_t  rc;

#if (nginx_version >= 1023000)

    ngx_table_elt_t  *h;

    for (h = r->headers_in.cookie; h; h = h->next) {
        rc = each(data, &h->value);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

#else

    ngx_uint_t         i;
    ngx_table_elt_t  **h;

    h = r->headers_in.cookies.elts;

    for (i = 0; i < r->headers_in.cookies.nelts; i++) {
        rc = each(data, &h[i]->value);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

#endif

    return NGX_DECLINED;
}
