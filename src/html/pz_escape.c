#include "pz_escape.h"
#include "pz_scan.h"

typedef enum {
    AS_MARKUP,
    AS_SCRIPT,
    AS_STYLE
} context_t;


/* The code point at the start of `s`; *len bytes.  Not UTF-8: U+FFFD, one byte. */
static unsigned
decode(pz_str_t s, size_t *len)
{
    unsigned char c = (unsigned char) s.data[0];
    size_t        n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    unsigned      code;

    *len = 1;
    if (s.len < n || !pz_str_is_utf8(pz_str_head(s, n))) {
        return 0xfffd;
    }

    code = c & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        code = code << 6 | ((unsigned char) s.data[i] & 0x3f);
    }
    *len = n;

    return code;
}


static void
add_code(pz_sb_t *sb, unsigned code, context_t context)
{
    switch (context) {
    case AS_SCRIPT:
        if (code > 0xffff) {
            code -= 0x10000;
            pz_sb_printf(sb, "\\u%x", 0xd800 | code >> 10);
            pz_sb_printf(sb, "\\u%x", 0xdc00 | (code & 0x3ff));
        } else {
            /* four digits: code points from 0x80 on have two at the least */
            pz_sb_literal(sb, code < 0x100 ? "\\u00" : code < 0x1000 ? "\\u0" : "\\u");
            pz_sb_printf(sb, "%x", code);
        }
        break;
    case AS_STYLE:
        pz_sb_printf(sb, "\\%x ", code);
        break;
    default:
        pz_sb_printf(sb, "&#%u;", code);
    }
}


static void
add_ascii(pz_sb_t *sb, pz_str_t text, context_t context)
{
    while (text.len) {
        size_t n = 0;

        while (n < text.len && (unsigned char) text.data[n] < 0x80) {
            n++;
        }
        pz_sb_add(sb, pz_str_head(text, n));
        text = pz_str_skip(text, n);

        if (text.len) {
            unsigned code = decode(text, &n);

            add_code(sb, code, context);
            text = pz_str_skip(text, n);
        }
    }
}


void
pz_escape_attr(pz_sb_t *sb, pz_str_t text, int ascii)
{
    while (text.len) {
        size_t      n = 0;
        const char *reference = NULL;

        for ( ; n < text.len && reference == NULL; n++) {
            switch (text.data[n]) {
            case '&':
                reference = "&amp;";
                break;
            case '"':
                reference = "&quot;";
                break;
            case '\'':
                reference = "&#39;";
                break;
            case '<':
                reference = "&lt;";
                break;
            case '>':
                reference = "&gt;";
                break;
            case '\0':
                reference = "&#65533;";
                break;
            default:
                break;
            }
        }

        n -= reference != NULL;
        if (ascii) {
            add_ascii(sb, pz_str_head(text, n), AS_MARKUP);
        } else {
            pz_sb_add(sb, pz_str_head(text, n));
        }

        if (reference) {
            pz_sb_literal(sb, reference);
            n++;
        }
        text = pz_str_skip(text, n);
    }
}


void
pz_escape_html_ascii(pz_sb_t *sb, pz_str_t html)
{
    pz_scan_t       scan;
    pz_scan_event_t event;
    context_t       context = AS_MARKUP;

    /* fed at once: the scanner holds nothing but an unfinished end, which it drops */
    pz_scan_init(&scan, sb->arena, 0);
    scan.max_tag = html.len + 1;
    pz_scan_feed(&scan, html);

    do {
        const char *from = scan.p;

        event = pz_scan_next(&scan);
        if (event != PZ_SCAN_TAG) {
            add_ascii(sb, (pz_str_t) { from, (size_t) (scan.p - from) }, context);
            continue;
        }

        add_ascii(sb, (pz_str_t) { from, (size_t) (scan.tag.whole.data - from) }, context);
        add_ascii(sb, scan.tag.whole, AS_MARKUP);

        context = AS_MARKUP;
        if (!scan.tag.end && scan.tag.atom == PZ_ATOM_SCRIPT) {
            context = AS_SCRIPT;
            pz_scan_set_mode(&scan, PZ_TEXT_SCRIPT, scan.tag.name);
        } else if (!scan.tag.end && scan.tag.atom == PZ_ATOM_STYLE) {
            context = AS_STYLE;
            pz_scan_set_mode(&scan, PZ_TEXT_RAWTEXT, scan.tag.name);
        } else if (scan.tag.end) {
            pz_scan_set_mode(&scan, PZ_TEXT_DATA, PZ_STR_NONE);
        }
    } while (event != PZ_SCAN_MORE && event != PZ_SCAN_LIMIT && event != PZ_SCAN_MEMORY);
}
