/*
 * What a rule file may say, and what is said about one that is wrong.
 */
#include "rules_case.h"

#define RULES_SHOW  "show = header { \"X-A\", \"1\" }"

static rules_case_t *
open_case(void **state)
{
    rules_case_t *c = malloc(sizeof(rules_case_t));

    (void) state;
    assert_non_null(c);
    rules_open(c);
    return c;
}

static void
close_case(rules_case_t *c)
{
    rules_close(c);
    free(c);
}

static void
test_segments(void **state)
{
    rules_case_t *c = open_case(state);

    rules_accept(c, "fields { shoe_size = \"number\", joined = \"time\", vip = \"flag\" }\n"
        "segment \"loyal\" { orders = { at_least = 3, at_most = 9 } }\n"
        "segment \"gold\" { tier = \"gold\" }\n"
        "segment \"metal\" { tier = { \"gold\", \"silver\" } }\n"
        "segment \"big\" { shoe_size = { more_than = 45 } }\n"
        "segment \"old\" { joined = { less_than = \"2026-01-01\" } }\n"
        "segment \"flagged\" { vip = true }\n"
        "segment \"has_mug\" { cart = { has = \"MUG\" } }\n"
        "segment \"known\" { name = { exists = true } }\n"
        "segment \"thai\" { ctx = { language = \"th\" } }\n"
        "segment \"thai2\" { [\"ctx.language\"] = { one_of = { \"th\", \"lo\" } } }\n"
        "segment \"both\" { orders = { at_least = 1 }, when = function(v) return v.name == 'Ann' end }\n"
        "segment(\"fn\", function(v, ctx) return v.shoe_size > 45 and v.cart.MUG and v.vip end)\n"
        "campaign \"c\" { segments = \"loyal\", " RULES_SHOW " }\n");
    c->facts.language = PZ_STR("th");
    rules_field(c, "orders", "5");
    rules_field(c, "tier", "gold");
    rules_field(c, "shoe_size", "46");
    rules_field(c, "joined", "2025-12-31");
    rules_field(c, "vip", "yes");
    rules_field(c, "cart", "CUP, MUG");
    rules_field(c, "name", "Ann");
    rules_field(c, "segments", "own");
    rules_plan(c);
    assert_int_equal(c->plan.decision.nsegments, 13);
    assert_true(rules_has_segment(c, "own"));
    assert_true(rules_has_segment(c, "both"));
    assert_true(rules_is_chosen(c, "c"));

    rules_next_visitor(c, "v2");
    c->facts.language = PZ_STR("en");
    rules_plan(c);
    assert_int_equal(c->plan.decision.nsegments, 0);
    assert_false(rules_is_chosen(c, "c"));
    assert_int_equal(c->faults, 0);
    close_case(c);
}

static void
test_bad_segments(void **state)
{
    rules_case_t *c = open_case(state);

    rules_refuse(c, "\nsegment \"a\" { orders = { atleast = 3 } }", 2, "did you mean 'at_least'?");
    rules_refuse(c, "segment \"a\" { orders = { at_least = \"x\" } }", 1, "takes a number");
    rules_refuse(c, "segment \"a\" { orders = { has = \"x\" } }", 1, "cannot be put to 'has'");
    rules_refuse(c, "segment \"a\" { size = { at_least = 3 } }", 1, "fields { NAME");
    rules_refuse(c, "segment \"a\" { last_order_at = { more_than = \"soon\" } }", 1, "takes a time");
    rules_refuse(c, "segment \"a\" { tier = { one_of = \"x\" } }", 1, "takes a list");
    rules_refuse(c, "segment \"a\" { tier = true }", 1, "takes a text");
    rules_refuse(c, "segment \"a\" {}", 1, "no condition");
    rules_refuse(c, "segment \"a\" { \"x\" }", 1, "item 1 has no field");
    rules_refuse(c, "segment \"a\" { orders = {} }", 1, "has no test");
    rules_refuse(c, "segment \"a\" { orders = 1 }\nsegment \"a\" { orders = 2 }", 2,
                 "already a segment \"a\"");
    rules_refuse(c, "segment \"a b\" { orders = 1 }", 1, "a name is up to 64");
    rules_refuse(c, "segment \"a\"", 1, "has no body");
    rules_refuse(c, "segment \"a\" (5)", 1, "takes conditions");
    rules_refuse(c, "segment \"a\" { when = 5 }", 1, "'when' must be a function");
    close_case(c);
}

static void
test_bad_campaigns(void **state)
{
    rules_case_t *c = open_case(state);

    rules_refuse(c, "campaign \"a\" { segmets = \"x\", " RULES_SHOW " }", 1,
                 "did you mean 'segments'?");
    rules_refuse(c, "campaign \"a\" { pages = 5, " RULES_SHOW " }", 1, "a list of texts, not 5");
    rules_refuse(c, "campaign \"a\" { pages = { \"/\", 5 }, " RULES_SHOW " }", 1, "list of texts");
    rules_refuse(c, "campaign \"a\" { pages = \"~[\", " RULES_SHOW " }", 1, "missing terminating");
    rules_refuse(c, "campaign \"a\" { from = \"2026-12-01\", to = \"2026-11-01\", " RULES_SHOW " }",
                 1, "'from' is after 'to'");
    rules_refuse(c, "campaign \"a\" { from = \"tomorrow\", " RULES_SHOW " }", 1, "from:");
    rules_refuse(c, "campaign \"a\" { from = \"2026-12-01\", timezone = \"Asia/Bankok\", "
                 RULES_SHOW " }", 1, "Asia/Bankok");
    rules_refuse(c, "campaign \"a\" { cap = { times = 3 }, " RULES_SHOW " }", 1,
                 "cap is not supported yet");
    rules_refuse(c, "campaign \"a\" { }", 1, "show = { ... } or variants");
    rules_refuse(c, "campaign \"a\" { show = {} }", 1, "'show' is empty");
    rules_refuse(c, "campaign \"a\" { variants = {} }", 1, "'variants' is empty");
    rules_refuse(c, "campaign \"a\" { variants = { x = {} }, " RULES_SHOW " }", 1, "either");
    rules_refuse(c, "campaign \"a\" { variants = { a = { weight = 1 }, b = {} } }", 1,
                 "every variant a 'weight'");
    rules_refuse(c, "campaign \"a\" { variants = { a = { weight = 0 } } }", 1, "all variants are 0");
    rules_refuse(c, "campaign \"a\" { variants = { a = { weight = -1 } } }", 1, "from 0 on");
    rules_refuse(c, "campaign \"a\" { variants = { a = { wieght = 1 } } }", 1, "'weight'?");
    rules_refuse(c, "campaign \"a\" { holdout = 101, " RULES_SHOW " }", 1, "0 to 100");
    rules_refuse(c, "campaign \"a\" { priority = \"high\", " RULES_SHOW " }", 1, "a number");
    rules_refuse(c, "campaign \"a\" { when = true, " RULES_SHOW " }", 1, "a function");
    rules_refuse(c, "campaign \"a\" { show = { \"x\" } }", 1, "item 1 is not an action");
    rules_refuse(c, "campaign \"a b\" { " RULES_SHOW " }", 1, "a name is up to 64");
    rules_refuse(c, "campaign \"a\" { " RULES_SHOW " }\n\ncampaign \"a\" { " RULES_SHOW " }", 3,
                 "already a campaign \"a\"");
    rules_refuse(c, "campaign \"a\"\n", 1, "has no body");
    rules_refuse(c, "campaign {}", 1, "has no body");
    rules_refuse(c, "\nheader { \"X\", \"y\" }", 2, "stands outside a campaign");
    rules_refuse(c, "campain \"a\" {}", 1, "did you mean 'campaign'?");
    close_case(c);
}

static void
refuse_action(rules_case_t *c, const char *action, const char *part)
{
    char text[1024];

    snprintf(text, sizeof(text), "campaign \"a\" {\n  show = {\n    %s\n  },\n}\n", action);
    rules_refuse(c, text, 3, part);
}

static void
test_bad_actions(void **state)
{
    rules_case_t *c = open_case(state);

    refuse_action(c, "header { \"Content-Length\", \"5\" }", "the server's own");
    refuse_action(c, "header { \"X Y\", \"5\" }", "no name of a header");
    refuse_action(c, "header { \"X\" }", "item 2 is missing");
    refuse_action(c, "header { \"X\", \"a\\r\\nb\" }", "header");
    refuse_action(c, "html { at = \"#a\" }", "'html' (markup) or 'text' is missing");
    refuse_action(c, "html { at = \"#a\", html = \"x\", text = \"y\" }", "either 'html' or 'text'");
    refuse_action(c, "html { html = \"x\" }", "'at' is missing");
    refuse_action(c, "html { at = \"#a\", op = \"appendd\", html = \"x\" }", "did you mean 'append'?");
    refuse_action(c, "html { at = \"#a\", op = \"remove\", html = \"x\" }", "there is no \"remove\"");
    refuse_action(c, "before { at = \"p:last-child\", html = \"x\" }", "selector");
    refuse_action(c, "before { at = \"\", html = \"x\" }", "a text that is not empty");
    refuse_action(c, "before { at = \"p\", html = \"x\", every = true, limit = 2 }", "either");
    refuse_action(c, "before { at = \"p\", html = \"<script>{{ name }}</script>\" }", "before:");
    refuse_action(c, "before { at = \"p\", html = \"<a href={{ name }}>\" }", "before:");
    refuse_action(c, "before { at = \"p\", html = \"{{{ name }}}\" }", "safe");
    refuse_action(c, "before { at = \"p\", html = \"{{ name\" }", "before:");
    refuse_action(c, "inner { at = \"#a, main > SCRIPT[type='x,y']:not(.z)\", text = \"{{ name }}\" }",
                  "inside <script>");
    refuse_action(c, "append { at = \"style\", html = \"{{ name }}\" }", "inside <style>");
    refuse_action(c, "recommendations { at = \"noscript\" }", "inside <noscript>");
    refuse_action(c, "set_attr { at = \"body > script\", name = \"src\", value = \"/{{ name }}\" }",
                  "in the tag <script>");
    refuse_action(c, "set_attr { at = \"p\", name = \"x-data\", value = \"{{ name }}\" }", "'x-data'");
    refuse_action(c, "set_attr { at = \"p\", name = \"onclick\", value = \"{{ name }}\" }", "'onclick'");
    refuse_action(c, "before { at = \"p\", html = function() end }", "must be a text");
    refuse_action(c, "before \"p\"", "before takes a table");
    refuse_action(c, "set_attr { at = \"p\", name = \"a b\", value = \"x\" }", "no name of an attribute");
    refuse_action(c, "set_attr { at = \"p\", name = \"onclick\", value = \"{{ name }}\" }", "no value may stand");
    refuse_action(c, "set_attr { at = \"p\", name = \"STYLE\", value = \"{{ name }}\" }", "no value may stand");
    refuse_action(c, "set_attr { at = \"a\", name = \"href\", value = \"javascript:x\" }", "a link starts");
    refuse_action(c, "add_class { at = \"p\", class = \"a b\" }", "is one class");
    refuse_action(c, "welcome_bar { txt = \"x\" }", "did you mean 'text'?");
    refuse_action(c, "welcome_bar { text = 5 }", "a text or a function, not 5");
    refuse_action(c, "welcome_bar { text = \"x\", color = \"red;x:y\" }", "is no colour");
    refuse_action(c, "welcome_bar { text = \"x\", url = \"javascript:x\" }", "a link starts");
    refuse_action(c, "welcome_bar { text = \"x\", close = true }", "'close' is the button's name");
    refuse_action(c, "welcome_bar { text = \"x\", values = { [\"a b\"] = 1 } }", "a name is letters");
    refuse_action(c, "welcome_bar { text = \"x\", values = { a = {} } }", "a function, not a table");
    refuse_action(c, "banner { at = \"p\" }", "a 'title', a 'text' or an 'image'");
    refuse_action(c, "banner { at = \"p\", image = \"/x.png\" }", "'width' and 'height'");
    refuse_action(c, "recommendations { at = \"p\", strategy = \"visitors\" }", "there is no strategy");
    refuse_action(c, "recommendations { at = \"p\", strategy = \"a:\" }", "there is no strategy");
    refuse_action(c, "recommendations { at = \"p\", strategy = \"a{b}:c\" }", "there is no strategy");
    refuse_action(c, "recommendations { at = \"p\", count = 100 }", "24 at the most");
    refuse_action(c, "recommendations { at = \"p\", count = 0 }", "a whole number from 1");
    refuse_action(c, "recommendations { at = \"p\", every = true }", "unknown key 'every'");
    refuse_action(c, "coupon { at = \"p\" }", "'pool' is missing");
    refuse_action(c, "coupon { at = \"p\", pool = \"a}b\" }", "'pool' is up to");
    refuse_action(c, "coupon { at = \"p\", pool = \"a\", ttl = \"soon\" }", "'ttl' is a time");
    close_case(c);
}

static void
test_bad_fields(void **state)
{
    rules_case_t *c = open_case(state);

    rules_refuse(c, "fields { a = \"numbr\" }", 1, "did you mean 'number'?");
    rules_refuse(c, "fields { orders = \"text\" }", 1, "is already a number");
    rules_refuse(c, "fields { cart = \"text\" }", 1, "is already a list");
    rules_refuse(c, "fields { a = \"text\" }\nfields { a = \"number\" }", 2, "is already a text");
    rules_refuse(c, "fields { a = { \"text\", sfe = true } }", 1, "did you mean 'safe'?");
    rules_refuse(c, "fields { [\"a b\"] = \"text\" }", 1, "a field's name");
    rules_refuse(c, "fields \"a\"", 1, "fields takes a table");
    rules_accept(c, "fields { bio = { \"text\", safe = true } }\n"
        "campaign \"a\" { show = after { at = \"p\", html = \"{{{ bio }}}\" } }");
    close_case(c);
}

/* One look at a file finds all of its mistakes, in the order of its lines. */
static void
test_all_errors_at_once(void **state)
{
    size_t        i;
    rules_case_t *c = open_case(state);

    rules_load(c, "segment \"a\" { orders = \"x\" }\n"
        "segment \"b\" {}\n"
        "campaign \"a\" { pages = 5 }\n"
        "campaign \"b\" { show = header { \"X\" } }\n"
        "campaign \"c\" { show = remove { at = \"p:last-child\" } }\n"
        "fields { a = 1 }\n");
    assert_null(c->rules);
    assert_true(c->found >= 6);
    for (i = 1; i < c->found; i++) {
        assert_true(c->errors[i].line >= c->errors[i - 1].line);
    }
    assert_int_equal(c->errors[0].line, 1);
    assert_int_equal(c->errors[c->found - 1].line, 6);

    /* more than there is room for */
    c->rules = pz_ruleset_load(c->file, NULL, c->errors, 2, &c->found);
    assert_null(c->rules);
    assert_true(c->found >= 6);
    c->rules = pz_ruleset_load(c->file, NULL, NULL, 0, &c->found);
    assert_null(c->rules);
    close_case(c);
}

static void
test_helpers_in_a_file(void **state)
{
    rules_case_t *c = open_case(state);

    rules_accept(c, "local function bar(text) return welcome_bar { text = text } end\n"
        "local pages = { \"/\", \"/sale\" }\n"
        "for i, p in ipairs(pages) do\n"
        "  campaign(\"c\" .. i, { pages = p, show = { bar(\"hi \" .. p) } })\n"
        "end\n");
    assert_int_equal(pz_ruleset_campaigns(c->rules)->ncampaigns, 2);
    rules_refuse(c, "local function bar(text)\n  return (welcome_bar { txt = text })\nend\n"
        "campaign \"a\" { show = bar(\"x\") }", 2, "did you mean 'text'?");
    close_case(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_bad_segments),
        cmocka_unit_test(test_bad_campaigns),
        cmocka_unit_test(test_bad_actions),
        cmocka_unit_test(test_bad_fields),
        cmocka_unit_test(test_all_errors_at_once),
        cmocka_unit_test(test_helpers_in_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
