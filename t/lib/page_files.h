/*
 * Pages from files: of a pattern each, or a message that there are none.
 */
#ifndef PAGE_FILES_H
#define PAGE_FILES_H

/* cmocka.h needs these in front of it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "pz_str.h"

typedef void (*page_visit_pt)(void *data, const char *name, pz_str_t page);

/* Each page is in memory of its own size, and gone after the call. */
static inline void
page_file(const char *path, page_visit_pt visit, void *data)
{
    FILE  *file = fopen(path, "rb");
    char  *bytes;
    size_t len;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    len = (size_t) ftell(file);
    rewind(file);
    bytes = malloc(len ? len : 1);
    assert_int_equal(fread(bytes, 1, len, file), len);
    fclose(file);

    visit(data, path, (pz_str_t) { bytes, len });
    free(bytes);
}

/* Returns how many there were. */
static inline size_t
page_files(const char *pattern, page_visit_pt visit, void *data)
{
    glob_t found;
    size_t n;

    if (glob(pattern, 0, NULL, &found)) {
        print_message("no %s: skipped\n", pattern);
        return 0;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        page_file(found.gl_pathv[i], visit, data);
    }
    n = found.gl_pathc;
    globfree(&found);

    return n;
}

#endif
