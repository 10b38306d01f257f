/*
 * From a visitor to a plan: who sees what, and what stands in it.
 */
#include "rules_case.h"

static void
test_contract_example(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_accept(&c,
        "segment \"loyal\"   { orders = { at_least = 3 } }\n"
        "segment \"at_risk\" { orders = { at_least = 1 }, days_since_order = { more_than = 60 } }\n"
        "campaign \"welcome-back\" {\n"
        "  segments = { \"loyal\", \"vip\" },\n"
        "  pages    = { \"/\", \"~^/category/\" },\n"
        "  from     = \"2026-11-01 00:00\", to = \"2026-11-30 23:59\", timezone = \"Asia/Bangkok\",\n"
        "  group    = \"top-bar\", priority = 10, holdout = 0,\n"
        "  when     = function(visitor, ctx) return visitor.cart_total < 1500 end,\n"
        "  variants = {\n"
        "    control = { weight = 0 },\n"
        "    bar     = { weight = 50,\n"
        "      header { \"X-Offer\", \"free-shipping\" },\n"
        "      welcome_bar { text = \"Welcome back, {{ name | there }}!\" },\n"
        "      recommendations { at = \"#related\", op = \"replace\", strategy = { \"visitor\", \"segment\", \"popular\" }, count = 4 },\n"
        "      coupon { at = \"main\", op = \"append\", pool = \"autumn\", text = \"{{ code }}: 10% off\" },\n"
        "    },\n"
        "  },\n"
        "}\n");
    rules_field(&c, "orders", "4");
    rules_field(&c, "name", "A<b>\"&'");
    rules_plan(&c);
    assert_true(rules_is_chosen(&c, "welcome-back"));
    assert_string_equal(c.plan.decision.choices[0].variant->name.data, "bar");
    assert_string_equal(rules_header(&c, "X-Offer"), "free-shipping");
    assert_int_equal(c.plan.nedits, 3);
    assert_non_null(strstr(rules_content(&c, 0), "Welcome back, A&lt;b&gt;"));
    assert_null(strstr(rules_content(&c, 0), "<b>"));
    assert_int_equal(c.plan.edits[1].op, PZ_EDIT_REPLACE);
    assert_int_equal(c.plan.edits[1].slot, 0);
    assert_int_equal(c.plan.edits[2].slot, 1);
    assert_true(c.plan.edits[0].has_values);
    assert_true(c.plan.edits[1].has_values);
    assert_true(c.plan.edits[2].has_values);
    assert_int_equal(c.plan.nwants, 2);
    assert_int_equal(c.plan.wants[0].nlists, 3);
    assert_string_equal(c.plan.wants[0].lists[0].data, "recs:visitor:{v1}");
    assert_string_equal(c.plan.wants[0].lists[1].data, "recs:segment:loyal");
    assert_string_equal(c.plan.wants[0].lists[2].data, "recs:popular:all");
    assert_int_equal(c.plan.wants[0].count, 4);
    assert_string_equal(c.plan.wants[1].pool.data, "autumn");
    assert_int_equal(c.plan.wants[1].ttl, 7 * 86400);

    rules_field(&c, "cart_total", "1500");
    rules_plan(&c);
    assert_false(rules_is_chosen(&c, "welcome-back"));

    rules_next_visitor(&c, "v2");    /* nobody knows this one: the name's other text */
    rules_field(&c, "segments", "vip");
    rules_plan(&c);
    assert_non_null(strstr(rules_content(&c, 0), "Welcome back, there!"));
    rules_close(&c);
}

/* Each verdict, by the engine's own words. */
static void
test_who_sees_what(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_accept(&c,
        "local function x(n) return header { \"X-\" .. n, \"1\" } end\n"
        "campaign \"page\" { pages = \"/other\", show = x(\"Page\") }\n"
        "campaign \"past\" { to = \"2026-01-01\", show = x(\"Past\") }\n"
        "campaign \"low\" { group = \"g\", show = x(\"Low\") }\n"
        "campaign \"high\" { group = \"g\", priority = 5, show = x(\"High\") }\n"
        "campaign \"segment\" { segments = \"vip\", show = x(\"Segment\") }\n"
        "campaign \"when\" { when = function(v, ctx) return ctx.page == \"home\" and v.segments.vip end, show = x(\"When\") }\n"
        "campaign \"split\" { variants = { a = { x(\"A\") }, b = { x(\"B\") } } }\n"
        "campaign \"held\" { holdout = 100, show = x(\"Held\") }\n"
        "campaign \"thai\" { when = function(v, ctx) return ctx.language == \"th\" and v.name == \"\" end, show = x(\"Thai\") }\n");
    c.named[0].name = PZ_STR("page");
    c.named[0].value = PZ_STR("home");
    c.facts.nnamed = 1;
    c.facts.language = PZ_STR("th");
    rules_field(&c, "segments", "vip");
    rules_plan(&c);
    assert_null(rules_header(&c, "X-Page"));
    assert_null(rules_header(&c, "X-Past"));
    assert_null(rules_header(&c, "X-Low"));
    assert_non_null(rules_header(&c, "X-High"));
    assert_non_null(rules_header(&c, "X-Segment"));
    assert_non_null(rules_header(&c, "X-When"));
    assert_true((rules_header(&c, "X-A") != NULL) != (rules_header(&c, "X-B") != NULL));
    assert_true(rules_is_chosen(&c, "held"));
    assert_null(rules_header(&c, "X-Held"));
    assert_non_null(rules_header(&c, "X-Thai"));

    /* without consent: the rules see nobody, and only what needs nobody takes part */
    rules_field(&c, "name", "Ann");
    c.facts.consent = 0;
    c.visitor = PZ_STR_NONE;
    rules_plan(&c);
    assert_int_equal(c.plan.decision.nsegments, 0);
    assert_null(rules_header(&c, "X-Segment"));
    assert_null(rules_header(&c, "X-When"));
    assert_false(rules_is_chosen(&c, "split"));
    assert_false(rules_is_chosen(&c, "held"));
    assert_non_null(rules_header(&c, "X-Thai"));
    rules_close(&c);
}

static void
test_variants_hold(void **state)
{
    char          id[32];
    unsigned      i, a = 0;
    const char   *first;
    rules_case_t  c;
    static const char text[] =
        "campaign \"s\" { variants = { a = { weight = 20, header { \"X\", \"a\" } }, "
        "b = { weight = 80, header { \"X\", \"b\" } } } }\n";

    (void) state;
    rules_open(&c);
    rules_accept(&c, text);
    for (i = 0; i < 2000; i++) {
        snprintf(id, sizeof(id), "visitor-%u", i);
        rules_next_visitor(&c, id);
        rules_plan(&c);
        a += (strcmp(rules_header(&c, "X"), "a") == 0);
    }
    assert_in_range(a, 330, 470);
    rules_next_visitor(&c, "someone");
    rules_plan(&c);
    first = strcmp(rules_header(&c, "X"), "a") == 0 ? "a" : "b";
    for (i = 0; i < 5; i++) {
        rules_accept(&c, text);    /* the order of a Lua table is no order */
        rules_plan(&c);
        assert_string_equal(rules_header(&c, "X"), first);
    }
    rules_close(&c);
}

static void
test_plain_edits(void **state)
{
    size_t       i;
    rules_case_t c;
    static const struct {
        pz_edit_op_t op;
        unsigned     limit;
        const char  *name;
        const char  *content;
    } wanted[] = {
        { PZ_EDIT_BEFORE, 1, NULL, "<i>Ann</i>" },
        { PZ_EDIT_AFTER, 1, NULL, "a &lt; Ann" },
        { PZ_EDIT_PREPEND, 0, NULL, "x" },
        { PZ_EDIT_APPEND, 3, NULL, "x" },
        { PZ_EDIT_REPLACE, 1, NULL, "x" },
        { PZ_EDIT_INNER, 1, NULL, "x" },
        { PZ_EDIT_REMOVE, 0, NULL, "" },
        { PZ_EDIT_REMOVE, 1, NULL, "" },
        { PZ_EDIT_SET_ATTR, 0, "title", "for Ann" },
        { PZ_EDIT_SET_ATTR, 0, "href", "/u/Ann" },
        { PZ_EDIT_REMOVE_ATTR, 0, "hidden", "" },
        { PZ_EDIT_ADD_CLASS, 0, "tier-gold", "" },
        { PZ_EDIT_REMOVE_CLASS, 0, "guest", "" },
        { PZ_EDIT_APPEND, 1, NULL, "y" },
    };

    (void) state;
    rules_open(&c);
    rules_accept(&c, "campaign \"c\" { show = {\n"
        "before { at = \"p\", html = \"<i>{{ name }}</i>\" },\n"
        "after { at = \"p\", text = \"a < {{ name }}\" },\n"
        "prepend { at = \"p\", html = \"x\", every = true },\n"
        "append { at = \"p\", html = \"x\", limit = 3 },\n"
        "replace { at = \"p\", html = \"x\" },\n"
        "inner { at = \"p\", html = \"x\" },\n"
        "remove { at = \"p\" },\n"
        "remove { at = \"p\", every = false },\n"
        "set_attr { at = \"p\", name = \"TITLE\", value = \"for {{ name }}\" },\n"
        "set_attr { at = \"a\", name = \"href\", value = \"/u/{{ name }}\" },\n"
        "remove_attr { at = \"p\", name = \"hidden\" },\n"
        "add_class { at = \"p\", class = \"tier-{{ tier }}\" },\n"
        "remove_class { at = \"p\", class = \"guest\" },\n"
        "add_class { at = \"p\", class = \"{{ nothing }}\" },\n"
        "html { at = \"p\", content = \"y\" },\n"
        "} }\n");
    rules_field(&c, "name", "Ann");
    rules_field(&c, "tier", "gold");
    rules_plan(&c);
    assert_int_equal(c.plan.nedits, sizeof(wanted) / sizeof(wanted[0]));
    for (i = 0; i < c.plan.nedits; i++) {
        assert_int_equal(c.plan.edits[i].op, wanted[i].op);
        assert_int_equal(c.plan.edits[i].limit, wanted[i].limit);
        assert_int_equal(c.plan.edits[i].slot, PZ_EDIT_NO_SLOT);
        assert_string_equal(rules_content(&c, i), wanted[i].content);
        assert_int_equal(c.plan.edits[i].has_values, strstr(wanted[i].content, "Ann") != NULL);
        if (wanted[i].name != NULL) {
            assert_true(pz_str_eq(c.plan.edits[i].name, pz_str_from(wanted[i].name)));
        }
    }
    rules_close(&c);
}

static void
test_values(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_accept(&c,
        "local goal = 1500\n"
        "campaign \"bar\" { show = welcome_bar {\n"
        "  text = \"{{ left }} more, {{ name | you }} <3 {{ shop }}\",\n"
        "  values = { left = function(v) return goal - v.cart_total end, shop = \"A&B\" },\n"
        "} }\n"
        "campaign \"fn\" { show = welcome_bar { text = function(v, ctx)\n"
        "  if v.cart_total > 0 then return \"<b>\" .. v.cart_total end\n"
        "end } }\n"
        "campaign \"head\" { show = header { \"X-Left\", function(v) return 12.5 end } }\n"
        "campaign \"bad\" { show = { header { \"X-Bad\", \"1\" }, header { \"X-Bad2\", function() return {} end } } }\n");
    rules_field(&c, "cart_total", "300");
    rules_plan(&c);
    assert_int_equal(c.plan.nedits, 2);
    assert_non_null(strstr(rules_content(&c, 0), ">1200 more, you &lt;3 A&amp;B"));
    assert_non_null(strstr(rules_content(&c, 1), "&lt;b&gt;300"));
    assert_string_equal(rules_header(&c, "X-Left"), "12.5");
    assert_int_equal(c.faults, 1);
    assert_non_null(strstr(c.fault, "it returned a table"));
    assert_null(rules_header(&c, "X-Bad"));    /* all of a variant's actions, or none */

    rules_next_visitor(&c, "v2");
    rules_plan(&c);
    assert_int_equal(c.plan.nedits, 1);        /* its function returned nothing: left out */

    rules_accept(&c, "campaign \"two\" { show = banner { at = \"p\",\n"
        "title = function(v) return v.name ~= '' and v.name end,\n"
        "text = function(v) return v.tier ~= '' and v.tier end } }\n");
    rules_field(&c, "tier", "gold");
    rules_plan(&c);
    assert_int_equal(c.plan.nedits, 0);
    rules_field(&c, "name", "Ann");
    rules_plan(&c);
    assert_int_equal(c.plan.nedits, 1);
    assert_non_null(strstr(rules_content(&c, 0), ">Ann</p>"));
    assert_non_null(strstr(rules_content(&c, 0), ">gold</p>"));
    rules_close(&c);
}

/* S4, L-k: a profile cannot break out of a header, and its campaign stays on for the others. */
static void
test_hostile_header(void **state)
{
    unsigned     i;
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_accept(&c, "campaign \"c\" { show = { header { \"X-Name\", \"{{ name }}\" }, "
        "remove { at = \"p\" } } }\n");
    for (i = 0; i < 50; i++) {
        rules_next_visitor(&c, "v1");
        rules_field(&c, "name", "a\r\nSet-Cookie: x=y");
        rules_plan(&c);
        assert_int_equal(c.plan.nheaders, 0);
        assert_int_equal(c.plan.nedits, 0);
        assert_int_equal(c.faults, 1);
        assert_int_equal(c.switched_off, 0);
    }
    rules_next_visitor(&c, "v2");
    rules_field(&c, "name", "Ann");
    rules_plan(&c);
    assert_string_equal(rules_header(&c, "X-Name"), "Ann");
    rules_close(&c);
}

/* S5, L-k: whatever a profile holds, it stays text where it lands. */
static void
test_hostile_values(void **state)
{
    size_t       i, k;
    const char  *html;
    rules_case_t c;
    static const char *const hostile[] = {
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'",
        "javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,<script>", "-->", "]]>",
        "{{ name }}", "{{{ name }}}", "</style><b>", "\xff\xfe<b>", "&lt;b&gt;",
    };

    (void) state;
    rules_open(&c);
    rules_accept(&c, "campaign \"c\" { show = {\n"
        "welcome_bar { text = \"{{ name }}\", url = \"{{ name }}\", link = \"{{ name }}\", label = \"{{ name }}\", close = \"{{ name }}\" },\n"
        "banner { at = \"p\", title = \"{{ name }}\", text = function(v) return v.name end, image = \"{{ name }}\", width = 1, height = 1, alt = \"{{ name }}\", url = \"{{ name }}\" },\n"
        "html { at = \"p\", html = \"<a href='{{ name }}' title='{{ name }}'>{{ name }}</a>\" },\n"
        "set_attr { at = \"a\", name = \"href\", value = \"{{ name }}\" },\n"
        "add_class { at = \"a\", class = \"{{ name }}\" },\n"
        "} }\n");
    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        rules_next_visitor(&c, "v1");
        rules_field(&c, "name", hostile[i]);
        rules_plan(&c);
        assert_true(c.plan.nedits >= 4);
        for (k = 0; k < 3; k++) {
            html = rules_content(&c, k);
            assert_null(strstr(html, "<script"));
            assert_null(strstr(html, "<img src=x"));
            assert_null(strstr(html, "<b>"));
            assert_null(strstr(html, "href=\"javascript"));
            assert_null(strstr(html, "href='javascript"));
            assert_null(strstr(html, "src=\"javascript"));
            assert_null(strstr(html, "src=\"data"));
            assert_true(pz_str_is_utf8(pz_str_from(html)));
        }
        html = rules_content(&c, 3);
        assert_false(pz_str_starts(pz_str_trim(pz_str_from(html)), PZ_STR("javascript")));
        assert_false(pz_str_starts(pz_str_trim(pz_str_from(html)), PZ_STR("data")));
        assert_null(strstr(html, "\n"));
    }
    rules_close(&c);
}

static void
test_strategies(void **state)
{
    size_t       i;
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_accept(&c, "campaign \"c\" { show = recommendations { at = \"p\", strategy = {\n"
        "\"visitor\", \"segment\", \"bought_with\", \"trend:{{ ctx.category }}\", \"pair:{{ name }}\", \"fix:a\" } } }\n");
    c.named[0].name = PZ_STR("sku");
    c.named[0].value = PZ_STR("MUG");
    c.named[1].name = PZ_STR("category");
    c.named[1].value = PZ_STR("home \r\nFLUSHALL");
    c.facts.nnamed = 2;
    c.visitor = PZ_STR("a}b");
    rules_field(&c, "segments", "vip,a b,{x},gold");
    rules_field(&c, "cart", "CUP,POT");
    rules_field(&c, "name", "ก้อง");
    rules_plan(&c);
    assert_int_equal(c.plan.nwants, 1);
    assert_int_equal(c.plan.wants[0].nlists, 5);
    assert_string_equal(c.plan.wants[0].lists[0].data, "recs:segment:vip");
    assert_string_equal(c.plan.wants[0].lists[1].data, "recs:segment:gold");
    assert_string_equal(c.plan.wants[0].lists[2].data, "recs:bought_with:MUG");
    assert_string_equal(c.plan.wants[0].lists[3].data, "recs:pair:ก้อง");
    assert_string_equal(c.plan.wants[0].lists[4].data, "recs:fix:a");
    assert_int_equal(c.plan.wants[0].nexclude, 3);

    c.facts.nnamed = 0;
    rules_plan(&c);
    for (i = 0; i < c.plan.wants[0].nlists; i++) {
        if (strcmp(c.plan.wants[0].lists[i].data, "recs:bought_with:POT") == 0) {
            break;
        }
    }
    assert_true(i < c.plan.wants[0].nlists);

    /* nobody to keep a coupon for, and no list: no slot */
    rules_accept(&c, "campaign \"c\" { show = { recommendations { at = \"p\", strategy = \"visitor\" },\n"
        "coupon { at = \"p\", pool = \"x\" } } }\n");
    c.facts.consent = 0;
    c.visitor = PZ_STR_NONE;
    rules_plan(&c);
    assert_int_equal(c.plan.nwants, 0);
    assert_int_equal(c.plan.nedits, 0);
    rules_close(&c);
}

/* An arena without room: said, and nothing else. */
static void
test_no_room(void **state)
{
    int                rc, failed = 0;
    size_t             budget;
    pz_plan_t          plan;
    rules_case_t       c;
    pz_arena_t        *small;
    pz_ruleset_input_t in;

    (void) state;
    rules_open(&c);
    rules_accept(&c, "segment \"a\" { orders = { at_least = 0 } }\n"
        "campaign \"c\" { show = { welcome_bar { text = \"{{ name }}\" }, "
        "recommendations { at = \"p\" } } }\n");
    rules_field(&c, "name", "Ann");
    for (budget = 0; budget < 20000; budget += 64) {
        small = pz_arena_create(budget, 512);
        if (small == NULL) {
            continue;
        }
        in = rules_input(&c);
        in.arena = small;
        rc = pz_ruleset_plan(c.rules, &in, &plan);
        assert_true(rc == 0 || rc == -1);
        failed += (rc == -1);
        pz_arena_destroy(small);
    }
    assert_true(failed > 0);
    rules_close(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contract_example),
        cmocka_unit_test(test_who_sees_what),
        cmocka_unit_test(test_variants_hold),
        cmocka_unit_test(test_plain_edits),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_hostile_header),
        cmocka_unit_test(test_hostile_values),
        cmocka_unit_test(test_strategies),
        cmocka_unit_test(test_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
