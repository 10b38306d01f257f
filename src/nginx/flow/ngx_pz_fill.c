/*
 * The content of slots, as the page's charset takes it.
 */
#include "ngx_pz_fill.h"
#include "pz_escape.h"


void
ngx_pz_fill_init(ngx_pz_fill_t *fill, ngx_pz_request_t *pr,
    ngx_pz_output_fill_pt from)
{
    fill->pr = pr;
    fill->from = from;
    fill->ascii = NULL;
}


ngx_int_t
ngx_pz_fill_ascii(ngx_pz_fill_t *fill)
{
    size_t  n;

    n = fill->pr->decision.plan.nwants;

    if (n == 0) {
        return NGX_OK;
    }

    fill->ascii = pz_arena_array(fill->pr->arena, n, sizeof(ngx_str_t));

    return fill->ascii != NULL ? NGX_OK : NGX_ERROR;
}


/* Made once, asked for often. */
static ngx_int_t
ngx_pz_fill_escaped(ngx_pz_fill_t *fill, ngx_uint_t slot, ngx_str_t *html)
{
    pz_sb_t    sb;
    pz_str_t   text;
    ngx_int_t  rc;

    if (fill->ascii[slot].data != NULL) {
        *html = fill->ascii[slot];
        return NGX_OK;
    }

    rc = fill->from(fill->pr, slot, html);

    if (rc != NGX_OK || html->len == 0) {
        return rc;
    }

    pz_sb_init(&sb, fill->pr->arena, NGX_PZ_REQUEST_BUDGET);
    pz_escape_html_ascii(&sb, ngx_pz_str(*html));

    if (pz_sb_done(&sb, &text) != 0) {
        ngx_str_null(html);
        return NGX_OK;
    }

    *html = ngx_pz_ngx_str(text);
    fill->ascii[slot] = *html;

    return NGX_OK;
}


ngx_int_t
ngx_pz_fill_slot(void *data, ngx_uint_t slot, ngx_str_t *html)
{
    ngx_pz_fill_t  *fill = data;

    return fill->ascii != NULL ? ngx_pz_fill_escaped(fill, slot, html)
                               : fill->from(fill->pr, slot, html);
}
