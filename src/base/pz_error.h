/*
 * One error as a person reads it: where, what, and what to do.
 */
#ifndef PZ_ERROR_H
#define PZ_ERROR_H

typedef struct {
    char     file[256];   /* empty: the text says where */
    unsigned line;        /* 1-based; 0: the whole file */
    char     text[512];
} pz_error_t;

/*
 * Fill `error` (which may be NULL).  Text that does not fit is cut; control
 * bytes are replaced, since rule text is hostile to logs and terminals.
 * Always returns -1, so that a caller can `return pz_error_set(...)`.
 */
int pz_error_set(pz_error_t *error, const char *file, unsigned line,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "file:line: text" or "text" into `out`, zero-terminated; returns `out`. */
char *pz_error_print(const pz_error_t *error, char *out, unsigned size);

#endif
