/*
 * Product ids from recommendation lists, and the products behind them.
 */
#ifndef NGX_PZ_PRODUCTS_H
#define NGX_PZ_PRODUCTS_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_store.h"
#include "pz_ruleset.h"

/* Candidates: more than are shown, since some are out of stock. */
#define NGX_PZ_PRODUCTS  24

typedef struct {
    pz_product_t  product[NGX_PZ_PRODUCTS];
    ngx_uint_t    n;
} ngx_pz_products_t;

/* Append a read of each list; returns the number of replies to expect. */
ngx_uint_t ngx_pz_products_ask_lists(ngx_pz_products_t *products, pz_sb_t *sb,
    pz_str_t prefix, const pz_want_t *want);

/* The ids in the lists' order, each once, without the excluded ones. */
void ngx_pz_products_read_lists(ngx_pz_products_t *products,
    pz_reply_t **replies, ngx_uint_t n, const pz_want_t *want);

/* Append a read of each product: products->n replies to expect. */
void ngx_pz_products_ask(ngx_pz_products_t *products, pz_sb_t *sb,
    pz_str_t prefix);

/* Give each product its fields; one that is missing has none.  NGX_ERROR: no memory. */
ngx_int_t ngx_pz_products_read(ngx_pz_products_t *products, pz_arena_t *arena,
    pz_reply_t **replies);

#endif
