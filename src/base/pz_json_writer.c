#include "pz_json.h"

#include <math.h>

void
pz_json_begin(pz_json_writer_t *w, pz_sb_t *sb)
{
    w->sb = sb;
    w->comma = 0;
}

static void
pz_json_item(pz_json_writer_t *w)
{
    if (w->comma) {
        pz_sb_byte(w->sb, ',');
    }
    w->comma = 1;
}

static void
pz_json_open(pz_json_writer_t *w, char bracket)
{
    pz_json_item(w);
    pz_sb_byte(w->sb, bracket);
    w->comma = 0;
}

static void
pz_json_close(pz_json_writer_t *w, char bracket)
{
    pz_sb_byte(w->sb, bracket);
    w->comma = 1;
}

void
pz_json_object(pz_json_writer_t *w)
{
    pz_json_open(w, '{');
}

void
pz_json_object_end(pz_json_writer_t *w)
{
    pz_json_close(w, '}');
}

void
pz_json_array(pz_json_writer_t *w)
{
    pz_json_open(w, '[');
}

void
pz_json_array_end(pz_json_writer_t *w)
{
    pz_json_close(w, ']');
}

static int
pz_json_is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<'
           && c != '>' && c != '&';
}

static void
pz_json_escape(pz_sb_t *sb, unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        pz_sb_byte(sb, '\\');
        pz_sb_byte(sb, (char) c);
        return;
    case '\n':
        pz_sb_literal(sb, "\\n");
        return;
    case '\r':
        pz_sb_literal(sb, "\\r");
        return;
    case '\t':
        pz_sb_literal(sb, "\\t");
        return;
    default:
        pz_sb_printf(sb, "\\u%04x", c);
    }
}

/* One character beyond ASCII, or one bad byte; returns how far it reached. */
static size_t
pz_json_character(pz_sb_t *sb, pz_str_t rest)
{
    size_t len = pz_str_utf8_head(rest);

    if (len == 0) {
        pz_sb_literal(sb, "\xef\xbf\xbd");
        return 1;
    }
    /* a line end to JavaScript before ES2019 */
    if (pz_str_starts(rest, PZ_STR("\xe2\x80\xa8"))) {
        pz_sb_literal(sb, "\\u2028");
    } else if (pz_str_starts(rest, PZ_STR("\xe2\x80\xa9"))) {
        pz_sb_literal(sb, "\\u2029");
    } else {
        pz_sb_add(sb, pz_str_head(rest, len));
    }
    return len;
}

static void
pz_json_quoted(pz_sb_t *sb, pz_str_t text)
{
    size_t run;

    pz_sb_byte(sb, '"');
    while (text.len != 0) {
        for (run = 0; run < text.len; run++) {
            if (!pz_json_is_plain((unsigned char) text.data[run])) {
                break;
            }
        }
        pz_sb_add(sb, pz_str_head(text, run));
        text = pz_str_skip(text, run);
        if (text.len == 0) {
            break;
        }
        if ((unsigned char) text.data[0] < 0x80) {
            pz_json_escape(sb, (unsigned char) text.data[0]);
            text = pz_str_skip(text, 1);
        } else {
            text = pz_str_skip(text, pz_json_character(sb, text));
        }
    }
    pz_sb_byte(sb, '"');
}

void
pz_json_key(pz_json_writer_t *w, pz_str_t name)
{
    pz_json_item(w);
    pz_json_quoted(w->sb, name);
    pz_sb_byte(w->sb, ':');
    w->comma = 0;
}

void
pz_json_string(pz_json_writer_t *w, pz_str_t text)
{
    pz_json_item(w);
    pz_json_quoted(w->sb, text);
}

void
pz_json_number(pz_json_writer_t *w, double number)
{
    if (!isfinite(number)) {
        pz_json_null(w);
        return;
    }
    pz_json_item(w);
    pz_sb_number(w->sb, number);
}

void
pz_json_bool(pz_json_writer_t *w, int truth)
{
    pz_json_item(w);
    pz_sb_literal(w->sb, truth ? "true" : "false");
}

void
pz_json_null(pz_json_writer_t *w)
{
    pz_json_item(w);
    pz_sb_literal(w->sb, "null");
}
