/*
 * Product ids from recommendation lists, and the products behind them.
 */
#include "ngx_pz_products.h"
#include "pz_redis_list.h"

#define NGX_PZ_PRODUCTS_KEY   512     /* bytes of a key: anything longer is no id */
#define NGX_PZ_PRODUCTS_SKU   128


static pz_str_t
ngx_pz_products_key(pz_sb_t *sb, pz_str_t prefix, const char *kind, pz_str_t name)
{
    pz_sb_t   key;
    pz_str_t  text;

    pz_sb_init(&key, sb->arena, NGX_PZ_PRODUCTS_KEY);
    pz_sb_add(&key, prefix);
    pz_sb_literal(&key, kind);
    pz_sb_add(&key, name);

    return pz_sb_done(&key, &text) == 0 ? text : PZ_STR_NONE;
}


ngx_uint_t
ngx_pz_products_ask_lists(ngx_pz_products_t *products, pz_sb_t *sb,
    pz_str_t prefix, const pz_want_t *want)
{
    size_t      i;
    pz_str_t    key;
    ngx_uint_t  asked;

    asked = 0;
    products->n = 0;

    for (i = 0; i < want->nlists && asked < NGX_PZ_QUERY_REPLIES; i++) {
        key = ngx_pz_products_key(sb, prefix, "", want->lists[i]);

        if (key.len != 0) {
            pz_redis_list_command(sb, key, NGX_PZ_PRODUCTS);
            asked++;
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
ngx_pz_products_add(ngx_pz_products_t *products, pz_reply_t *item,
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
ngx_pz_products_read_lists(ngx_pz_products_t *products, pz_reply_t **replies,
    ngx_uint_t n, const pz_want_t *want)
{
    size_t      k;
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {

        if (replies[i] == NULL || replies[i]->type != PZ_REPLY_ARRAY) {
            continue;
        }

        for (k = 0; k < replies[i]->nitems; k++) {
            ngx_pz_products_add(products, replies[i]->items[k], want);
        }
    }
}


void
ngx_pz_products_ask(ngx_pz_products_t *products, pz_sb_t *sb, pz_str_t prefix)
{
    pz_str_t    argv[2];
    ngx_uint_t  i;

    argv[0] = PZ_STR("HGETALL");

    for (i = 0; i < products->n; i++) {
        argv[1] = ngx_pz_products_key(sb, prefix, "product:",
                                      products->product[i].sku);
        pz_redis_command(sb, argv, 2);
    }
}


static ngx_int_t
ngx_pz_products_fields(pz_product_t *product, pz_arena_t *arena, pz_reply_t *reply)
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
    pz_reply_t **replies)
{
    ngx_uint_t  i;

    for (i = 0; i < products->n; i++) {

        if (replies[i] == NULL || replies[i]->type != PZ_REPLY_ARRAY
            || replies[i]->nitems < 2)
        {
            continue;
        }

        if (ngx_pz_products_fields(&products->product[i], arena, replies[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
