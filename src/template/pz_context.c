#include "pz_context.h"

#include <string.h>

#include "pz_context_name.h"
#include "pz_context_tag.h"

void
pz_context_init(pz_context_t *context, pz_str_t source, const char *file,
    unsigned line, pz_error_t *error)
{
    memset(context, 0, sizeof(pz_context_t));
    context->source = source;
    context->file = file;
    context->line = line;
    context->error = error;
}

/* `<!--` at c->at. */
static int
pz_context_comment(pz_context_t *c, size_t until)
{
    pz_str_t  text = pz_str_skip(pz_context_rest(c), 4);
    ptrdiff_t end = pz_str_find(text, PZ_STR("-->"));
    ptrdiff_t odd = pz_str_find(text, PZ_STR("--!>"));

    if (end < 0) {
        return pz_context_fail(c, c->at, "a comment is not closed: \"-->\" is missing");
    }
    if ((odd >= 0 && odd < end) || pz_str_starts(text, PZ_STR(">"))
        || pz_str_starts(text, PZ_STR("->")))
    {
        return pz_context_fail(c, c->at, "a comment must end with \"-->\" and may not"
                               " begin with \">\" or \"->\"");
    }
    if (c->at + 4 + (size_t) end > until) {
        return pz_context_fail(c, until, "a value cannot stand in a comment");
    }
    c->at += 4 + (size_t) end + 3;
    return 0;
}

/* `<` at c->at, in text. */
static int
pz_context_markup(pz_context_t *c, size_t until)
{
    size_t   behind;
    pz_str_t name, rest = pz_context_rest(c);

    if (pz_str_starts(rest, PZ_STR("<!--"))) {
        return pz_context_comment(c, until);
    }
    if (pz_str_starts(rest, PZ_STR("</"))) {
        if (pz_context_end_tag(c, until, &name, &behind) != 0) {
            return -1;
        }
        if ((pz_context_element(name) & PZ_ELEMENT_FOREIGN) && c->foreign != 0) {
            c->foreign--;
        }
        c->at = behind;
        return 0;
    }
    if (rest.len > 1 && pz_context_is_letter(rest.data[1])) {
        return pz_context_start_tag(c);
    }
    if (rest.len > 1 && (rest.data[1] == '!' || rest.data[1] == '?')) {
        return pz_context_fail(c, c->at, "\"<%c\" has no place in a page's body: leave out"
                               " doctypes, CDATA sections and <?xml ... ?>", rest.data[1]);
    }
    return pz_context_fail(c, c->at, "a \"<\" that begins no tag: write &lt;");
}

/* The template's own text of a quoted value, up to its end. */
static int
pz_context_quoted(pz_context_t *c, size_t until)
{
    const char *wrong = NULL;
    size_t      start = c->at;
    pz_str_t    text = pz_str_head(pz_context_rest(c), until - start);
    ptrdiff_t   end = pz_str_find_byte(text, c->quote);

    if (end >= 0) {
        text = pz_str_head(text, (size_t) end);
        c->at += (size_t) end + 1;
        c->state = PZ_CONTEXT_TAG;
        c->after_value = 1;
    } else {
        c->at = until;
    }
    if (c->attribute_is & PZ_ATTRIBUTE_URL) {
        wrong = pz_url_context_text(&c->url, text);
    }
    return wrong == NULL ? 0 : pz_context_fail(c, start, "%s", wrong);
}

/* title and textarea: everything but their own end tag is text. */
static int
pz_context_title(pz_context_t *c, size_t until)
{
    size_t    behind;
    pz_str_t  name;
    ptrdiff_t at = pz_str_find_byte(pz_str_head(pz_context_rest(c), until - c->at), '<');

    if (at < 0) {
        c->at = until;
        return 0;
    }
    c->at += (size_t) at;
    if (!pz_str_starts(pz_context_rest(c), PZ_STR("</"))
        || pz_context_end_tag(c, until, &name, &behind) != 0
        || !pz_str_ieq(name, c->element))
    {
        return pz_context_fail(c, c->at, "only text may stand in <%.*s>",
                               pz_shown(c->element));
    }
    c->at = behind;
    c->state = PZ_CONTEXT_TEXT;
    return 0;
}

static int
pz_context_text(pz_context_t *c, size_t until)
{
    ptrdiff_t at = pz_str_find_byte(pz_str_head(pz_context_rest(c), until - c->at), '<');

    if (at < 0) {
        c->at = until;
        return 0;
    }
    c->at += (size_t) at;
    return pz_context_markup(c, until);
}

int
pz_context_read(pz_context_t *c, size_t until)
{
    static int (*const readers[])(pz_context_t *, size_t) = {
        [PZ_CONTEXT_TEXT] = pz_context_text,
        [PZ_CONTEXT_TITLE] = pz_context_title,
        [PZ_CONTEXT_TAG] = pz_context_in_tag,
        [PZ_CONTEXT_QUOTED] = pz_context_quoted,
    };
    pz_context_state_t before;

    while (c->at < until) {
        before = c->state;
        if (readers[c->state](c, until) != 0) {
            return -1;
        }
        if (before == PZ_CONTEXT_QUOTED && c->state == PZ_CONTEXT_TAG) {
            return 0;
        }
    }
    return 0;
}

int
pz_context_end(pz_context_t *c)
{
    switch (c->state) {
    case PZ_CONTEXT_TEXT:
        return 0;
    case PZ_CONTEXT_TITLE:
        return pz_context_fail(c, c->opened, "<%.*s> is not closed: </%.*s> is missing",
                               pz_shown(c->element), pz_shown(c->element));
    case PZ_CONTEXT_TAG:
        return pz_context_fail(c, c->opened, "the tag <%.*s is not closed: \">\" is"
                               " missing", pz_shown(c->element));
    default:
        return pz_context_fail(c, c->value_at, "the value of %.*s is not closed: its last"
                               " quote is missing", pz_shown(c->attribute));
    }
}

/* "&", "&am" or "&#3" just in front: the value would become a part of it. */
static int
pz_context_in_reference(const pz_context_t *c)
{
    size_t at = c->at, back;

    /* the longest name of a character reference has 31 letters */
    for (back = 0; at != 0 && back < 32; back++) {
        char b = c->source.data[--at];

        if (b == '&') {
            return 1;
        }
        if (!pz_context_is_letter(b) && !(b >= '0' && b <= '9') && b != '#') {
            return 0;
        }
    }
    return 0;
}

static int
pz_context_place_quoted(pz_context_t *c, pz_land_t *land)
{
    int         has_path = c->url.state == PZ_URL_SLASH || c->url.state >= PZ_URL_PATH;
    const char *wrong;

    if (c->element_is & PZ_ELEMENT_CLOSED) {
        return pz_context_fail(c, c->at, "a value cannot stand in a <%.*s> tag: it loads or"
                               " runs things", pz_shown(c->element));
    }
    if (c->attribute_is & PZ_ATTRIBUTE_CLOSED) {
        return pz_context_fail(c, c->at, "a value cannot stand in the attribute %.*s: it is"
                               " more than text or one URL", pz_shown(c->attribute));
    }
    if (!(c->attribute_is & PZ_ATTRIBUTE_URL)) {
        *land = PZ_LAND_TEXT;
        return 0;
    }
    if ((c->element_is & PZ_ELEMENT_FRAME) && !has_path) {
        return pz_context_fail(c, c->at, "a value may not choose the server in the %.*s of"
                               " <%.*s>: write the URL's beginning, up to a \"/\"",
                               pz_shown(c->attribute), pz_shown(c->element));
    }
    wrong = pz_url_context_value(&c->url, land);
    return wrong == NULL ? 0 : pz_context_fail(c, c->at, "%s", wrong);
}

int
pz_context_place(pz_context_t *c, size_t behind, int raw, pz_land_t *land)
{
    if (c->state == PZ_CONTEXT_TAG) {
        return pz_context_fail(c, c->at, "a value cannot stand between the attributes of"
                               " <%.*s", pz_shown(c->element));
    }
    if (raw && c->state != PZ_CONTEXT_TEXT) {
        return pz_context_fail(c, c->at, "{{{ }}} may stand only in text: use {{ }} here");
    }
    if (pz_context_in_reference(c)) {
        return pz_context_fail(c, c->at, "a value right behind an unfinished \"&\": write"
                               " \"&amp;\" for a plain one");
    }
    *land = raw ? PZ_LAND_PLAIN : PZ_LAND_TEXT;
    if (c->state == PZ_CONTEXT_QUOTED && pz_context_place_quoted(c, land) != 0) {
        return -1;
    }
    c->at = behind;
    return 0;
}
