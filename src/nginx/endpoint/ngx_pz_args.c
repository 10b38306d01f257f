#include "ngx_pz_args.h"


ngx_int_t
ngx_pz_args_decode(ngx_pool_t *pool, ngx_str_t *text)
{
    u_char  *from, *to, *copy;

    copy = ngx_pnalloc(pool, text->len + 1);
    if (copy == NULL) {
        return NGX_ERROR;
    }

    from = text->data;
    to = copy;
    ngx_unescape_uri(&to, &from, text->len, 0);

    text->data = copy;
    text->len = to - copy;

    return NGX_OK;
}


/* As a form has it: "+" is a space, wherever "%2B" is a plus. */
static ngx_int_t
ngx_pz_args_part(ngx_pool_t *pool, u_char *p, u_char *end, ngx_str_t *part)
{
    part->len = end - p;
    part->data = ngx_pnalloc(pool, part->len + 1);
    if (part->data == NULL) {
        return NGX_ERROR;
    }

    for (end = part->data; end < part->data + part->len; end++, p++) {
        *end = (*p == '+') ? ' ' : *p;
    }

    return ngx_pz_args_decode(pool, part);
}


ngx_int_t
ngx_pz_args_next(ngx_pool_t *pool, ngx_str_t *rest, ngx_str_t *name, ngx_str_t *value)
{
    u_char  *p, *end, *last, *equals;

    p = rest->data;
    last = p + rest->len;

    while (p < last && *p == '&') {
        p++;
    }

    if (p == last) {
        return NGX_DONE;
    }

    end = ngx_strlchr(p, last, '&');
    if (end == NULL) {
        end = last;
    }

    equals = ngx_strlchr(p, end, '=');

    rest->data = end;
    rest->len = last - end;

    if (ngx_pz_args_part(pool, p, equals ? equals : end, name) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_pz_args_part(pool, equals ? equals + 1 : end, end, value);
}
