/*
 * Loading: what the prelude and the compiler need until the rule set stands.
 */
#ifndef PZ_LOADER_H
#define PZ_LOADER_H

#include "pz_rules.h"

typedef struct pz_loader_s {
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
} pz_loader_t;

/* Note an error at a line of a file (by number; past the last: of no file). */
void pz_loader_report(pz_loader_t *loader, unsigned file, unsigned line, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/* Run the prelude, then every file, then compile: errors are in the loader. */
void pz_loader_run(pz_loader_t *loader);

#endif
