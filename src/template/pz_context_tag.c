#include "pz_context_tag.h"
#include "pz_context_name.h"

#include <string.h>

static int
pz_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* Bytes of an element's name at the front: a letter, then letters, digits, - : . _ */
static size_t
pz_context_tag_name(pz_str_t s)
{
    size_t n;

    if (s.len == 0 || !pz_context_is_letter(s.data[0])) {
        return 0;
    }
    for (n = 1; n < s.len; n++) {
        char b = s.data[n];

        if (!pz_context_is_letter(b) && !(b >= '0' && b <= '9') && b != '-' && b != ':'
            && b != '.' && b != '_')
        {
            break;
        }
    }
    return n;
}

/*
 * `</name >` at c->at: its name and the offset behind it.  Attributes in an
 * end tag are nobody's intention.
 */
int
pz_context_end_tag(const pz_context_t *c, size_t until, pz_str_t *name, size_t *behind)
{
    size_t   at;
    pz_str_t rest = pz_str_skip(pz_context_rest(c), 2);

    *name = pz_str_head(rest, pz_context_tag_name(rest));
    at = c->at + 2 + name->len;
    while (at < until && pz_is_space(c->source.data[at])) {
        at++;
    }
    if (name->len == 0 || at >= until || c->source.data[at] != '>') {
        return pz_context_fail(c, c->at, "\"</\" must be followed by a name and \">\"");
    }
    *behind = at + 1;
    return 0;
}

int
pz_context_start_tag(pz_context_t *c)
{
    pz_str_t rest = pz_str_skip(pz_context_rest(c), 1);
    size_t   behind = c->at + 1 + pz_context_tag_name(rest);
    char     next = behind < c->source.len ? c->source.data[behind] : '\0';

    c->element = pz_str_head(rest, behind - c->at - 1);
    if (next == '{') {
        return pz_context_fail(c, behind, "a value cannot stand in a tag's name");
    }
    if (!pz_is_space(next) && next != '/' && next != '>') {
        return pz_context_fail(c, c->at, behind == c->source.len
                               ? "the tag <%.*s is not closed: \">\" is missing"
                               : "the tag <%.*s has a character in its name that is"
                                 " none of a-z, 0-9, - : . _", pz_shown(c->element));
    }
    c->element_is = pz_context_element(c->element);
    if (c->element_is & PZ_ELEMENT_REST) {
        return pz_context_fail(c, c->at, "<%.*s> would make text of the whole page behind"
                               " it", pz_shown(c->element));
    }
    c->opened = c->at;
    c->at = behind;
    c->state = PZ_CONTEXT_TAG;
    c->after_value = 0;
    return 0;
}

/* Whether `</name` and no longer name stands there, for the open element. */
static int
pz_context_ends(const pz_context_t *c, pz_str_t text)
{
    pz_str_t name = pz_str_head(pz_str_skip(text, 2), c->element.len);
    pz_str_t behind = pz_str_skip(text, 2 + c->element.len);

    return pz_str_starts(text, PZ_STR("</")) && pz_str_ieq(name, c->element)
           && behind.len != 0
           && (pz_is_space(behind.data[0]) || behind.data[0] == '/'
               || behind.data[0] == '>');
}

/*
 * Text up to the end tag of the element whose start tag has just ended.
 * Outside svg a script's text may have "<" in it; elsewhere it may not, since
 * whether it begins a tag depends on what is around.
 */
static int
pz_context_raw(pz_context_t *c, size_t until)
{
    int       is_script = (c->element_is & PZ_ELEMENT_SCRIPT) && c->foreign == 0;
    size_t    len = 0, behind, start = c->at;
    pz_str_t  name, text = pz_context_rest(c);
    ptrdiff_t at;

    for (;;) {
        at = pz_str_find_byte(pz_str_skip(text, len), '<');
        if (at < 0) {
            return pz_context_fail(c, c->opened, "<%.*s> is not closed: </%.*s> is missing",
                                   pz_shown(c->element), pz_shown(c->element));
        }
        len += (size_t) at;
        if (pz_context_ends(c, pz_str_skip(text, len))) {
            break;
        }
        if (!is_script) {
            return pz_context_fail(c, c->at + len, "no \"<\" may stand in <%.*s>",
                                   pz_shown(c->element));
        }
        len++;
    }
    if (start + len > until) {
        return pz_context_fail(c, until, "a value cannot stand in <%.*s>: put it in an"
                               " attribute, as in data-name=\"{{ name }}\", and read it"
                               " from there", pz_shown(c->element));
    }
    text = pz_str_head(text, len);
    if (pz_str_find(text, PZ_STR("<!--")) >= 0) {
        return pz_context_fail(c, start, "leave \"<!--\" out of a script: it changes where"
                               " the script ends");
    }
    c->at = start + len;
    if (pz_context_end_tag(c, until, &name, &behind) != 0) {
        return -1;
    }
    c->at = behind;
    return 0;
}

/* The `>` of a start tag has been read. */
static int
pz_context_tag_end(pz_context_t *c, size_t until, int self_closing)
{
    c->state = PZ_CONTEXT_TEXT;
    if (c->element_is & (PZ_ELEMENT_RAW | PZ_ELEMENT_TITLE)) {
        if (self_closing) {
            return pz_context_fail(c, c->opened, "write <%.*s></%.*s>: \"/>\" does not close"
                                   " it everywhere", pz_shown(c->element),
                                   pz_shown(c->element));
        }
        if (c->element_is & PZ_ELEMENT_TITLE) {
            c->state = PZ_CONTEXT_TITLE;
            return 0;
        }
        return pz_context_raw(c, until);
    }
    if ((c->element_is & PZ_ELEMENT_FOREIGN) && !self_closing) {
        c->foreign++;
    }
    return 0;
}

static int
pz_context_is_name_byte(char b)
{
    return (unsigned char) b > ' ' && b != 0x7f && strchr("\"'<>/={}`", b) == NULL;
}

/* The value behind `=`, at c->at: up to its quote, or whole when it has none. */
static int
pz_context_value(pz_context_t *c, size_t until)
{
    size_t start;

    while (c->at < until && pz_is_space(c->source.data[c->at])) {
        c->at++;
    }
    if (c->at < until && (c->source.data[c->at] == '"' || c->source.data[c->at] == '\'')) {
        c->quote = c->source.data[c->at++];
        c->state = PZ_CONTEXT_QUOTED;
        c->value_at = c->at;
        c->attribute_is = pz_context_attribute(c->attribute);
        pz_url_context_init(&c->url, 1);
        return 0;
    }
    start = c->at;
    while (c->at < until && !pz_is_space(c->source.data[c->at])
           && c->source.data[c->at] != '>')
    {
        if (strchr("\"'<`", c->source.data[c->at]) != NULL) {
            return pz_context_fail(c, c->at, "put the value of %.*s in quotes",
                                   pz_shown(c->attribute));
        }
        c->at++;
    }
    if (c->at == until && until < c->source.len) {
        return pz_context_fail(c, c->at, "put the value of %.*s in quotes, as in"
                               " %.*s=\"{{ name }}\"", pz_shown(c->attribute),
                               pz_shown(c->attribute));
    }
    if (c->at == start) {
        return pz_context_fail(c, c->at, "the attribute %.*s has no value behind its \"=\"",
                               pz_shown(c->attribute));
    }
    c->after_value = 1;
    return 0;
}

/* An attribute at c->at. */
static int
pz_context_attribute_name(pz_context_t *c, size_t until)
{
    size_t at = c->at;

    if (c->after_value) {
        return pz_context_fail(c, at, "a space is missing between attributes of <%.*s",
                               pz_shown(c->element));
    }
    while (at < until && pz_context_is_name_byte(c->source.data[at])) {
        at++;
    }
    c->attribute = pz_str_head(pz_context_rest(c), at - c->at);
    if (at == until && until < c->source.len) {
        return pz_context_fail(c, at, "a value cannot stand in an attribute's name");
    }
    if (c->attribute.len == 0) {
        return pz_context_fail(c, at, "a stray character in the tag <%.*s (is a quote"
                               " missing?)", pz_shown(c->element));
    }
    c->at = at;
    while (at < until && pz_is_space(c->source.data[at])) {
        at++;
    }
    if (at < until && c->source.data[at] == '=') {
        c->at = at + 1;
        return pz_context_value(c, until);
    }
    return 0;
}

int
pz_context_in_tag(pz_context_t *c, size_t until)
{
    char b = c->source.data[c->at];

    if (pz_is_space(b)) {
        c->at++;
        c->after_value = 0;
        return 0;
    }
    if (b == '>') {
        c->at++;
        return pz_context_tag_end(c, until, 0);
    }
    if (b == '/') {
        if (c->at + 1 >= until || c->source.data[c->at + 1] != '>') {
            return pz_context_fail(c, c->at, "a \"/\" in the tag <%.*s that does not end"
                                   " it", pz_shown(c->element));
        }
        c->at += 2;
        return pz_context_tag_end(c, until, 1);
    }
    return pz_context_attribute_name(c, until);
}

