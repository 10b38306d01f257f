/*
 * The HTML of slots, once what was wanted has come.
 */
#include <time.h>

#include "pz_price.h"
#include "pz_render.h"
#include "pz_want.h"

#define PZ_FILL_LOCALS  (4 + 64)    /* ours, and fields of the product */


static pz_str_t
pz_fill_field(const pz_product_t *product, pz_str_t name)
{
    size_t i;

    for (i = 0; i < product->nfields; i++) {
        if (pz_str_eq(product->fields[i].name, name)) {
            return product->fields[i].value;
        }
    }
    return PZ_STR_NONE;
}


/* http, https or a path of this site: other systems write these hashes. */
static int
pz_fill_is_link(pz_str_t url)
{
    size_t        i;
    unsigned char c;

    url = pz_str_trim(url);
    if (url.len == 0) {
        return 0;
    }
    for (i = 0; i < url.len; i++) {
        c = (unsigned char) url.data[i];
        if (c < ' ' || c == 0x7f) {
            return 0;    /* browsers drop some of these: "java\tscript:" */
        }
    }
    for (i = 0; i < url.len; i++) {
        c = (unsigned char) url.data[i];
        if (c == '/' || c == '?' || c == '#') {
            return 1;
        }
        if (c == ':') {
            return pz_str_ieq(pz_str_head(url, i), PZ_STR("http"))
                   || pz_str_ieq(pz_str_head(url, i), PZ_STR("https"));
        }
    }
    return 1;
}


static int
pz_fill_is_out_of_stock(const pz_product_t *product)
{
    double   stock;
    pz_str_t text = pz_str_trim(pz_fill_field(product, PZ_STR("stock")));

    return pz_str_to_number(text, &stock) == 0 && stock <= 0;
}


static int
pz_fill_is_listed(pz_str_t sku, const pz_str_t *skus, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (pz_str_eq(sku, skus[i])) {
            return 1;
        }
    }
    return 0;
}


static int
pz_fill_is_fit(const pz_want_t *want, const pz_product_t *product, const pz_product_t *before,
    size_t nbefore)
{
    size_t i;

    if (pz_str_trim(pz_fill_field(product, PZ_STR("title"))).len == 0
        || !pz_fill_is_link(pz_fill_field(product, PZ_STR("url")))
        || pz_fill_is_out_of_stock(product)
        || pz_fill_is_listed(product->sku, want->exclude, want->nexclude))
    {
        return 0;
    }
    for (i = 0; i < nbefore; i++) {
        if (pz_str_eq(before[i].sku, product->sku)) {
            return 0;
        }
    }
    return 1;
}


/* One card: the product's fields are the names of its template. */
static int
pz_fill_card(pz_scope_t *scope, const pz_product_t *product, pz_sb_t *out)
{
    int                rc;
    size_t             i;
    pz_sb_t            sb;
    pz_str_t           price;
    pz_fact_t          locals[PZ_FILL_LOCALS];
    const pz_layout_t *layout = &scope->action->layout;

    pz_sb_init(&sb, scope->in->arena, 256);
    pz_price_add(&sb, pz_fill_field(product, PZ_STR("price")),
                 pz_fill_field(product, PZ_STR("currency")));
    if (pz_sb_done(&sb, &price) != 0) {
        price = PZ_STR_NONE;
    }
    locals[0].name = PZ_STR("price");
    locals[0].value = price;
    locals[1].name = PZ_STR("sku");
    locals[1].value = product->sku;
    scope->locals = locals;
    scope->nlocals = 2;
    for (i = 0; i < product->nfields && scope->nlocals < PZ_FILL_LOCALS; i++) {
        locals[scope->nlocals++] = product->fields[i];
    }
    rc = pz_render_append(scope, pz_fill_is_link(pz_fill_field(product, PZ_STR("image")))
                                 ? &layout->item : &layout->plain, out);
    scope->locals = NULL;
    scope->nlocals = 0;
    return rc;
}


int
pz_ruleset_recommendations(pz_ruleset_t *rules, const pz_ruleset_input_t *in,
    const pz_want_t *want, const pz_product_t *products, size_t n, pz_str_t *html)
{
    size_t           i;
    unsigned         shown = 0;
    pz_sb_t          sb;
    pz_scope_t       scope;
    const pz_view_t *view = want->view;

    if (pz_scope_init(&scope, rules, in, view->decision) != 0) {
        return -1;
    }
    scope.action = view->action;
    pz_sb_init(&sb, in->arena, PZ_WANT_HTML);
    if (pz_render_append(&scope, &view->action->layout.open, &sb) != 0) {
        return scope.failed ? 1 : -1;
    }
    for (i = 0; i < n && shown < want->count; i++) {
        if (pz_fill_is_fit(want, &products[i], products, i)) {
            if (pz_fill_card(&scope, &products[i], &sb) != 0) {
                return scope.failed ? 1 : -1;
            }
            shown++;
        }
    }
    if (shown == 0) {
        return 1;
    }
    if (pz_render_append(&scope, &view->action->layout.close, &sb) != 0) {
        return scope.failed ? 1 : -1;
    }
    return pz_sb_done(&sb, html);
}


/* "2026-11-30 23:59" where the campaign's clocks are. */
static pz_str_t
pz_fill_time(const pz_scope_t *scope, int64_t seconds)
{
    pz_sb_t   sb;
    time_t    shown = (time_t) (seconds + pz_zone_offset(scope->action->zone, seconds));
    pz_str_t  text = PZ_STR_NONE;
    struct tm tm;
    char      digits[32];

    if (gmtime_r(&shown, &tm) == NULL
        || strftime(digits, sizeof(digits), "%Y-%m-%d %H:%M", &tm) == 0)
    {
        return text;
    }
    pz_sb_init(&sb, scope->in->arena, sizeof(digits));
    pz_sb_literal(&sb, digits);
    (void) pz_sb_done(&sb, &text);
    return text;
}


int
pz_ruleset_coupon(pz_ruleset_t *rules, const pz_ruleset_input_t *in, const pz_want_t *want,
    pz_str_t code, int64_t expires, pz_str_t *html)
{
    pz_fact_t        locals[2];
    pz_scope_t       scope;
    const pz_view_t *view = want->view;

    if (code.len == 0) {
        return 1;
    }
    if (pz_scope_init(&scope, rules, in, view->decision) != 0) {
        return -1;
    }
    scope.action = view->action;
    locals[0].name = PZ_STR("code");
    locals[0].value = code;
    locals[1].name = PZ_STR("expires");
    locals[1].value = (expires > 0) ? pz_fill_time(&scope, expires) : PZ_STR_NONE;
    scope.locals = locals;
    scope.nlocals = 2;
    if (pz_render_text(&scope, &view->action->layout.open, PZ_WANT_HTML, html) != 0) {
        return scope.failed ? 1 : -1;
    }
    return 0;
}
