/*
 * FAULTS, Lua: what a rule may use up: time, memory, the stack, Lua's own limits.
 */
#include "fault_case.h"

/* L-c: at load */
static void
test_endless_file(void **state)
{
    double              start;
    rules_case_t        c;
    pz_ruleset_limits_t limits = { .load_time = 100 };
    static const char *const texts[] = {
        "while true do end",
        "repeat until false",
        "for i = 1, math.huge do end",
        "local function f() return f() end f()",
        "::again:: goto again",
        "local t = {} while true do t[1] = { t } end",
    };
    size_t i;

    (void) state;
    rules_open(&c);
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        start = rules_seconds();
        rules_load_limited(&c, texts[i], &limits);
        assert_null(c.rules);
        assert_non_null(strstr(c.errors[0].text, "longer than the 100 ms"));
        assert_int_equal(c.errors[0].line, 1);
        assert_true(rules_seconds() - start < 5);
    }
    rules_close(&c);
}

/* L-c: in functions */
static void
test_endless_function(void **state)
{
    double       start;
    rules_case_t c;

    (void) state;
    rules_open(&c);
    start = rules_seconds();
    assert_fault(&c, RULES_WHEN("while true do end"), "rule.lua:1: it ran too long");
    assert_fault(&c, RULES_WHEN("local function f() return f() end return f()"), "too long");
    assert_fault(&c, RULES_WHEN("for i = 1, 1e12 do local x = visitor.name .. i end"), "too long");
    assert_fault(&c, RULES_WHEN("while true do matches(ctx.path, '^/a*b*c*$') end"), "too long");
    assert_fault(&c, RULES_WHEN("while true do for _ in pairs(visitor.segments) do end end"),
                 "too long");
    assert_true(rules_seconds() - start < 5);
    rules_close(&c);
}

/* L-c: switched off after so many in a row, and told once */
static void
test_switched_off(void **state)
{
    unsigned            i, off = 0;
    double              start;
    rules_case_t        c;
    pz_ruleset_limits_t limits = { .faults = 3 };

    (void) state;
    rules_open(&c);
    rules_load_limited(&c, RULES_WHEN("if ctx.path == '/' then error('no') end return true"),
                       &limits);
    for (i = 0; i < 2; i++) {
        rules_plan(&c);
        assert_int_equal(c.faults, 1);
        off += c.switched_off;
    }
    c.facts.path = PZ_STR("/fine");    /* one that works starts the count again */
    rules_plan(&c);
    assert_true(rules_is_chosen(&c, "bad"));
    c.facts.path = PZ_STR("/");
    for (i = 0; i < 3; i++) {
        assert_int_equal(off, 0);
        rules_plan(&c);
        assert_int_equal(c.faults, 1);
        off += c.switched_off;
    }
    assert_int_equal(off, 1);
    c.facts.path = PZ_STR("/fine");
    start = rules_seconds();
    for (i = 0; i < 1000; i++) {
        rules_plan(&c);
        assert_int_equal(c.faults, 0);
        assert_false(rules_is_chosen(&c, "bad"));
        assert_true(rules_is_chosen(&c, "good"));
        rules_next_visitor(&c, "v1");
    }
    assert_true(rules_seconds() - start < 2);
    rules_close(&c);
}

/* L-d: at load */
static void
test_memory_of_file(void **state)
{
    size_t              i;
    rules_case_t        c;
    pz_ruleset_limits_t limits = { .memory = 2 * 1024 * 1024, .load_time = 10000 };
    static const char *const texts[] = {
        "local t = {} for i = 1, 1e9 do t[i] = { i } end",
        "local t = {} for i = 1, 1e9 do t[i] = function() return t, i end end",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} for i = 1, 1e9 do t['k' .. i] = i end",
        "local function f(...) return f(1, ...) end f()",
    };

    (void) state;
    rules_open(&c);
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        rules_load_limited(&c, texts[i], &limits);
        assert_null(c.rules);
        assert_true(strstr(c.errors[0].text, "2097152 bytes of Lua memory") != NULL
                    || strstr(c.errors[0].text, "stack overflow") != NULL);
    }
    rules_close(&c);
}

/* L-d: in functions; the rules go on working, and the memory comes back */
static void
test_memory_of_function(void **state)
{
    size_t       i, before;
    rules_case_t c;
    static const char *const texts[] = {
        RULES_WHEN("if ctx.path == '/' then local s = 'x' while true do s = s .. s end end return true"),
        RULES_WHEN("if ctx.path == '/' then local t = {} for i = 1, 1e9 do t[i] = {} end end return true"),
        RULES_WHEN("if ctx.path == '/' then local t = {} for i = 1, 1e9 do t[i] = function() return t end end end return true"),
        RULES_WHEN("if ctx.path == '/' then local function f(n) return 1 + f(n + 1) end f(1) end return true"),
    };

    (void) state;
    rules_open(&c);
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        c.facts.path = PZ_STR("/");
        rules_accept(&c, texts[i]);
        before = pz_ruleset_memory(c.rules);
        rules_plan(&c);
        assert_int_equal(c.faults, 1);
        assert_true(pz_ruleset_memory(c.rules) < before + 600 * 1024);
        c.facts.path = PZ_STR("/fine");
        rules_plan(&c);
        assert_int_equal(c.faults, 0);
        assert_true(rules_is_chosen(&c, "bad"));
    }
    rules_close(&c);
}

/* L-d: memory runs out anywhere while loading; no panic, no leak (ASAN) */
static void
test_memory_anywhere(void **state)
{
    size_t              memory;
    unsigned            refused = 0, loaded = 0;
    rules_case_t        c;
    pz_ruleset_limits_t limits = { .load_time = 10000 };

    (void) state;
    rules_open(&c);
    for (memory = 1000; memory < 700 * 1000; memory += 1777) {
        limits.memory = memory;
        rules_load_limited(&c, "fields { a = \"number\" }\n"
                           "segment \"s\" { a = { at_least = 3 } }\n"
                           "local t = { 1, 2, { 3 } }\n"
                           RULES_WHEN("return t[3][1] == 3 and matches(ctx.path, '^/')"), &limits);
        if (c.rules == NULL) {
            assert_true(c.found > 0);
            assert_true(c.errors[0].text[0] != '\0');
            refused++;
        } else {
            rules_plan(&c);
            loaded++;
        }
    }
    assert_true(refused > 10);
    assert_true(loaded > 10);
    rules_close(&c);
}

/* A function that allocates nothing: entering Lua must not fill memory little by little. */
static void
test_memory_of_many_calls(void **state)
{
    unsigned     i;
    size_t       before;
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_accept(&c, RULES_WHEN("return visitor.cart_total < 1500"));
    before = pz_ruleset_memory(c.rules);
    for (i = 0; i < 30000; i++) {
        rules_next_visitor(&c, "v1");
        rules_plan(&c);
        assert_int_equal(c.faults, 0);
    }
    assert_true(pz_ruleset_memory(c.rules) < before + 200 * 1024);
    rules_close(&c);
}

/* L-e */
static void
test_patterns(void **state)
{
    double       start;
    rules_case_t c;

    (void) state;
    rules_open(&c);
    assert_fault(&c, RULES_WHEN("return ('aaaa'):find('a*a*a*b')"), "plain text");
    assert_fault(&c, RULES_WHEN("return ('aaaa'):match('a*')"), "there is no 'string.match'");
    assert_fault(&c, RULES_WHEN("return ('aaaa'):gsub('a', 'b')"), "there is no 'string.gsub'");
    assert_fault(&c, RULES_WHEN("for w in ('aaaa'):gmatch('a') do end"),
                 "there is no 'string.gmatch'");
    assert_fault(&c, RULES_WHEN("return matches('a', '(')"), "matches");
    assert_fault(&c, RULES_WHEN("return matches('a', '')"), "1 to 1023 bytes");

    rules_accept(&c, RULES_WHEN("return ('a-b'):find('-', 1, true) == 2 and ('ab'):find('b') == 2"
                                " and matches('/category/x', '^/cat.*/x$')"
                                " and not matches('abc', '^b')"));
    rules_plan(&c);
    assert_true(rules_is_chosen(&c, "bad"));

    start = rules_seconds();
    rules_accept(&c, RULES_WHEN("return matches(('a'):rep(30000) .. '!', '^(a+)+$')"));
    rules_plan(&c);
    assert_false(rules_is_chosen(&c, "bad"));
    rules_accept(&c, RULES_WHEN("local n = 0 for i = 1, 600 do "
                                "if matches('x' .. i, '^x' .. i .. '$') then n = n + 1 end end "
                                "return n == 600 or ctx.path == '/'"));
    rules_plan(&c);
    assert_true(rules_seconds() - start < 3);
    rules_close(&c);
}

/* L-f */
static void
test_stack(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    assert_fault(&c, RULES_WHEN("local function f(n) return 1 + f(n + 1) end return f(1)"), NULL);
    assert_fault(&c, RULES_WHEN("local t = { 2, 1 } table.sort(t, function(a, b) "
                                "table.sort(t) return a < b end)"), "takes no function");
    assert_fault(&c, RULES_WHEN("local t = { {}, 1 } table.sort(t)"), "item 1 is a table");
    assert_fault(&c, RULES_WHEN("return unpack({ n = 1 }, 1, 1e8) or select(-1)"), NULL);
    rules_accept(&c, RULES_WHEN("local t = { 3, 1, 2 } table.sort(t) return t[1] == 1"));
    rules_plan(&c);
    assert_true(rules_is_chosen(&c, "bad"));
    rules_close(&c);
}

/* L-h */
static void
test_slow_calls(void **state)
{
    size_t       i;
    double       start;
    rules_case_t c;
    static const char *const texts[] = {
        RULES_WHEN("local t = {} for i = 1, 9999 do t[i] = 'x' end while true do table.concat(t) end"),
        RULES_WHEN("while true do local s = ('x'):rep(60000) end"),
        RULES_WHEN("local s = ('x'):rep(60000) while true do local u = s:upper() end"),
        RULES_WHEN("local s = ('x'):rep(60000) while true do local u = s .. s .. s end"),
        RULES_WHEN("local t = {} for i = 1, 9999 do t[i] = 'x' end while true do table.insert(t, 1, 'y') table.remove(t, 1) end"),
        RULES_WHEN("local t = {} for i = 1, 9999 do t[i] = i end while true do table.sort(t) end"),
        RULES_WHEN("while true do local s = string.format('%099.99f', 1e300) end"),
        RULES_WHEN("local s = ('x'):rep(60000) .. 'b' while true do matches(s, 'a.*b') end"),
    };

    (void) state;
    rules_open(&c);
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        start = rules_seconds();
        assert_fault(&c, texts[i], NULL);
        assert_true(rules_seconds() - start < 2);
    }
    assert_fault(&c, RULES_WHEN("return ('x'):rep(1e9)"), "more than 65536 bytes");
    assert_fault(&c, RULES_WHEN("return ('x'):rep(-1):rep(1e300) .. ('y'):rep(2^53)"), "65536");
    assert_fault(&c, RULES_WHEN("local t = {} for i = 1, 12000 do t[i] = 1 end "
                                "return table.concat(t)"), "too long here");
    rules_close(&c);
}

/* L-m: Lua's own limits are errors with a line, not crashes */
static void
test_limits_of_lua(void **state)
{
    int          i;
    char        *text = malloc(512 * 1024), *at;
    rules_case_t c;

    (void) state;
    assert_non_null(text);
    rules_open(&c);

    at = text + sprintf(text, "local t = ");
    for (i = 0; i < 5000; i++) {
        *at++ = '{';
    }
    *at = '\0';
    rules_refuse(&c, text, 1, "too many syntax levels");

    at = text;
    for (i = 0; i < 250; i++) {
        at += sprintf(at, "local a%d = %d\n", i, i);
    }
    rules_refuse(&c, text, 201, "more than 200 local variables");

    at = text;
    for (i = 0; i < 70; i++) {
        at += sprintf(at, "local a%d = %d\n", i, i);
    }
    at += sprintf(at, "local f = function() return 0");
    for (i = 0; i < 70; i++) {
        at += sprintf(at, " + a%d", i);
    }
    sprintf(at, " end\n");
    rules_refuse(&c, text, 71, "more than 60 upvalues");
    free(text);
    rules_close(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endless_file),
        cmocka_unit_test(test_endless_function),
        cmocka_unit_test(test_switched_off),
        cmocka_unit_test(test_memory_of_file),
        cmocka_unit_test(test_memory_of_function),
        cmocka_unit_test(test_memory_anywhere),
        cmocka_unit_test(test_memory_of_many_calls),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_slow_calls),
        cmocka_unit_test(test_limits_of_lua),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
