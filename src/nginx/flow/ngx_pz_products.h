/*
 * Product ids from recommendation lists, and the products behind them.
 */
#ifndef NGX_PZ_PRODUCTS_H
#define NGX_PZ_PRODUCTS_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_fetch.h"
#include "pz_ruleset.h"

/* Candidates: more than are shown, since some are out of stock. */
#define NGX_PZ_PRODUCTS  NGX_PZ_FLIGHT_LIST

typedef struct {
    pz_product_t  product[NGX_PZ_PRODUCTS];
    ngx_uint_t    n;
} ngx_pz_products_t;

/* A key for each list; returns the number of items, up to NGX_PZ_QUERY_REPLIES. */
ngx_uint_t ngx_pz_products_ask_lists(ngx_pz_products_t *products, pz_arena_t *arena,
    pz_str_t prefix, const pz_want_t *want, ngx_pz_fetch_item_t *items);

/* The ids in the lists' order, each once, without the excluded ones. */
void ngx_pz_products_read_lists(ngx_pz_products_t *products,
    const ngx_pz_fetch_item_t *items, ngx_uint_t n, const pz_want_t *want);

/* A key for each product: products->n items. */
void ngx_pz_products_ask(ngx_pz_products_t *products, pz_arena_t *arena, pz_str_t prefix,
    ngx_pz_fetch_item_t *items);

/* Give each product its fields; one that is missing has none.  NGX_ERROR: no memory. */
ngx_int_t ngx_pz_products_read(ngx_pz_products_t *products, pz_arena_t *arena,
    const ngx_pz_fetch_item_t *items);

#endif
