#include "pz_cli_slots.h"

#include <stdio.h>
#include <string.h>

#define PZ_CLI_PRODUCTS  100
#define PZ_CLI_SAMPLES   24

typedef struct {
    pz_product_t items[PZ_CLI_PRODUCTS];
    size_t       n;
} pz_cli_products_t;


static const pz_json_t *
pz_cli_slots_member(const pz_cli_case_t *c, const char *name)
{
    return (c->json != NULL) ? pz_json_member(c->json, pz_str_from(name)) : NULL;
}


/* One object of "$products" as its hash in Redis would be. */
static int
pz_cli_slots_product(pz_cli_case_t *c, const pz_json_t *object, pz_product_t *product)
{
    size_t           n = 0;
    pz_fact_t       *fields;
    const pz_json_t *member;

    for (member = object->first; member != NULL; member = member->next) {
        n++;
    }
    fields = pz_arena_array(c->arena, n + 1, sizeof(pz_fact_t));
    if (fields == NULL) {
        return -1;
    }
    memset(product, 0, sizeof(pz_product_t));
    for (member = object->first; member != NULL; member = member->next) {
        if (pz_str_eq(member->name, PZ_STR("sku"))) {
            product->sku = member->text;
        } else if (member->type == PZ_JSON_STRING || member->type == PZ_JSON_NUMBER) {
            fields[product->nfields].name = member->name;
            fields[product->nfields++].value = member->text;
        }
    }
    product->fields = fields;
    return 0;
}


static int
pz_cli_slots_sample(pz_cli_case_t *c, unsigned number, pz_product_t *product)
{
    char       text[64];
    pz_fact_t *fields = pz_arena_array(c->arena, 4, sizeof(pz_fact_t));

    if (fields == NULL) {
        return -1;
    }
    snprintf(text, sizeof(text), "SAMPLE-%u", number);
    if (pz_arena_copy(c->arena, pz_str_from(text), &product->sku) != 0) {
        return -1;
    }
    snprintf(text, sizeof(text), "Sample product %u", number);
    fields[0].name = PZ_STR("title");
    if (pz_arena_copy(c->arena, pz_str_from(text), &fields[0].value) != 0) {
        return -1;
    }
    fields[1].name = PZ_STR("url");
    fields[1].value = PZ_STR("#sample");
    fields[2].name = PZ_STR("price");
    fields[2].value = PZ_STR("0");
    fields[3].name = PZ_STR("currency");
    fields[3].value = PZ_STR("THB");
    product->fields = fields;
    product->nfields = 4;
    return 0;
}


static int
pz_cli_slots_products(pz_cli_case_t *c, pz_cli_products_t *products)
{
    unsigned         i;
    const pz_json_t *item, *list = pz_cli_slots_member(c, "$products");

    products->n = 0;
    if (list == NULL) {
        for (i = 0; i < PZ_CLI_SAMPLES; i++) {
            if (pz_cli_slots_sample(c, i + 1, &products->items[products->n++]) != 0) {
                return -1;
            }
        }
        return 0;
    }
    for (item = list->first; item != NULL && products->n < PZ_CLI_PRODUCTS; item = item->next) {
        if (item->type == PZ_JSON_OBJECT
            && pz_cli_slots_product(c, item, &products->items[products->n++]) != 0)
        {
            return -1;
        }
    }
    return 0;
}


/* The code of the pool: none where the file names pools, but not this one. */
static pz_str_t
pz_cli_slots_code(const pz_cli_case_t *c, pz_str_t pool)
{
    const pz_json_t *coupons = pz_cli_slots_member(c, "$coupons");
    const pz_json_t *code;

    if (coupons == NULL) {
        return PZ_STR("SAMPLE-CODE");
    }
    code = pz_json_member(coupons, pool);
    return (code != NULL && code->type == PZ_JSON_STRING) ? code->text : PZ_STR_NONE;
}


static int
pz_cli_slots_want(pz_cli_case_t *c, const pz_ruleset_input_t *in, const pz_want_t *want,
    const pz_cli_products_t *products, pz_str_t *html)
{
    if (want->kind == PZ_WANT_COUPON) {
        return pz_ruleset_coupon(c->rules, in, want, pz_cli_slots_code(c, want->pool),
                                 c->facts.now + want->ttl, html);
    }
    return pz_ruleset_recommendations(c->rules, in, want, products->items, products->n, html);
}


int
pz_cli_slots_fill(pz_cli_case_t *c, const pz_ruleset_input_t *in, const pz_plan_t *plan,
    pz_str_t *slots)
{
    int               rc;
    size_t            i;
    pz_cli_products_t products;

    if (pz_cli_slots_products(c, &products) != 0) {
        return -1;
    }
    for (i = 0; i < plan->nwants; i++) {
        slots[i] = PZ_STR_NONE;
        rc = pz_cli_slots_want(c, in, &plan->wants[i], &products, &slots[i]);
        if (rc == -1) {
            return -1;
        }
        if (rc == 1) {
            slots[i] = PZ_STR_NONE;
            fprintf(stderr, "%.*s: nothing to show in its %s\n",
                    (int) plan->wants[i].campaign.len, plan->wants[i].campaign.data,
                    plan->wants[i].kind == PZ_WANT_COUPON ? "coupon" : "recommendations");
        }
    }
    return 0;
}
