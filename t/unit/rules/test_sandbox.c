/*
 * FAULTS, Lua: what a rule may do wrong, and what may then happen.
 */
#include "rules_case.h"

#include <lauxlib.h>
#include <lualib.h>

/* A campaign that is on when BODY says so, beside one that is always on. */
#define RULES_WHEN(body) \
    "campaign \"bad\" { when = function(visitor, ctx) " body " end, show = header { \"X-Bad\", \"1\" } }\n" \
    "campaign \"good\" { show = header { \"X-Good\", \"1\" } }\n"

/* The function fails, its campaign is out, the other one is not. */
static void
assert_fault(rules_case_t *c, const char *rule, const char *part)
{
    rules_accept(c, rule);
    rules_plan(c);
    assert_true(c->faults >= 1);
    if (part != NULL && strstr(c->fault, part) == NULL) {
        fail_msg("the fault says: %s", c->fault);
    }
    assert_string_equal(c->rule, "bad");
    assert_null(rules_header(c, "X-Bad"));
    assert_non_null(rules_header(c, "X-Good"));
}

/* L-a */
static void
test_syntax_error(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_refuse(&c, "segment \"a\" { orders = 1 }\nlocal x = = 2\n", 2, "unexpected symbol");
    rules_refuse(&c, "campaign \"a\" {\n  show = {\n", 3, "near '<eof>'");
    rules_refuse(&c, "local x = nil\nlocal y = x.z\n", 2, "attempt to index local 'x'");
    rules_close(&c);
}

/* L-b */
static void
test_bytecode(void **state)
{
    rules_case_t c;
    static const char luajit[] = "\033LJ\002\002\016\000\001\001\000\001\000\001K\000\001\000\000";
    static const char lua51[] = "\033Lua\x51";

    (void) state;
    rules_open(&c);
    rules_write(c.file, luajit, sizeof(luajit) - 1);
    c.rules = pz_ruleset_load(c.file, NULL, c.errors, RULES_ERRORS, &c.found);
    assert_null(c.rules);
    assert_non_null(strstr(c.errors[0].text, "compiled Lua"));
    rules_write(c.file, lua51, sizeof(lua51) - 1);
    assert_null(pz_ruleset_load(c.file, NULL, c.errors, RULES_ERRORS, &c.found));
    rules_close(&c);
}

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

/* L-g */
static void
test_absent(void **state)
{
    char         text[256], part[64];
    size_t       i;
    rules_case_t c;
    static const char *const names[] = {
        "pcall", "xpcall", "coroutine", "load", "loadstring", "loadfile", "dofile", "require",
        "module", "getfenv", "setfenv", "newproxy", "collectgarbage", "gcinfo", "debug", "ffi",
        "jit", "bit", "io", "os", "package", "rawset", "rawget", "rawequal", "setmetatable",
        "getmetatable", "print", "_G", "native", "use", "string.dump", "string.gsub",
        "string.gmatch", "string.match", "math.random", "math.randomseed", "table.foreach",
    };

    (void) state;
    rules_open(&c);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(text, sizeof(text), "local a = 1\nlocal x = %s\n", names[i]);
        snprintf(part, sizeof(part), "there is no '%s'", names[i]);
        rules_refuse(&c, text, 2, part);
        snprintf(text, sizeof(text), RULES_WHEN("return %s"), names[i]);
        assert_fault(&c, text, part);
    }
    rules_refuse(&c, "string.upper = 1\n", 1, "not declared");
    rules_refuse(&c, "table.insert = nil\n", 1, "not declared");
    rules_refuse(&c, "count = 1\n", 1, "write 'local count");
    rules_refuse(&c, "segment = nil\n", 1, "not declared");
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

/* L-i */
static void
test_odd_errors(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    assert_fault(&c, RULES_WHEN("error({})"), "it threw a table");
    assert_fault(&c, RULES_WHEN("error(nil)"), "it threw a nil");
    assert_fault(&c, RULES_WHEN("error()"), "it threw a nil");
    assert_fault(&c, RULES_WHEN("error(function() end)"), "it threw a function");
    assert_fault(&c, RULES_WHEN("error(visitor)"), "it threw a userdata");
    assert_fault(&c, RULES_WHEN("error(7)"), "rule.lua:1: 7");
    assert_fault(&c, RULES_WHEN("error('my words')"), "rule.lua:1: my words");
    assert_fault(&c, RULES_WHEN("error('a\\nb\\27[31m')"), "my words" + 8);
    assert_null(strchr(c.fault, '\n'));
    assert_null(strchr(c.fault, '\033'));
    assert_fault(&c, RULES_WHEN("return visitor + 1"), "perform arithmetic");
    assert_fault(&c, RULES_WHEN("return 1LL .. 'x' .. {}"), NULL);
    rules_close(&c);
}

/* L-j */
static void
test_no_state_between_visitors(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    assert_fault(&c, "local seen = 0\n"
                 RULES_WHEN("seen = seen + 1 return seen > 1"), "assigns to 'seen'");
    rules_plan(&c);
    assert_false(rules_is_chosen(&c, "bad"));

    assert_fault(&c, "local seen = {}\n"
                 RULES_WHEN("seen[visitor.name] = true"), "cannot change a table");
    assert_fault(&c, "local seen = { deep = { er = {} } }\n"
                 RULES_WHEN("seen.deep.er.x = 1"), "cannot change a table");
    assert_fault(&c, "local seen = {}\n"
                 RULES_WHEN("table.insert(seen, 1)"), "cannot change a table");
    assert_fault(&c, "local n = 0\nlocal function count() n = n + 1 return n end\n"
                 RULES_WHEN("return count() > 1"), "assigns to 'n'");
    assert_fault(&c, "local n = 0\nlocal t = { f = function() n = n + 1 end }\n"
                 RULES_WHEN("t.f()"), "assigns to 'n'");
    assert_fault(&c, RULES_WHEN("total = 1"), "'total' is not declared");
    assert_fault(&c, RULES_WHEN("visitor.name = 'x'"), "cannot change the visitor");
    assert_fault(&c, RULES_WHEN("ctx.path = 'x'"), "cannot change the context");
    assert_fault(&c, RULES_WHEN("segment(\"late\", function() end)"), "outside functions");
    assert_fault(&c, RULES_WHEN("header { 'X', 'y' }"), "outside functions");

    /* changed and then failed: put back all the same */
    rules_accept(&c, "local who = 'nobody'\n"
                 "campaign \"bad\" { when = function(v) who = v.name error('x') end, show = header { \"X-Bad\", \"1\" } }\n"
                 "campaign \"b\" { when = function(v) return who == 'nobody' end, show = header { \"X-B\", \"1\" } }\n");
    rules_field(&c, "name", "Ann");
    rules_plan(&c);
    assert_int_equal(c.faults, 1);
    rules_next_visitor(&c, "v2");
    rules_plan(&c);
    assert_non_null(rules_header(&c, "X-B"));
    rules_close(&c);
}

/* Tables of the file can be read in every way that tables are. */
static void
test_frozen_tables(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    rules_accept(&c, "local words = { th = { 'a', 'b' }, en = { 'c' } }\n"
                 "local function pick(l) return words[l] or words.en end\n"
                 RULES_WHEN("local n, keys = 0, 0 "
                            "for i, w in ipairs(pick('th')) do n = n + i end "
                            "for k, v in pairs(words) do keys = keys + #v end "
                            "return n == 3 and keys == 3 and #words.th == 2 "
                            "and table.concat(words.th, '-') == 'a-b' and type(words) == 'table' "
                            "and words.th == words.th and next(words.en) == 1 "
                            "and select('#', unpack(words.th)) == 2 and words.none == nil"));
    rules_plan(&c);
    assert_int_equal(c.faults, 0);
    assert_true(rules_is_chosen(&c, "bad"));
    rules_close(&c);
}

/* H25: lua-nginx-module's states in the same process keep their JIT, hooks and libraries. */
static void
test_beside_another_state(void **state)
{
    int          i;
    lua_State   *other = luaL_newstate();
    rules_case_t c;
    static const char look[] =
        "local on = jit.status()\n"
        "local n = 0 for i = 1, 1e5 do n = n + i end\n"
        "return on and debug.gethook() == nil and n == 5000050000 and ('abc'):match('b') == 'b'"
        " and getmetatable('').__metatable == nil and pcall ~= nil";

    (void) state;
    assert_non_null(other);
    luaL_openlibs(other);
    rules_open(&c);
    for (i = 0; i < 3; i++) {
        assert_fault(&c, RULES_WHEN("while true do end"), "too long");
        assert_int_equal(luaL_dostring(other, look), 0);
        assert_true(lua_toboolean(other, -1));
        lua_settop(other, 0);
    }
    lua_close(other);
    rules_plan(&c);
    assert_true(rules_is_chosen(&c, "good"));
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
        cmocka_unit_test(test_syntax_error),
        cmocka_unit_test(test_bytecode),
        cmocka_unit_test(test_endless_file),
        cmocka_unit_test(test_endless_function),
        cmocka_unit_test(test_switched_off),
        cmocka_unit_test(test_memory_of_file),
        cmocka_unit_test(test_memory_of_function),
        cmocka_unit_test(test_memory_anywhere),
        cmocka_unit_test(test_memory_of_many_calls),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_slow_calls),
        cmocka_unit_test(test_odd_errors),
        cmocka_unit_test(test_no_state_between_visitors),
        cmocka_unit_test(test_frozen_tables),
        cmocka_unit_test(test_beside_another_state),
        cmocka_unit_test(test_limits_of_lua),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
