#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "pz_page.h"

#include <string.h>

/*
 * What one match may cost.  A pattern that backtracks without end stops at the
 * limit (about a millisecond); a sane one on a long path uses a few hundred.
 */
#define PZ_PAGE_STEPS    20000
#define PZ_PAGE_DEPTH    2000
#define PZ_PAGE_HEAP     1024    /* KiB */
#define PZ_PAGE_PATTERN  4096    /* bytes */

struct pz_page_s {
    pz_str_t             text;
    pz_str_t             path;      /* exact */
    pz_str_t             prefix;    /* every path that matches begins so */
    int                  is_prefix; /* and nothing else is asked */
    pcre2_code          *code;      /* or NULL: an exact path */
    pcre2_match_data    *match;
    pcre2_match_context *limits;
};

/* PCRE2 works on UTF-8 here, and on paths that are not, as far as they are. */
static int
pz_page_code(pz_page_t *page, pz_str_t pattern, uint32_t options, pz_error_t *error)
{
    int           code;
    PCRE2_SIZE    offset;
    PCRE2_UCHAR   message[256];

    options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    page->code = pcre2_compile((PCRE2_SPTR) pattern.data, pattern.len, options, &code,
                               &offset, NULL);
    if (page->code == NULL) {
        pcre2_get_error_message(code, message, sizeof(message));
        return pz_error_set(error, NULL, 0,
                            "page pattern \"%.*s\": %s, at character %zu of the pattern",
                            (int) page->text.len, page->text.data, (char *) message,
                            (size_t) offset + 1);
    }
    page->match = pcre2_match_data_create(1, NULL);
    page->limits = pcre2_match_context_create(NULL);
    if (page->match == NULL || page->limits == NULL) {
        return pz_error_set(error, NULL, 0, "no memory for a page pattern");
    }
    pcre2_set_match_limit(page->limits, PZ_PAGE_STEPS);
    pcre2_set_depth_limit(page->limits, PZ_PAGE_DEPTH);
    pcre2_set_heap_limit(page->limits, PZ_PAGE_HEAP);

    /* where the system forbids it, the interpreter does, under the same limits */
    (void) pcre2_jit_compile(page->code, PCRE2_JIT_COMPLETE);
    return 0;
}

static int
pz_page_is_literal(char c)
{
    char l = pz_lower(c);

    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-'
           || c == '_';
}

/*
 * Most patterns are "^/category/" and the like, and most pages are others:
 * what is literal at the front is compared before PCRE2 is asked.  A "|" may
 * make the front optional anywhere, and a quantifier its last character.
 */
static void
pz_page_find_prefix(pz_page_t *page, pz_str_t pattern)
{
    size_t n = 1;

    if (!pz_str_starts(pattern, PZ_STR("^")) || pz_str_find_byte(pattern, '|') >= 0) {
        return;
    }
    while (n < pattern.len && pz_page_is_literal(pattern.data[n])) {
        n++;
    }
    page->is_prefix = n == pattern.len;
    if (n < pattern.len && strchr("?*+{", pattern.data[n]) != NULL && n > 1) {
        n--;
    }
    page->prefix = pz_str_head(pz_str_skip(pattern, 1), n - 1);
}

/* After the tilde: "*" for any case, and the pattern. */
static int
pz_page_pattern(pz_page_t *page, pz_error_t *error)
{
    uint32_t options = 0;
    pz_str_t pattern = pz_str_skip(page->text, 1);

    if (pz_str_starts(pattern, PZ_STR("*"))) {
        options = PCRE2_CASELESS;
        pattern = pz_str_skip(pattern, 1);
    }
    pattern = pz_str_trim(pattern);
    if (pattern.len == 0) {
        return pz_error_set(error, NULL, 0, "page \"%.*s\": a pattern must follow the ~",
                            (int) page->text.len, page->text.data);
    }
    if (options == 0) {
        pz_page_find_prefix(page, pattern);
    }
    return pz_page_code(page, pattern, options, error);
}

static int
pz_page_is_hex(char c)
{
    return (c >= '0' && c <= '9') || (pz_lower(c) >= 'a' && pz_lower(c) <= 'f');
}

/* What a browser's address bar gives when a Thai address is copied from it. */
static int
pz_page_is_encoded(pz_str_t path)
{
    size_t i;

    for (i = 0; i + 2 < path.len; i++) {
        if (path.data[i] == '%' && pz_page_is_hex(path.data[i + 1])
            && pz_page_is_hex(path.data[i + 2]))
        {
            return 1;
        }
    }
    return 0;
}

/* Refuse what could never match any page. */
static int
pz_page_exact(pz_page_t *page, pz_error_t *error)
{
    const char *what = NULL;

    if (!pz_str_starts(page->text, PZ_STR("/"))) {
        what = "begin it with / for one path, or with ~ for a pattern, as in"
               " \"~^/category/\"";
    } else if (pz_str_find_byte(page->text, '?') >= 0) {
        what = "a page is matched without its query: leave out the ? and what follows";
    } else if (pz_page_is_encoded(page->text)) {
        what = "a page is matched decoded: write the characters instead of %XX";
    }
    if (what != NULL) {
        return pz_error_set(error, NULL, 0, "page \"%.*s\": %s", (int) page->text.len,
                            page->text.data, what);
    }
    page->path = page->text;
    return 0;
}

pz_page_t *
pz_page_compile(pz_arena_t *arena, pz_str_t pattern, pz_error_t *error)
{
    pz_page_t *page;

    if (pattern.len > PZ_PAGE_PATTERN) {
        pz_error_set(error, NULL, 0, "a page pattern of %zu bytes: at most %d",
                     pattern.len, PZ_PAGE_PATTERN);
        return NULL;
    }
    page = pz_arena_zalloc(arena, sizeof(pz_page_t));
    if (page == NULL || pz_arena_copy(arena, pattern, &page->text) != 0) {
        pz_error_set(error, NULL, 0, "no memory for a page pattern");
        return NULL;
    }
    if (pz_str_starts(pattern, PZ_STR("~"))) {
        if (pz_page_pattern(page, error) != 0) {
            pz_page_free(page);
            return NULL;
        }
        return page;
    }
    if (pz_page_exact(page, error) != 0) {
        return NULL;
    }
    return page;
}

void
pz_page_free(pz_page_t *page)
{
    if (page == NULL) {
        return;
    }
    pcre2_match_context_free(page->limits);
    pcre2_match_data_free(page->match);
    pcre2_code_free(page->code);
    page->limits = NULL;
    page->match = NULL;
    page->code = NULL;
}

int
pz_page_matches(const pz_page_t *page, pz_str_t path)
{
    int rc;

    if (page->path.len != 0) {
        return pz_str_eq(page->path, path);
    }
    if (!pz_str_starts(path, page->prefix)) {
        return 0;
    }
    if (page->is_prefix) {
        return 1;
    }
    rc = pcre2_match(page->code, (PCRE2_SPTR) (path.len == 0 ? "" : path.data), path.len, 0,
                     0, page->match, page->limits);
    if (rc >= 0) {
        return 1;
    }
    return rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

pz_str_t
pz_page_text(const pz_page_t *page)
{
    return page->text;
}
