/*
 * Templates: HTML with {{ values }}, escaped for where each value lands.
 *
 *   {{ name }}            the value, escaped
 *   {{ name | there }}    or, when it is absent or empty, this text
 *   {{{ name }}}          as it is: only for names declared safe
 *
 * A name is a profile field, `ctx.NAME` for a fact of the request, or one that
 * the place brings along (`code` in a coupon, `title` in a product card).
 *
 * Contexts: text, a quoted attribute, a quoted URL attribute (scheme
 * allow-list: http, https, mailto, tel, or relative).  A value inside a script,
 * a style, a comment, a tag or attribute name, an unquoted attribute, an event
 * handler, `style`, `srcdoc` or a raw-text element is refused when the template
 * is parsed: there is no escape that is right there.  So is markup that could
 * be read in two ways or would swallow what follows it, with or without values.
 *
 * In a URL a value that stands first is the URL's beginning, and its scheme is
 * checked; further on it is percent-encoded, so that it stays within its part
 * (in a path "/" may be in it).
 */
#ifndef PZ_TEMPLATE_H
#define PZ_TEMPLATE_H

#include "pz_error.h"
#include "pz_sb.h"

typedef enum {
    PZ_TEMPLATE_HTML,     /* markup to insert */
    PZ_TEMPLATE_PLAIN,    /* plain text: an attribute's value; nothing is escaped */
    PZ_TEMPLATE_URL,      /* plain text that must be a URL when it starts with a value */
    PZ_TEMPLATE_HEADER    /* an HTTP field value: CR, LF, NUL and other controls are refused */
} pz_template_kind_t;

typedef struct pz_template_s pz_template_t;

/* Whether {{{ name }}} is allowed; `data` is the caller's. */
typedef int (*pz_template_is_safe_pt)(void *data, pz_str_t name);

/*
 * Parse `source` into `arena` (which also takes a copy of the text).  NULL with
 * `error`: its line is `line` plus the lines into the template.
 */
const pz_template_t *pz_template_parse(pz_arena_t *arena, pz_str_t source,
    pz_template_kind_t kind, pz_template_is_safe_pt is_safe, void *data,
    const char *file, unsigned line, pz_error_t *error);

/*
 * Give the value of `name` as text into *value; 0, or -1 when it is absent.
 * The text must live until the rendering is done.
 */
typedef int (*pz_template_lookup_pt)(void *data, pz_str_t name, pz_str_t *value);

/*
 * Append the rendering to `sb`.  0, or -1 when a value may not stand where it
 * is (a header with control bytes) or the builder failed.  A URL with a scheme
 * that is not allowed becomes "about:invalid", as in browsers' own sanitizers.
 * Text that is not UTF-8 has its bad bytes replaced by U+FFFD.
 */
int pz_template_render(const pz_template_t *t, pz_sb_t *sb,
    pz_template_lookup_pt lookup, void *data);

/* Whether it has no values: it renders to the same text every time. */
int pz_template_is_constant(const pz_template_t *t);

/* The n-th name used, for checks and for `explain`; -1 past the last. */
int pz_template_name(const pz_template_t *t, size_t n, pz_str_t *name);

#endif
