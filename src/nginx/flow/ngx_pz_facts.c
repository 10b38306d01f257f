/*
 * What the rules may know of the request.
 */
#include "ngx_pz_facts.h"
#include "ngx_pz_headers_in.h"

#define NGX_PZ_LANGUAGE_LONGEST  35    /* of a language tag: RFC 5646, section 4.4.1 */


/* The first language range of Accept-Language (RFC 9110, section 12.5.4). */
static ngx_int_t
ngx_pz_facts_language(ngx_http_request_t *r, pz_str_t *language)
{
    size_t     len;
    u_char    *lower;
    ngx_str_t  accept;

    accept = ngx_pz_header_in(r, "accept-language");

    for (len = 0; len < accept.len; len++) {
        if (!((accept.data[len] >= 'a' && accept.data[len] <= 'z')
              || (accept.data[len] >= 'A' && accept.data[len] <= 'Z')
              || (accept.data[len] >= '0' && accept.data[len] <= '9')
              || accept.data[len] == '-'))
        {
            break;
        }
    }

    if (len == 0 || len > NGX_PZ_LANGUAGE_LONGEST) {
        *language = PZ_STR_NONE;
        return NGX_OK;
    }

    lower = ngx_pnalloc(r->pool, len);
    if (lower == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(lower, accept.data, len);

    language->data = (char *) lower;
    language->len = len;

    return NGX_OK;
}


/*
 * The page that the visitor asked for: after a rewrite, an index or try_files
 * r->uri names what answers, which no address bar shows.
 */
static ngx_int_t
ngx_pz_facts_path(ngx_http_request_t *r, pz_str_t *path)
{
    u_char  *src, *dst, *end;
    size_t   len;

    if (r->valid_unparsed_uri || r->unparsed_uri.len == 0) {
        *path = ngx_pz_str(r->uri);
        return NGX_OK;
    }

    src = r->unparsed_uri.data;
    end = ngx_strlchr(src, src + r->unparsed_uri.len, '?');
    len = (end != NULL) ? (size_t) (end - src) : r->unparsed_uri.len;

    dst = ngx_pnalloc(r->pool, len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    path->data = (char *) dst;
    ngx_unescape_uri(&dst, &src, len, 0);
    path->len = (char *) dst - path->data;

    return NGX_OK;
}


static ngx_int_t
ngx_pz_facts_named(ngx_http_request_t *r, ngx_array_t *context, pz_facts_t *facts)
{
    pz_fact_t         *fact;
    ngx_str_t          value;
    ngx_uint_t         i;
    ngx_pz_context_t  *named;

    fact = ngx_palloc(r->pool, context->nelts * sizeof(pz_fact_t));
    if (fact == NULL) {
        return NGX_ERROR;
    }

    facts->named = fact;
    named = context->elts;

    for (i = 0; i < context->nelts; i++) {

        if (ngx_http_complex_value(r, &named[i].value, &value) != NGX_OK) {
            return NGX_ERROR;
        }

        /* a variable that is not there is a fact that is absent */
        if (value.len == 0) {
            continue;
        }

        fact->name = ngx_pz_str(named[i].name);
        fact->value = ngx_pz_str(value);
        fact++;
    }

    facts->nnamed = fact - facts->named;

    return NGX_OK;
}


ngx_int_t
ngx_pz_facts_collect(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    pz_facts_t *facts)
{
    ngx_memzero(facts, sizeof(pz_facts_t));

    facts->host = ngx_pz_str(r->headers_in.server);
    facts->query = ngx_pz_str(r->args);
    facts->now = ngx_time();

    if (r->headers_in.referer != NULL) {
        facts->referrer = ngx_pz_str(r->headers_in.referer->value);
    }

    if (ngx_pz_facts_path(r, &facts->path) != NGX_OK
        || ngx_pz_facts_language(r, &facts->language) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return settings->context == NULL
           ? NGX_OK : ngx_pz_facts_named(r, settings->context, facts);
}
