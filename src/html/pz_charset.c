#include "pz_charset.h"
#include "pz_find.h"
#include "pz_tag.h"

/* What each label of the Encoding standard means for inserting text. */
static const char *const utf8_labels[] = {
    "utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8",
};

/* Bytes below 0x80 are not (always) ASCII here. */
static const char *const opaque_labels[] = {
    "utf-16", "utf-16le", "utf-16be", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode",
    "unicodefeff", "unicodefffe", "utf-32", "utf-32le", "utf-32be", "ucs-4", "utf-7",
    "iso-2022-jp", "csiso2022jp", "iso-2022-kr", "csiso2022kr", "iso-2022-cn",
    "iso-2022-cn-ext", "hz-gb-2312", "replacement", "ebcdic-us", "ibm037", "cp037", "ibm1047",
    "ibm500",
};


static int
listed(pz_str_t label, const char *const *labels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (pz_str_ieq(label, pz_str_from(labels[i]))) {
            return 1;
        }
    }

    return 0;
}


/*
 * An unknown label is taken for an ASCII-compatible one: browsers then fall
 * back to one that is, and references are right in each of them.
 */
static pz_charset_t
from_label(pz_str_t label)
{
    label = pz_str_trim(label);

    if (listed(label, utf8_labels, sizeof(utf8_labels) / sizeof(utf8_labels[0]))) {
        return PZ_CHARSET_UTF8;
    }

    if (listed(label, opaque_labels, sizeof(opaque_labels) / sizeof(opaque_labels[0]))) {
        return PZ_CHARSET_OPAQUE;
    }

    return PZ_CHARSET_ASCII;
}


/* "charset=..." in a meta's content attribute (HTML 2.5.3). */
static pz_str_t
from_content(pz_str_t content)
{
    const char *p = content.data, *end = p + content.len, *from;

    for ( ; end - p >= 7; p++) {
        if (!pz_str_ieq((pz_str_t) { p, 7 }, PZ_STR("charset"))) {
            continue;
        }

        p += 7;
        while (p < end && pz_is_space(*p)) {
            p++;
        }
        if (p == end || *p != '=') {
            p--;
            continue;
        }
        do {
            p++;
        } while (p < end && pz_is_space(*p));

        if (p < end && (*p == '"' || *p == '\'')) {
            from = p + 1;
            p = pz_find(from, end, *p);
            return p == end ? PZ_STR_NONE : (pz_str_t) { from, (size_t) (p - from) };
        }

        for (from = p; p < end && !pz_is_space(*p) && *p != ';'; p++) { /* void */ }
        return (pz_str_t) { from, (size_t) (p - from) };
    }

    return PZ_STR_NONE;
}


/*
 * The standard's prescan (HTML 13.2.3.2) on one tag: what charset a meta names,
 * empty for none.
 */
static pz_str_t
from_meta(const char *name_end, const char *end)
{
    pz_tag_t  tag = { .name = { name_end, 0 } };
    pz_attr_t attr;
    pz_str_t  label = PZ_STR_NONE;
    const char *close = pz_tag_walk(&tag, name_end, end);

    if (close == NULL) {
        return label;
    }
    tag.whole = (pz_str_t) { name_end, (size_t) (close - name_end) };

    if (pz_tag_find_attr(&tag, PZ_STR("charset"), &attr)) {
        return attr.value;
    }

    if (pz_tag_find_attr(&tag, PZ_STR("http-equiv"), &attr)
        && pz_str_ieq(attr.value, PZ_STR("content-type"))
        && pz_tag_find_attr(&tag, PZ_STR("content"), &attr) && attr.value.len)
    {
        label = from_content(attr.value);
    }

    return label;
}


/* Behind a comment, a tag or anything else that begins with '<' at `p`. */
static const char *
skip_markup(const char *p, const char *end)
{
    pz_tag_t tag;

    if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
        ptrdiff_t close = pz_str_find((pz_str_t) { p + 2, (size_t) (end - p - 2) },
                                      PZ_STR("-->"));
        return close < 0 ? end : p + 2 + close + 3;
    }

    if (end - p >= 2 && (p[1] == '!' || p[1] == '?' || (p[1] == '/' && end - p >= 3
        && !pz_is_alpha(p[2]))))
    {
        return pz_find(p, end, '>');
    }

    if (end - p >= 3 && (pz_is_alpha(p[1]) || p[1] == '/')) {
        const char *name = p + 1 + (p[1] == '/');

        p = pz_tag_walk(&tag, pz_find_space(name, end, '/', '>'), end);
        return p ? p : end;
    }

    return p + 1;
}


static pz_charset_t
prescan(pz_str_t head)
{
    const char *p = head.data, *end;

    if (head.len == 0) {
        return PZ_CHARSET_ASCII;
    }
    end = p + head.len;

    while ((p = pz_find(p, end, '<')) < end) {
        if (end - p > 6 && pz_str_ieq((pz_str_t) { p + 1, 4 }, PZ_STR("meta"))
            && (pz_is_space(p[5]) || p[5] == '/'))
        {
            pz_str_t label = pz_str_trim(from_meta(p + 5, end));

            if (label.len) {
                /* a page that could be read this far is not in UTF-16 */
                if (pz_str_ieq(pz_str_head(label, 6), PZ_STR("utf-16"))) {
                    return PZ_CHARSET_UTF8;
                }
                return from_label(label);
            }
        }

        p = skip_markup(p, end);
    }

    return PZ_CHARSET_ASCII;
}


static int
is_bom(pz_str_t head, const char *bom, size_t len)
{
    return head.len >= len && memcmp(head.data, bom, len) == 0;
}


pz_charset_t
pz_charset_sniff(pz_str_t transport, pz_str_t head)
{
    head = pz_str_head(head, PZ_CHARSET_SNIFF);

    if (is_bom(head, "\xef\xbb\xbf", 3)) {
        return PZ_CHARSET_UTF8;
    }

    if (is_bom(head, "\xfe\xff", 2) || is_bom(head, "\xff\xfe", 2)
        || is_bom(head, "\0\0\xfe\xff", 4))
    {
        return PZ_CHARSET_OPAQUE;
    }

    transport = pz_str_trim(transport);
    if (transport.len) {
        return from_label(transport);
    }

    /* UTF-16 without a mark: the standard's prescan knows its XML declaration */
    if (is_bom(head, "\0<\0?", 4) || is_bom(head, "<\0?\0", 4)) {
        return PZ_CHARSET_OPAQUE;
    }

    return prescan(head);
}
