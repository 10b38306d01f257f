/*
 * Slots: which products are shown and how, and coupons.
 */
#include "rules_case.h"
#include "pz_schedule.h"

#define FIELDS  8

typedef struct {
    pz_fact_t fields[FIELDS];
} product_t;

/* "title", "Mug", "url", "/mug", NULL */
static pz_product_t
product(product_t *of, const char *sku, ...)
{
    va_list      args;
    const char  *name;
    pz_product_t p;

    memset(&p, 0, sizeof(p));
    p.sku = pz_str_from(sku);
    p.fields = of->fields;
    va_start(args, sku);
    while ((name = va_arg(args, const char *)) != NULL) {
        of->fields[p.nfields].name = pz_str_from(name);
        of->fields[p.nfields++].value = pz_str_from(va_arg(args, const char *));
    }
    va_end(args);
    return p;
}

static void
open_recs(rules_case_t *c, const char *more)
{
    char text[512];

    rules_open(c);
    snprintf(text, sizeof(text), "campaign \"c\" { show = recommendations { at = \"#r\", "
             "strategy = \"popular\", %s } }\n", more);
    rules_accept(c, text);
    rules_field(c, "cart", "INCART");
    c->named[0].name = PZ_STR("sku");
    c->named[0].value = PZ_STR("THIS");
    c->facts.nnamed = 1;
    rules_plan(c);
    assert_int_equal(c->plan.nwants, 1);
}

static const char *
fill(rules_case_t *c, const pz_product_t *products, size_t n)
{
    pz_str_t           html;
    pz_ruleset_input_t in = rules_input(c);
    int                rc;

    rc = pz_ruleset_recommendations(c->rules, &in, &c->plan.wants[0], products, n, &html);
    assert_int_not_equal(rc, -1);
    return (rc == 1) ? NULL : html.data;
}

static unsigned
count(const char *text, const char *part)
{
    unsigned n = 0;

    while ((text = strstr(text, part)) != NULL) {
        n++;
        text++;
    }
    return n;
}

static void
test_which_products(void **state)
{
    product_t    f[16];
    const char  *html;
    rules_case_t c;
    pz_product_t products[] = {
        product(&f[0], "INCART", "title", "In the cart", "url", "/1", NULL),
        product(&f[1], "THIS", "title", "This page's own", "url", "/2", NULL),
        product(&f[2], "OUT", "title", "Sold out", "url", "/3", "stock", "0", NULL),
        product(&f[3], "OUT2", "title", "Sold out too", "url", "/4", "stock", "-3", NULL),
        product(&f[4], "NOTITLE", "url", "/5", NULL),
        product(&f[5], "BLANK", "title", "  ", "url", "/6", NULL),
        product(&f[6], "NOURL", "title", "No URL", NULL),
        product(&f[7], "JS", "title", "Script", "url", " javascript:alert(1)", NULL),
        product(&f[8], "JS2", "title", "Script", "url", "java\tscript:alert(1)", NULL),
        product(&f[9], "DATA", "title", "Data", "url", "data:text/html,x", NULL),
        product(&f[10], "A", "title", "First", "url", "/a", "stock", "5", NULL),
        product(&f[11], "A", "title", "First again", "url", "/a2", NULL),
        product(&f[12], "B", "title", "Second", "url", "https://shop.example/b?x=1:2", "stock", "", NULL),
        product(&f[13], "C", "title", "Third", "url", "c/d:e", NULL),
        product(&f[14], "D", "title", "Fourth", "url", "/d", "stock", "many", NULL),
        product(&f[15], "E", "title", "Fifth", "url", "/e", NULL),
    };

    (void) state;
    open_recs(&c, "count = 4");
    html = fill(&c, products, 16);
    assert_non_null(html);
    assert_int_equal(count(html, "<li"), 4);
    assert_non_null(strstr(html, ">First<"));
    assert_non_null(strstr(html, ">Second<"));
    assert_non_null(strstr(html, ">Third<"));
    assert_non_null(strstr(html, ">Fourth<"));
    assert_null(strstr(html, "again"));
    assert_null(strstr(html, "cart"));
    assert_null(strstr(html, "script"));
    assert_null(fill(&c, products, 10));    /* nothing that fits: no widget */
    assert_null(fill(&c, products, 0));
    rules_close(&c);
}

static void
test_card(void **state)
{
    product_t    f[3];
    const char  *html;
    rules_case_t c;
    pz_product_t products[] = {
        product(&f[0], "A", "title", "Pot <b>\"black\"</b>", "url", "/p?a=1&b=\"2\"", "image",
                "/i.svg", "price", "1290", "currency", "THB", NULL),
        product(&f[1], "B", "title", "กาน้ำชาเคลือบ", "url", "/t", "image", "javascript:x",
                "price", "12.5", "currency", "usd", NULL),
        product(&f[2], "C", "title", "C", "url", "/c", NULL),
    };

    (void) state;
    open_recs(&c, "heading = \"For {{ name | you }} & all\"");
    html = fill(&c, products, 3);
    assert_non_null(html);
    assert_non_null(strstr(html, "For you &amp; all</h2>"));
    assert_non_null(strstr(html, "Pot &lt;b&gt;"));
    assert_null(strstr(html, "<b>"));
    assert_non_null(strstr(html, "src=\"/i.svg\""));
    assert_int_equal(count(html, "<img"), 1);
    assert_non_null(strstr(html, "width=\"320\" height=\"320\" loading=\"lazy\""));
    assert_null(strstr(html, "javascript"));
    assert_non_null(strstr(html, "฿1,290<"));
    assert_non_null(strstr(html, "$12.50<"));
    assert_non_null(strstr(html, "กาน้ำชาเคลือบ"));
    rules_close(&c);
}

static void
test_coupon(void **state)
{
    int                rc;
    pz_str_t           html;
    rules_case_t       c;
    pz_ruleset_input_t in;

    (void) state;
    rules_open(&c);
    rules_accept(&c, "campaign \"c\" { timezone = \"Asia/Bangkok\", show = coupon { at = \"main\",\n"
        "pool = \"autumn\", ttl = \"48h\", text = \"{{ code }}: 10% off, {{ name | you }}\",\n"
        "expires = \"until {{ expires }}\" } }\n");
    rules_plan(&c);
    assert_int_equal(c.plan.wants[0].ttl, 48 * 3600);
    in = rules_input(&c);
    rc = pz_ruleset_coupon(c.rules, &in, &c.plan.wants[0], PZ_STR("A<1>"), 1795600000, &html);
    assert_int_equal(rc, 0);
    assert_non_null(strstr(html.data, "pz-coupon-code\">A&lt;1&gt;</strong>: 10% off, you<"));
    assert_int_equal(count(html.data, "A&lt;1&gt;"), 1);
    assert_non_null(strstr(html.data, "until 2026-11-25 16:46<"));
    rc = pz_ruleset_coupon(c.rules, &in, &c.plan.wants[0], PZ_STR_NONE, 0, &html);
    assert_int_equal(rc, 1);
    rules_close(&c);
}

static const char *
expiry(rules_case_t *c, const char *time)
{
    int64_t            seconds = 0;
    pz_str_t           html = PZ_STR_NONE;
    pz_ruleset_input_t in = rules_input(c);

    assert_int_equal(pz_schedule_time(pz_str_from(time), PZ_STR_NONE, 0, &seconds, NULL), 0);
    assert_int_equal(pz_ruleset_coupon(c->rules, &in, &c->plan.wants[0], PZ_STR("A1"), seconds,
                                       &html), 0);
    return html.data;
}

/* Each time with the clock of its own day, whatever day it is when the rules load. */
static void
test_summer_time(void **state)
{
    rules_case_t c;

    (void) state;
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
        print_message("no time zones are installed (package tzdata)\n");
        skip();
    }
    rules_open(&c);
    rules_accept(&c, "campaign \"c\" { timezone = \"Europe/Berlin\", show = coupon { at = \"main\",\n"
        "pool = \"autumn\", text = \"{{ code }}\", expires = \"until {{ expires }}\" } }\n");
    rules_plan(&c);
    assert_non_null(strstr(expiry(&c, "2026-07-31 21:59"), "until 2026-07-31 23:59<"));
    assert_non_null(strstr(expiry(&c, "2026-12-24 22:59"), "until 2026-12-24 23:59<"));
    assert_non_null(strstr(expiry(&c, "2026-10-25 00:59"), "until 2026-10-25 02:59<"));
    assert_non_null(strstr(expiry(&c, "2026-10-25 01:00"), "until 2026-10-25 02:00<"));
    rules_close(&c);
}

/* A function in a widget that is filled later fails then, and shows nothing. */
static void
test_failing_function(void **state)
{
    product_t    f;
    rules_case_t c;
    pz_product_t products[] = { product(&f, "A", "title", "A", "url", "/a", NULL) };

    (void) state;
    open_recs(&c, "heading = \"{{ x }}\", values = { x = function() error('no') end }");
    assert_null(fill(&c, products, 1));
    assert_int_equal(c.faults, 1);
    assert_non_null(strstr(c.fault, "no"));
    rules_close(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_products),
        cmocka_unit_test(test_card),
        cmocka_unit_test(test_coupon),
        cmocka_unit_test(test_summer_time),
        cmocka_unit_test(test_failing_function),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
