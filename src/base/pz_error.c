#include "pz_error.h"
#include "pz_str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A C1 control in UTF-8: some terminals obey it as they do ESC. */
static int
pz_error_is_c1(const char *p, size_t len)
{
    return len == 2 && (unsigned char) p[0] == 0xc2 && (unsigned char) p[1] < 0xa0;
}

/*
 * Make `text` fit for a log and a terminal, in place.  A character that the cut
 * at the end of the buffer has split is dropped when `cut`.
 */
static void
pz_error_clean(char *text, int cut)
{
    char    *p = text;
    size_t   len;
    pz_str_t rest;

    while (*p != '\0') {
        rest = pz_str_from(p);
        len = pz_str_utf8_head(rest);
        if (len == 0 && cut && rest.len < 4) {
            *p = '\0';
            return;
        }
        if (len == 0 || pz_error_is_c1(p, len)) {
            *p++ = '?';
        } else if (len == 1 && ((unsigned char) *p < 0x20 || *p == 0x7f)) {
            *p = (*p == '\n' || *p == '\t' || *p == '\r') ? ' ' : '?';
            p++;
        } else {
            p += len;
        }
    }
}

int
pz_error_set(pz_error_t *error, const char *file, unsigned line,
    const char *format, ...)
{
    int     len;
    va_list args;

    if (error == NULL) {
        return -1;
    }

    len = snprintf(error->file, sizeof(error->file), "%s", file ? file : "");
    pz_error_clean(error->file, len >= (int) sizeof(error->file));
    error->line = line;

    va_start(args, format);
    len = vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    if (len < 0) {
        error->text[0] = '\0';
    }
    pz_error_clean(error->text, len >= (int) sizeof(error->text));
    return -1;
}

char *
pz_error_print(const pz_error_t *error, char *out, unsigned size)
{
    if (size == 0) {
        return out;
    }
    if (error->file[0] == '\0') {
        snprintf(out, size, "%s", error->text);
    } else if (error->line == 0) {
        snprintf(out, size, "%s: %s", error->file, error->text);
    } else {
        snprintf(out, size, "%s:%u: %s", error->file, error->line, error->text);
    }
    return out;
}
