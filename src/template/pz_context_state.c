#include "pz_context_state.h"

#include <stdarg.h>
#include <stdio.h>

int
pz_context_fail(const pz_context_t *c, size_t at, const char *format, ...)
{
    char     text[400];
    size_t   i;
    va_list  args;
    unsigned line = c->line;

    for (i = 0; i < at && i < c->source.len; i++) {
        line += c->source.data[i] == '\n';
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return pz_error_set(c->error, c->file, line, "template: %s", text);
}
