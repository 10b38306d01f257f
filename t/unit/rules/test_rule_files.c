/*
 * Which files a rule set is made of, and when it has changed.
 */
#include "rules_case.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "pz_rule_files.h"

static void
write_in(const rules_case_t *c, const char *name, const char *text)
{
    char file[256];

    snprintf(file, sizeof(file), "%s/%s", c->folder, name);
    rules_write(file, text, strlen(text));
}

static void
remove_in(const rules_case_t *c, const char *name)
{
    char file[256];

    snprintf(file, sizeof(file), "%s/%s", c->folder, name);
    unlink(file);
}

static pz_ruleset_t *
load_in(rules_case_t *c, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s%s", c->folder, name);
    return pz_ruleset_load(path, NULL, c->errors, RULES_ERRORS, &c->found);
}

static void
test_folder(void **state)
{
    rules_case_t  c;
    pz_ruleset_t *rules;

    (void) state;
    rules_open(&c);
    rules = load_in(&c, "");
    assert_non_null(rules);    /* an empty folder is no rules, and no error */
    assert_int_equal(pz_ruleset_campaigns(rules)->ncampaigns, 0);
    pz_ruleset_release(rules);

    write_in(&c, "b.lua", "campaign \"b\" { show = remove { at = \"p\" } }");
    write_in(&c, "a.lua", "campaign \"a\" { show = remove { at = \"p\" } }");
    write_in(&c, ".hidden.lua", "syntax error");
    write_in(&c, "note.txt", "syntax error");
    rules = load_in(&c, "");
    assert_non_null(rules);
    assert_int_equal(pz_ruleset_campaigns(rules)->ncampaigns, 2);
    assert_string_equal(pz_ruleset_campaigns(rules)->campaigns[0].name.data, "a");
    pz_ruleset_release(rules);

    rules = load_in(&c, "/[b-z]*.lua");
    assert_non_null(rules);
    assert_int_equal(pz_ruleset_campaigns(rules)->ncampaigns, 1);
    pz_ruleset_release(rules);

    assert_null(load_in(&c, "/none*.lua"));
    assert_non_null(strstr(c.errors[0].text, "matches nothing"));
    assert_null(load_in(&c, "/missing.lua"));

    /* the same name in two files: the second one says where the first is */
    write_in(&c, "c.lua", "\ncampaign \"a\" { show = remove { at = \"p\" } }");
    assert_null(load_in(&c, ""));
    assert_non_null(strstr(c.errors[0].file, "c.lua"));
    assert_int_equal(c.errors[0].line, 2);
    assert_non_null(strstr(c.errors[0].text, "a.lua:1"));

    /* one broken file: all errors, no rules */
    write_in(&c, "c.lua", "segment 5 +");
    assert_null(load_in(&c, ""));
    assert_non_null(strstr(c.errors[0].file, "c.lua"));

    remove_in(&c, "a.lua");
    remove_in(&c, "b.lua");
    remove_in(&c, "c.lua");
    remove_in(&c, ".hidden.lua");
    remove_in(&c, "note.txt");
    rules_close(&c);
}

/* L-m */
static void
test_many_and_large(void **state)
{
    int           i;
    char          name[32], text[128], *large;
    rules_case_t  c;
    pz_ruleset_t *rules;

    (void) state;
    rules_open(&c);
    for (i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "f%04d.lua", i);
        snprintf(text, sizeof(text), "campaign \"c%d\" { show = header { \"X\", \"{{ name }}\" } }", i);
        write_in(&c, name, text);
    }
    rules = pz_ruleset_load(c.folder, &(pz_ruleset_limits_t) { .load_time = 20000 }, c.errors,
                            RULES_ERRORS, &c.found);
    assert_non_null(rules);
    assert_int_equal(pz_ruleset_campaigns(rules)->ncampaigns, 1000);
    pz_ruleset_release(rules);
    for (i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "f%04d.lua", i);
        remove_in(&c, name);
    }

    large = malloc(PZ_RULE_FILE_MAX + 2);
    assert_non_null(large);
    memset(large, '\n', PZ_RULE_FILE_MAX + 1);
    rules_write(c.file, large, PZ_RULE_FILE_MAX);
    rules = pz_ruleset_load(c.file, NULL, c.errors, RULES_ERRORS, &c.found);
    assert_non_null(rules);
    pz_ruleset_release(rules);
    rules_write(c.file, large, PZ_RULE_FILE_MAX + 1);
    assert_null(pz_ruleset_load(c.file, NULL, c.errors, RULES_ERRORS, &c.found));
    assert_non_null(strstr(c.errors[0].text, "larger than 1048576 bytes"));
    free(large);
    rules_close(&c);
}

static void
test_not_a_file(void **state)
{
    rules_case_t c;

    (void) state;
    rules_open(&c);
    assert_int_equal(mkfifo(c.file, 0600), 0);
    assert_null(pz_ruleset_load(c.file, NULL, c.errors, RULES_ERRORS, &c.found));
    assert_non_null(strstr(c.errors[0].text, "regular file"));
    unlink(c.file);
    assert_int_equal(symlink("nowhere", c.file), 0);
    assert_null(pz_ruleset_load(c.folder, NULL, c.errors, RULES_ERRORS, &c.found));
    assert_non_null(strstr(c.errors[0].text, "No such file"));
    rules_close(&c);
}

/* L-l: any change shows; no change does not */
static void
test_fingerprint(void **state)
{
    uint64_t        before, now;
    rules_case_t    c;
    struct timespec same[2];
    struct stat     st;

    (void) state;
    rules_open(&c);
    assert_int_equal(pz_ruleset_fingerprint("/nonexistent/rules"), 0);
    write_in(&c, "a.lua", "local a = 1");
    before = pz_ruleset_fingerprint(c.folder);
    assert_true(before != 0);
    assert_true(before == pz_ruleset_fingerprint(c.folder));

    write_in(&c, "b.lua", "");
    now = pz_ruleset_fingerprint(c.folder);
    assert_true(now != before);
    remove_in(&c, "b.lua");
    assert_true(pz_ruleset_fingerprint(c.folder) == before);

    /* another file of the same size, put in place with the same mtime */
    snprintf(c.file, sizeof(c.file), "%s/a.lua", c.folder);
    assert_int_equal(stat(c.file, &st), 0);
    write_in(&c, "new", "local a = 2");
    snprintf(c.file, sizeof(c.file), "%s/new", c.folder);
    same[0] = same[1] = st.st_mtim;
    assert_int_equal(utimensat(AT_FDCWD, c.file, same, 0), 0);
    {
        char to[128];

        snprintf(to, sizeof(to), "%s/a.lua", c.folder);
        assert_int_equal(rename(c.file, to), 0);
    }
    assert_true(pz_ruleset_fingerprint(c.folder) != before);
    remove_in(&c, "a.lua");
    rules_close(&c);
}

/* A request keeps the set that decided it. */
static void
test_references(void **state)
{
    rules_case_t  c;
    pz_ruleset_t *old;

    (void) state;
    rules_open(&c);
    rules_accept(&c, "campaign \"c\" { show = header { \"X\", \"1\" } }");
    old = c.rules;
    pz_ruleset_hold(old);
    rules_accept(&c, "campaign \"d\" { show = header { \"X\", \"2\" } }");
    assert_string_equal(pz_ruleset_campaigns(old)->campaigns[0].name.data, "c");
    pz_ruleset_release(old);
    rules_close(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_many_and_large),
        cmocka_unit_test(test_not_a_file),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_references),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
