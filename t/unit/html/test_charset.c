#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pz_charset.h"

#define HEAD(bytes)  ((pz_str_t) { (bytes), sizeof(bytes) - 1 })

static void
check(const char *transport, pz_str_t head, pz_charset_t expected)
{
    assert_int_equal(pz_charset_sniff(pz_str_from(transport), head), expected);
}

static void
test_transport(void **state)
{
    (void) state;
    check("utf-8", HEAD(""), PZ_CHARSET_UTF8);
    check(" UTF8 ", HEAD(""), PZ_CHARSET_UTF8);
    check("windows-874", HEAD("<meta charset=utf-8>"), PZ_CHARSET_ASCII);
    check("TIS-620", HEAD(""), PZ_CHARSET_ASCII);
    check("Shift_JIS", HEAD(""), PZ_CHARSET_ASCII);
    check("gb18030", HEAD(""), PZ_CHARSET_ASCII);
    check("utf-16", HEAD(""), PZ_CHARSET_OPAQUE);
    check("UTF-16LE", HEAD(""), PZ_CHARSET_OPAQUE);
    check("utf-32", HEAD(""), PZ_CHARSET_OPAQUE);
    check("ISO-2022-JP", HEAD(""), PZ_CHARSET_OPAQUE);
    check("", HEAD(""), PZ_CHARSET_ASCII);
}

static void
test_bom(void **state)
{
    (void) state;
    check("windows-1252", HEAD("\xef\xbb\xbf<p>"), PZ_CHARSET_UTF8);
    check("utf-8", HEAD("\xff\xfe<\0p\0"), PZ_CHARSET_OPAQUE);
    check("utf-8", HEAD("\xfe\xff\0<\0p"), PZ_CHARSET_OPAQUE);
    check("", HEAD("<\0?\0x\0"), PZ_CHARSET_OPAQUE);
}

static void
test_meta(void **state)
{
    (void) state;
    check("", HEAD("<meta charset=utf-8>"), PZ_CHARSET_UTF8);
    check("", HEAD("<html><head><META CharSet = 'UTF-8' >"), PZ_CHARSET_UTF8);
    check("", HEAD("<meta charset=\"tis-620\"><meta charset=utf-8>"), PZ_CHARSET_ASCII);
    check("", HEAD("<meta http-equiv=Content-Type content='text/html; charset=utf-8'>"),
          PZ_CHARSET_UTF8);
    check("", HEAD("<meta content='text/html; charset = \"utf-8\"' http-equiv=content-type>"),
          PZ_CHARSET_UTF8);
    check("", HEAD("<meta content='charset=utf-8'>"), PZ_CHARSET_ASCII);
    check("", HEAD("<!-- <meta charset=utf-8> -->"), PZ_CHARSET_ASCII);
    check("", HEAD("<a x='<meta charset=utf-8>'>"), PZ_CHARSET_ASCII);
    check("", HEAD("<!-- > --><p title='>'><meta charset=utf-8>"), PZ_CHARSET_UTF8);
    check("", HEAD("<meta charset=utf-16>"), PZ_CHARSET_UTF8);
    check("", HEAD("<meta charset=iso-2022-jp>"), PZ_CHARSET_OPAQUE);
    check("", HEAD("<meta charset=utf-8"), PZ_CHARSET_ASCII);
    check("", HEAD("<meta http-equiv=content-type content>"), PZ_CHARSET_ASCII);
}

/* Only the first 1,024 bytes count. */
static void
test_far(void **state)
{
    char head[2048];

    (void) state;
    memset(head, ' ', sizeof(head));
    memcpy(head + 1000, "<meta charset=utf-8>", 20);
    check("", (pz_str_t) { head, sizeof(head) }, PZ_CHARSET_UTF8);
    memset(head, ' ', sizeof(head));
    memcpy(head + 1010, "<meta charset=utf-8>", 20);
    check("", (pz_str_t) { head, sizeof(head) }, PZ_CHARSET_ASCII);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transport),
        cmocka_unit_test(test_bom),
        cmocka_unit_test(test_meta),
        cmocka_unit_test(test_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
