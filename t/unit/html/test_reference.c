/* Values with references in them; t/judge/references.mjs has all the names. */

#include "rewrite_case.h"

#include "pz_reference.h"

static void
test_decode(void **state)
{
    static const char *const cases[][2] = {
        { "", "" }, { "a", "a" }, { "a&amp;b", "a&b" }, { "a&ampb", "a&ampb" }, { "&amp", "&" },
        { "&amp=", "&amp=" }, { "&amp;=", "&=" }, { "&notin;", "\xe2\x88\x89" }, { "&notit;", "&notit;" },
        { "&not-", "\xc2\xac-" }, { "&zwnj;", "\xe2\x80\x8c" }, { "&zwnj", "&zwnj" },
        { "&AElig;&Aacute", "\xc3\x86\xc3\x81" }, { "&fjlig;", "fj" }, { "&NotSubset;", "\xe2\x8a\x82\xe2\x83\x92" },
        { "&", "&" }, { "&;", "&;" }, { "&#;", "&#;" }, { "&#x;", "&#x;" }, { "&#xg", "&#xg" },
        { "&#65;&#x42&#X43;", "ABC" }, { "&#0;&#xd800;&#x110000;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "&#99999999999999999999;", "\xef\xbf\xbd" }, { "&#128;", "\xe2\x82\xac" },
        { "a\r\nb\rc\n", "a\nb\nc\n" }, { "&amp;amp;", "&amp;" }, { "?a=1&copy=2&reg;", "?a=1&copy=2\xc2\xae" },
    };
    pz_arena_t *arena = pz_arena_create(1 << 20, 0);
    pz_sb_t     sb;

    (void) state;
    pz_sb_init(&sb, arena, 100);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pz_str_t value = pz_str_from(cases[i][0]), plain;
        char    *copy = malloc(value.len + 1);

        /* at the end of its memory: ASAN sees what is read behind it */
        memcpy(copy, value.data, value.len);
        plain = pz_reference_decode(&sb, (pz_str_t) { copy, value.len });
        assert_int_equal(plain.len, strlen(cases[i][1]));
        assert_memory_equal(plain.data, cases[i][1], plain.len);
        free(copy);
    }
    assert_false(sb.failed);

    /* no room: the value as it is written */
    pz_sb_init(&sb, arena, 4);
    assert_int_equal(pz_reference_decode(&sb, PZ_STR("abcdefgh&amp;")).len, 13);
    assert_true(sb.failed);
    pz_arena_destroy(arena);
}

static void
test_selectors(void **state)
{
    static const rewrite_case_t cases[] = {
        { "[t='a&b']", PZ_EDIT_APPEND, "", "+", "<p t='a&amp;b'>", "<p t='a&amp;b'>+", PZ_OUTCOME_DONE },
        { "[t^='a&'][t$='&b'][t*='&']", PZ_EDIT_APPEND, "", "+", "<p t='a&amp;b'>", "<p t='a&amp;b'>+",
          PZ_OUTCOME_DONE },
        { "[t='a&amp;b']", PZ_EDIT_APPEND, "", "+", "<p t='a&amp;b'>", "<p t='a&amp;b'>", PZ_OUTCOME_DONE },
        { "[t~='b' i]", PZ_EDIT_APPEND, "", "+", "<p t='a&#32;&#66;'>", "<p t='a&#32;&#66;'>+",
          PZ_OUTCOME_DONE },
        { ".\\[\\&\\>p\\]\\:mt", PZ_EDIT_APPEND, "", "+", "<p class='x [&amp;>p]:mt y'>",
          "<p class='x [&amp;>p]:mt y'>+", PZ_OUTCOME_DONE },
        { "p.\\[\\&\\>p\\]\\:mt.y", PZ_EDIT_APPEND, "", "+", "<p class='x [&>p]:mt y'>",
          "<p class='x [&>p]:mt y'>+", PZ_OUTCOME_DONE },
        { "#a\\&b", PZ_EDIT_APPEND, "", "+", "<p id='a&amp;b'>", "<p id='a&amp;b'>+", PZ_OUTCOME_DONE },
        { "[t='']", PZ_EDIT_APPEND, "", "+", "<p t>", "<p t>+", PZ_OUTCOME_DONE },
        { "#x.\\&", PZ_EDIT_APPEND, "", "+", "<p id=x class='&amp;'>", "<p id=x class='&amp;'>+",
          PZ_OUTCOME_DONE },
    };

    (void) state;
    check_cases(cases, sizeof(cases) / sizeof(cases[0]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_selectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
