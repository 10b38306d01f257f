/*
 * The content of slots, as the page's charset takes it.
 */
#ifndef NGX_PZ_FILL_H
#define NGX_PZ_FILL_H

#include "ngx_pz_output.h"
#include "ngx_pz_request.h"

typedef struct {
    ngx_pz_request_t       *pr;
    ngx_pz_output_fill_pt   from;     /* gives the content in UTF-8; its data is the request */
    ngx_str_t              *ascii;    /* what has been made of it; NULL: the page is UTF-8 */
} ngx_pz_fill_t;

void ngx_pz_fill_init(ngx_pz_fill_t *fill, ngx_pz_request_t *pr,
    ngx_pz_output_fill_pt from);

/* The page takes ASCII only.  NGX_ERROR: no memory. */
ngx_int_t ngx_pz_fill_ascii(ngx_pz_fill_t *fill);

/* ngx_pz_output_fill_pt; `data` is the ngx_pz_fill_t. */
ngx_int_t ngx_pz_fill_slot(void *data, ngx_uint_t slot, ngx_str_t *html);

#endif
