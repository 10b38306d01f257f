/*
 * lua/examples: what the docs quote and the demo runs must load, and the shop's
 * rules must show each of its visitors something else.
 */
#include "rules_case.h"

static void
test_all_load(void **state)
{
    size_t        i;
    pz_error_t    errors[4];
    size_t        found;
    pz_ruleset_t *rules;
    static const char *const paths[] = {
        "lua/examples/hello.lua", "lua/examples/every-action.lua", "lua/examples/shop",
        "lua/examples/shop/*.lua",
    };

    (void) state;
    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        memset(errors, 0, sizeof(errors));
        rules = pz_ruleset_load(paths[i], NULL, errors, 4, &found);
        if (rules == NULL) {
            fail_msg("%s:%u: %s", errors[0].file, errors[0].line, errors[0].text);
        }
        pz_ruleset_release(rules);
    }
}

/* The shop's rules on a page. */
static void
open_shop(rules_case_t *c, const char *path, const char *page)
{
    rules_open(c);
    c->rules = pz_ruleset_load("lua/examples/shop", NULL, c->errors, RULES_ERRORS, &c->found);
    assert_non_null(c->rules);
    c->facts.path = pz_str_from(path);
    c->named[0].name = PZ_STR("page");
    c->named[0].value = pz_str_from(page);
    c->facts.nnamed = 1;
}

/* The winner of the group "top", or NULL. */
static const char *
top(rules_case_t *c)
{
    size_t i;

    rules_plan(c);
    assert_int_equal(c->faults, 0);
    for (i = 0; i < c->plan.decision.nchoices; i++) {
        if (strcmp(c->plan.decision.choices[i].campaign->group.data != NULL
                   ? c->plan.decision.choices[i].campaign->group.data : "", "top") == 0)
        {
            return c->plan.decision.choices[i].campaign->name.data;
        }
    }
    return NULL;
}

static void
set_visitor(rules_case_t *c, const char *name, const char *orders, const char *days,
    const char *segments)
{
    char *last;

    rules_next_visitor(c, "someone");
    if (name == NULL) {
        return;
    }
    rules_field(c, "name", name);
    rules_field(c, "orders", orders);
    rules_field(c, "segments", segments);
    last = pz_arena_alloc(c->arena, 32);
    snprintf(last, 32, "%lld", RULES_NOW - atoll(days) * 86400LL);
    rules_field(c, "last_order_at", last);
    rules_field(c, "cart_total", "840");
}

static void
test_each_visitor(void **state)
{
    size_t       i;
    rules_case_t c;
    static const struct {
        const char *name, *orders, *days, *segments, *english, *thai, *cart;
    } visitors[] = {
        { NULL, NULL, NULL, NULL, "welcome-new", "welcome-new-th", "welcome-new" },
        { "June", "0", "0", "", "welcome-back", "welcome-back-th", "free-delivery" },
        { "Anna", "6", "12", "loyal", "loyal", "loyal-th", "free-delivery" },
        { "Peter", "2", "95", "", "come-back", "come-back-th", "free-delivery" },
        { "Malee", "3", "120", "", "come-back", "come-back-th", "free-delivery" },
        { "Grace", "31", "3", "vip,loyal", "vip", "vip-th", "vip" },
    };

    (void) state;
    for (i = 0; i < sizeof(visitors) / sizeof(visitors[0]); i++) {
        open_shop(&c, "/", "home");
        set_visitor(&c, visitors[i].name, visitors[i].orders, visitors[i].days,
                    visitors[i].segments);
        assert_string_equal(top(&c), visitors[i].english);
        c.facts.path = PZ_STR("/th/");
        assert_string_equal(top(&c), visitors[i].thai);
        c.facts.path = PZ_STR("/cart");
        assert_string_equal(top(&c), visitors[i].cart);
        rules_close(&c);
    }
}

static void
test_words(void **state)
{
    rules_case_t c;

    (void) state;
    open_shop(&c, "/cart", "cart");
    set_visitor(&c, "Anna", "6", "12", "loyal");
    assert_string_equal(top(&c), "free-delivery");
    assert_non_null(strstr(rules_content(&c, 0), "Only ฿660 more"));
    rules_field(&c, "cart_total", "23456");
    assert_string_equal(top(&c), "free-delivery");
    assert_non_null(strstr(rules_content(&c, 0), "your cart has ฿23,456."));
    c.facts.path = PZ_STR("/th/");
    rules_field(&c, "name", "สมชาย <x>");
    assert_string_equal(top(&c), "loyal-th");
    assert_non_null(strstr(rules_content(&c, 1), "คุณสมชาย &lt;x&gt;"));
    rules_close(&c);
}

/* The contextual rules need nobody. */
static void
test_without_consent(void **state)
{
    rules_case_t c;

    (void) state;
    open_shop(&c, "/product/MUG", "product");
    c.named[1].name = PZ_STR("sku");
    c.named[1].value = PZ_STR("MUG");
    c.facts.nnamed = 2;
    c.facts.language = PZ_STR("th-th");
    c.facts.consent = 0;
    c.visitor = PZ_STR_NONE;
    assert_string_equal(top(&c), "welcome-new");
    assert_true(rules_is_chosen(&c, "speaks-thai"));
    assert_true(rules_is_chosen(&c, "goes-with"));
    assert_string_equal(c.plan.wants[0].lists[0].data, "recs:bought_with:MUG");
    assert_false(rules_is_chosen(&c, "headline"));
    rules_close(&c);
}

static void
test_season(void **state)
{
    rules_case_t c;

    (void) state;
    open_shop(&c, "/", "home");
    (void) top(&c);
    assert_true(rules_is_chosen(&c, "loy-krathong"));
    c.facts.now = 1796058000;    /* 2026-12-01 00:00 in Bangkok */
    (void) top(&c);
    assert_false(rules_is_chosen(&c, "loy-krathong"));
    c.facts.now--;
    (void) top(&c);
    assert_true(rules_is_chosen(&c, "loy-krathong"));
    rules_close(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_load),
        cmocka_unit_test(test_each_visitor),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_without_consent),
        cmocka_unit_test(test_season),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
