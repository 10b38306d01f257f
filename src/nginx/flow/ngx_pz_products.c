/*
 * Product ids from recommendation lists, and the products behind them.
 */
#include "ngx_pz_products.h"

#define NGX_PZ_PRODUCTS_KEY   512     /* bytes of a key: anything longer is no id */
#define NGX_PZ_PRODUCTS_SKU   128


static void
ngx_pz_products_key(ngx_pz_fetch_item_t *item, pz_arena_t *arena, pz_str_t prefix,
    const char *kind, pz_str_t name)
{
    pz_sb_t  key;

    ngx_memzero(item, sizeof(ngx_pz_fetch_item_t));

    pz_sb_init(&key, arena, NGX_PZ_PRODUCTS_KEY);
    pz_sb_add(&key, prefix);
    pz_sb_literal(&key, kind);
    pz_sb_add(&key, name);

    if (pz_sb_done(&key, &item->key) != 0) {
        item->key = PZ_STR_NONE;
    }
}


ngx_uint_t
ngx_pz_products_ask_lists(ngx_pz_products_t *products, pz_arena_t *arena,
    pz_str_t prefix, const pz_want_t *want, ngx_pz_fetch_item_t *items)
{
    size_t      i;
    ngx_uint_t  asked;

    asked = 0;
    products->n = 0;

    for (i = 0; i < want->nlists && asked < NGX_PZ_QUERY_REPLIES; i++) {
        ngx_pz_products_key(&items[asked], arena, prefix, "", want->lists[i]);

        if (items[asked].key.len != 0) {
            items[asked++].kind = NGX_PZ_CACHE_LIST;
        }
    }

    return asked;
}


static ngx_uint_t
ngx_pz_products_has(ngx_pz_products_t *products, pz_str_t sku)
{
    ngx_uint_t  i;

    for (i = 0; i < products->n; i++) {
        if (pz_str_eq(products->product[i].sku, sku)) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_pz_products_is_excluded(const pz_want_t *want, pz_str_t sku)
{
    size_t  i;

    for (i = 0; i < want->nexclude; i++) {
        if (pz_str_eq(want->exclude[i], sku)) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_pz_products_add(ngx_pz_products_t *products, const pz_reply_t *item,
    const pz_want_t *want)
{
    if (item->type != PZ_REPLY_STRING
        || item->text.len == 0 || item->text.len > NGX_PZ_PRODUCTS_SKU
        || products->n == NGX_PZ_PRODUCTS
        || ngx_pz_products_is_excluded(want, item->text)
        || ngx_pz_products_has(products, item->text))
    {
        return;
    }

    ngx_memzero(&products->product[products->n], sizeof(pz_product_t));
    products->product[products->n++].sku = item->text;
}


void
ngx_pz_products_read_lists(ngx_pz_products_t *products,
    const ngx_pz_fetch_item_t *items, ngx_uint_t n, const pz_want_t *want)
{
    size_t             k;
    ngx_uint_t         i;
    const pz_reply_t  *reply;

    for (i = 0; i < n; i++) {
        reply = items[i].reply;

        if (reply == NULL || reply->type != PZ_REPLY_ARRAY) {
            continue;
        }

        for (k = 0; k < reply->nitems; k++) {
            ngx_pz_products_add(products, reply->items[k], want);
        }
    }
}


void
ngx_pz_products_ask(ngx_pz_products_t *products, pz_arena_t *arena, pz_str_t prefix,
    ngx_pz_fetch_item_t *items)
{
    ngx_uint_t  i;

    for (i = 0; i < products->n; i++) {
        ngx_pz_products_key(&items[i], arena, prefix, "product:",
                            products->product[i].sku);
        items[i].kind = NGX_PZ_CACHE_PRODUCT;
    }
}


static ngx_int_t
ngx_pz_products_fields(pz_product_t *product, pz_arena_t *arena, const pz_reply_t *reply)
{
    size_t      i;
    pz_fact_t  *field;

    field = pz_arena_array(arena, reply->nitems / 2, sizeof(pz_fact_t));
    if (field == NULL) {
        return NGX_ERROR;
    }

    product->fields = field;

    for (i = 0; i + 1 < reply->nitems; i += 2) {
        if (reply->items[i]->type == PZ_REPLY_STRING
            && reply->items[i + 1]->type == PZ_REPLY_STRING)
        {
            field->name = reply->items[i]->text;
            field->value = reply->items[i + 1]->text;
            field++;
        }
    }

    product->nfields = field - product->fields;

    return NGX_OK;
}


ngx_int_t
ngx_pz_products_read(ngx_pz_products_t *products, pz_arena_t *arena,
    const ngx_pz_fetch_item_t *items)
{
    ngx_uint_t         i;
    const pz_reply_t  *reply;

    for (i = 0; i < products->n; i++) {
        reply = items[i].reply;

        if (reply == NULL || reply->type != PZ_REPLY_ARRAY || reply->nitems < 2) {
            continue;
        }

        if (ngx_pz_products_fields(&products->product[i], arena, reply) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
