#include "pz_want.h"

#include <string.h>

#include "pz_render.h"

#define PZ_WANT_KEY  512

typedef struct {
    pz_scope_t *scope;
    pz_str_t   *lists;
    size_t      nlists;
    int         failed;    /* no memory */
} pz_want_lists_t;


int
pz_want_is_part(pz_str_t part)
{
    size_t        i;
    unsigned char c;

    if (part.len == 0 || part.len > PZ_WANT_PART) {
        return 0;
    }
    for (i = 0; i < part.len; i++) {
        c = (unsigned char) part.data[i];
        if (c <= ' ' || c == 0x7f || c == '{' || c == '}') {
            return 0;
        }
    }
    return pz_str_is_utf8(part);
}


/* recs:NAME:KEY, or recs:NAME:{KEY} for what belongs to one visitor. */
static void
pz_want_add_list(pz_want_lists_t *lists, pz_str_t name, pz_str_t key, int is_tag)
{
    pz_sb_t    sb;
    pz_str_t   list;

    if (lists->nlists == PZ_WANT_LISTS || !pz_want_is_part(key)) {
        return;
    }
    pz_sb_init(&sb, lists->scope->in->arena, PZ_WANT_KEY);
    pz_sb_literal(&sb, "recs:");
    pz_sb_add(&sb, name);
    pz_sb_literal(&sb, is_tag ? ":{" : ":");
    pz_sb_add(&sb, key);
    pz_sb_literal(&sb, is_tag ? "}" : "");
    if (pz_sb_done(&sb, &list) != 0) {
        lists->failed = 1;
        return;
    }
    lists->lists[lists->nlists++] = list;
}


static void
pz_want_add_segments(pz_want_lists_t *lists)
{
    pz_str_t rest, segment;

    rest = pz_scope_segments(lists->scope);
    while (pz_str_next_item(&rest, ',', &segment)) {
        pz_want_add_list(lists, PZ_STR("segment"), segment, 0);
    }
}


static pz_str_t
pz_want_cart(const pz_scope_t *scope)
{
    return pz_profile_get(scope->profile, scope->rules->schema, PZ_STR("cart"),
                          scope->in->facts->now).text;
}


/* This page's product, or the one that went into the cart last. */
static void
pz_want_add_bought_with(pz_want_lists_t *lists)
{
    pz_str_t item, rest, sku = PZ_STR_NONE;

    if (pz_facts_get(lists->scope->in->facts, PZ_STR("sku"), &sku) != 0 || sku.len == 0) {
        rest = pz_want_cart(lists->scope);
        while (pz_str_next_item(&rest, ',', &item)) {
            sku = item;
        }
    }
    pz_want_add_list(lists, PZ_STR("bought_with"), sku, 0);
}


static void
pz_want_add_strategy(pz_want_lists_t *lists, const pz_strategy_t *strategy)
{
    pz_str_t key = PZ_STR_NONE;

    switch (strategy->kind) {
    case PZ_STRATEGY_VISITOR:
        pz_want_add_list(lists, PZ_STR("visitor"), lists->scope->in->visitor, 1);
        break;
    case PZ_STRATEGY_SEGMENT:
        pz_want_add_segments(lists);
        break;
    case PZ_STRATEGY_POPULAR:
        pz_want_add_list(lists, PZ_STR("popular"), PZ_STR("all"), 0);
        break;
    case PZ_STRATEGY_BOUGHT_WITH:
        pz_want_add_bought_with(lists);
        break;
    case PZ_STRATEGY_LIST:
        if (pz_render_text(lists->scope, &strategy->key, PZ_WANT_KEY, &key) == 0) {
            pz_want_add_list(lists, strategy->name, key, 0);
        }
        break;
    }
}


/* In the cart already, or on this very page. */
static int
pz_want_exclude(pz_scope_t *scope, pz_want_t *want)
{
    pz_str_t *skus, rest, item;

    skus = pz_arena_array(scope->in->arena, PZ_WANT_EXCLUDE, sizeof(pz_str_t));
    if (skus == NULL) {
        return -1;
    }
    want->exclude = skus;
    if (pz_facts_get(scope->in->facts, PZ_STR("sku"), &item) == 0 && item.len > 0) {
        skus[want->nexclude++] = item;
    }
    rest = pz_want_cart(scope);
    while (want->nexclude < PZ_WANT_EXCLUDE && pz_str_next_item(&rest, ',', &item)) {
        skus[want->nexclude++] = item;
    }
    return 0;
}


static int
pz_want_recommendations(pz_scope_t *scope, pz_want_t *want)
{
    size_t          i;
    pz_want_lists_t lists;

    memset(&lists, 0, sizeof(lists));
    lists.scope = scope;
    lists.lists = pz_arena_array(scope->in->arena, PZ_WANT_LISTS, sizeof(pz_str_t));
    if (lists.lists == NULL) {
        return -1;
    }
    for (i = 0; i < scope->action->nstrategies; i++) {
        pz_want_add_strategy(&lists, &scope->action->strategies[i]);
    }
    if (lists.failed || scope->failed) {
        return -1;
    }
    want->kind = PZ_WANT_RECOMMENDATIONS;
    want->lists = lists.lists;
    want->nlists = lists.nlists;
    want->count = scope->action->count;
    if (lists.nlists == 0) {
        return 1;
    }
    return pz_want_exclude(scope, want);
}


int
pz_want_make(pz_scope_t *scope, pz_want_t *want)
{
    memset(want, 0, sizeof(pz_want_t));
    if (scope->action->kind == PZ_ACTION_RECOMMENDATIONS) {
        return pz_want_recommendations(scope, want);
    }
    want->kind = PZ_WANT_COUPON;
    want->pool = scope->action->pool;
    want->ttl = scope->action->ttl;
    return (scope->in->visitor.len > 0 && scope->in->facts->consent) ? 0 : 1;
}
