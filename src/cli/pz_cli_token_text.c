#include "pz_cli_token_text.h"

#include <stdio.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd";


static void
put_ascii(pz_cli_token_text_t *t, char c, int flags)
{
    int after_cr = t->after_cr;

    t->after_cr = c == '\r';
    if (c == '\n' && after_cr) {
        return;
    }

    switch (c) {
    case '\r':
    case '\n':
        fputs("\\n", stdout);
        return;
    case '"':
    case '\\':
        putchar('\\');
        putchar(c);
        return;
    case '\0':
        fputs(flags & PZ_CLI_TEXT_KEEP_NUL ? "\\u0000" : replacement, stdout);
        return;
    default:
        break;
    }

    if ((unsigned char) c < 0x20 || c == 0x7f) {
        printf("\\u%04x", (unsigned) (unsigned char) c);
    } else {
        putchar(flags & PZ_CLI_TEXT_LOWER ? pz_lower(c) : c);
    }
}


static unsigned
length_of(unsigned char first)
{
    return first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
}


/* A byte above 0x7f: write the character when it is whole. */
static void
put_high(pz_cli_token_text_t *t, char c)
{
    t->after_cr = 0;

    if (t->ncut && ((unsigned char) c & 0xc0) != 0x80) {
        pz_cli_token_text_end(t);
    }

    t->cut[t->ncut++] = c;
    if (t->ncut < length_of((unsigned char) t->cut[0])) {
        return;
    }

    if (pz_str_is_utf8((pz_str_t) { t->cut, t->ncut })) {
        fwrite(t->cut, t->ncut, 1, stdout);
    } else {
        fputs(replacement, stdout);
    }
    t->ncut = 0;
}


void
pz_cli_token_text_end(pz_cli_token_text_t *t)
{
    if (t->ncut) {
        fputs(replacement, stdout);
        t->ncut = 0;
    }
}


void
pz_cli_token_text(pz_cli_token_text_t *t, pz_str_t piece, int flags)
{
    for (size_t i = 0; i < piece.len; i++) {
        char c = piece.data[i];

        if ((unsigned char) c < 0x80) {
            pz_cli_token_text_end(t);
            put_ascii(t, c, flags);
        } else {
            put_high(t, c);
        }
    }
}


void
pz_cli_token_string(pz_str_t text, int flags)
{
    pz_cli_token_text_t t = { .ncut = 0 };

    if (text.data == NULL) {
        fputs("null", stdout);
        return;
    }

    putchar('"');
    pz_cli_token_text(&t, text, flags);
    pz_cli_token_text_end(&t);
    putchar('"');
}
