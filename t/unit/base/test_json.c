#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena_case.h"
#include "pz_json.h"

static void
write_all(pz_json_writer_t *w)
{
    pz_json_object(w);
    pz_json_key(w, PZ_STR("a\"b"));
    pz_json_string(w, PZ_STR("</script> & \\ \n\r\t\x01\x7f"));
    pz_json_key(w, PZ_STR("list"));
    pz_json_array(w);
    pz_json_number(w, 12.5);
    pz_json_number(w, NAN);
    pz_json_bool(w, 1);
    pz_json_bool(w, 0);
    pz_json_null(w);
    pz_json_array(w);
    pz_json_array_end(w);
    pz_json_object(w);
    pz_json_object_end(w);
    pz_json_array_end(w);
    pz_json_key(w, PZ_STR("ไทย"));
    pz_json_string(w, PZ_STR("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\xff\xe0\xb8"));
    pz_json_object_end(w);
}

static void
test_writer(void **state)
{
    pz_sb_t          sb;
    pz_str_t         text;
    pz_json_writer_t w;

    (void) state;
    pz_sb_init(&sb, arena, SIZE_MAX);
    pz_json_begin(&w, &sb);
    write_all(&w);
    assert_int_equal(pz_sb_done(&sb, &text), 0);
    assert_string_equal(text.data,
        "{\"a\\\"b\":\"\\u003c/script\\u003e \\u0026 \\\\ \\n\\r\\t\\u0001\\u007f\","
        "\"list\":[12.5,null,true,false,null,[],{}],"
        "\"ไทย\":\"\\u2028\\u2029\xe2\x80\xaa\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
}

/* Every byte, written and read, is itself (or U+FFFD). */
static void
test_round_trip(void **state)
{
    int              i;
    char             c;
    pz_sb_t          sb;
    pz_str_t         text;
    pz_json_t       *value;
    pz_json_writer_t w;

    (void) state;
    for (i = 0; i < 256; i++) {
        c = (char) i;
        pz_sb_init(&sb, arena, SIZE_MAX);
        pz_json_begin(&w, &sb);
        pz_json_string(&w, (pz_str_t) { &c, 1 });
        assert_int_equal(pz_sb_done(&sb, &text), 0);
        assert_int_equal(pz_str_find_byte(text, '<'), -1);
        assert_int_equal(pz_str_find_byte(text, '>'), -1);
        assert_int_equal(pz_str_find_byte(text, '&'), -1);
        value = pz_json_read(arena, text, NULL);
        assert_non_null(value);
        assert_true(pz_str_eq(value->text, i < 128 ? (pz_str_t) { &c, 1 }
                              : PZ_STR("\xef\xbf\xbd")));
    }
}

static void
test_reader(void **state)
{
    pz_json_t       *value;
    const pz_json_t *list;

    (void) state;
    value = pz_json_read(arena, PZ_STR("\xef\xbb\xbf {\"a\" : -1.5e2 ,\n\"b\":[true,false,"
                         "null,\"x\\u0e01\\ud83d\\ude00\\ud800\\n\\/\"],\"a\":2, \"\":{}} "),
                         NULL);
    assert_non_null(value);
    assert_int_equal(value->type, PZ_JSON_OBJECT);
    assert_true(value->first->number == -150);
    assert_true(pz_str_eq(value->first->text, PZ_STR("-1.5e2")));
    assert_true(pz_json_member(value, PZ_STR("a"))->number == 2);
    assert_null(pz_json_member(value, PZ_STR("c")));
    assert_null(pz_json_member(NULL, PZ_STR("c")));

    list = pz_json_member(value, PZ_STR("b"));
    assert_null(pz_json_member(list, PZ_STR("b")));
    assert_int_equal(list->type, PZ_JSON_ARRAY);
    list = list->first;
    assert_true(list->type == PZ_JSON_BOOL && list->number == 1);
    list = list->next;
    assert_true(list->type == PZ_JSON_BOOL && list->number == 0);
    list = list->next;
    assert_int_equal(list->type, PZ_JSON_NULL);
    list = list->next;
    assert_true(pz_str_eq(list->text, PZ_STR("xก\xf0\x9f\x98\x80\xef\xbf\xbd\n/")));
    assert_null(list->next);
    assert_int_equal(pz_json_member(value, PZ_STR(""))->type, PZ_JSON_OBJECT);
}

static void
test_reader_refuses(void **state)
{
    static const char *bad[] = {
        "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "tru", "True",
        "nul", "01", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x1", "1e999", "NaN",
        "Infinity", "\"", "\"\\\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"",
        "\"\x01\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\\\xff\"", "1 2", "[1]]", "{}{}",
        "/* */1", "1//", "\xef\xbb\xbf\xef\xbb\xbf" "1", "\"\\ud83d\\u12\"", "\"\\u"
    };
    size_t     i;
    pz_error_t error;

    (void) state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        memset(&error, 0, sizeof(error));
        assert_null(pz_json_read(arena, pz_str_from(bad[i]), &error));
        assert_true(error.line >= 1);
        assert_int_equal(strncmp(error.text, "JSON: ", 6), 0);
    }
    assert_null(pz_json_read(arena, PZ_STR("1\0"), NULL));
    assert_null(pz_json_read(arena, PZ_STR("\"\\\0\""), NULL));
    assert_null(pz_json_read(arena, PZ_STR("{\n\n  \"a\": oops\n}"), &error));
    assert_int_equal(error.line, 3);
}

static void
test_depth(void **state)
{
    char      *text = malloc(200000);
    pz_error_t error;

    (void) state;
    memset(text, '[', 200000);
    assert_null(pz_json_read(arena, (pz_str_t) { text, 200000 }, &error));
    assert_non_null(strstr(error.text, "32"));
    memset(text + 32, ']', 32);
    assert_non_null(pz_json_read(arena, (pz_str_t) { text, 64 }, NULL));
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    assert_null(pz_json_read(arena, (pz_str_t) { text, 66 }, NULL));
    free(text);
}

static int
build(pz_arena_t *in, pz_error_t *error)
{
    return pz_json_read(in, PZ_STR("{\"a\":[1,\"\\u0e01\\n\"],\"b\\t\":{\"c\":null}}"), error)
           != NULL;
}

static void
test_budget(void **state)
{
    (void) state;
    arena_try_budgets(1024, build);
}

/* A truncated document is refused wherever it is cut. */
static void
test_truncated(void **state)
{
    size_t   len;
    pz_str_t text = PZ_STR("{\"a\":[1.5e3,\"\\ud83d\\ude00\",true,null],\"ก\":{}}");

    (void) state;
    for (len = 0; len < text.len; len++) {
        assert_null(pz_json_read(arena, pz_str_head(text, len), NULL));
    }
    assert_non_null(pz_json_read(arena, text, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_reader),
        cmocka_unit_test(test_reader_refuses),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_truncated),
    };

    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
