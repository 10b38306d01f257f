#include "pz_loading.h"

#include <stdarg.h>
#include <stdio.h>


void
pz_loading_report(pz_loading_t *loading, unsigned file, unsigned line, const char *format, ...)
{
    char        text[512];
    va_list     args;
    pz_error_t *error = NULL;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    if (loading->found < loading->room) {
        error = &loading->errors[loading->found];
    }
    loading->found++;
    pz_error_set(error, file < loading->rules->nfiles ? loading->rules->files[file] : NULL, line,
                 "%s", text);
}


pz_loading_t *
pz_loading_of(lua_State *L)
{
    pz_ruleset_t *rules = pz_sandbox_data(pz_sandbox_of(L));

    return rules->loading;
}
