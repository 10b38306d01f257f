/*
 * FAULTS, Lua: what a rule may get wrong or reach for, and what may then happen.
 */
#include "fault_case.h"

#include <lauxlib.h>
#include <lualib.h>

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax_error),
        cmocka_unit_test(test_bytecode),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_odd_errors),
        cmocka_unit_test(test_no_state_between_visitors),
        cmocka_unit_test(test_frozen_tables),
        cmocka_unit_test(test_beside_another_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
