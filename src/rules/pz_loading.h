/*
 * A rule set on its way: what the prelude, the compiler and their errors need
 * until it stands.
 */
#ifndef PZ_LOADING_H
#define PZ_LOADING_H

#include "pz_rules.h"

typedef struct pz_loading_s {
    pz_ruleset_t *rules;
    pz_error_t   *errors;
    size_t        room;
    size_t        found;      /* may be more than there was room for */
    unsigned      file;       /* number of the file under way */
    pz_str_t      text;       /* its bytes */
    int           prelude;    /* registry: what the prelude returned */
    int           modules;    /* registry: its chunks that have run */
    uint64_t      time;       /* microseconds left */
    unsigned      stop:1;     /* no time or memory left: no more files */
} pz_loading_t;

/* Note an error at a line of a file (by number; past the last: of no file). */
void pz_loading_report(pz_loading_t *loading, unsigned file, unsigned line, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/* The loading under way in this state; NULL once the rules are loaded. */
pz_loading_t *pz_loading_of(lua_State *L);

#endif
