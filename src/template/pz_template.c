#include "pz_template_piece.h"
#include "pz_context.h"

#include <string.h>

#define PZ_TEMPLATE_VALUES  256    /* in one template */

typedef struct {
    pz_arena_t            *arena;
    pz_template_t         *template;
    pz_context_t           context;
    pz_url_context_t       url;        /* of a template that is a URL */
    pz_template_is_safe_pt is_safe;
    void                  *data;
    pz_template_piece_t  **link;
    pz_template_piece_t   *tail;
    pz_template_piece_t   *head;       /* the value that began the open URL */
    size_t                 literal;    /* begin of the text not yet in a piece */
} pz_template_parser_t;

/* One {{ }} as it was written. */
typedef struct {
    int      raw;
    pz_str_t name;
    pz_str_t fallback;
    size_t   behind;
} pz_template_tag_t;

static int
pz_template_no_room(pz_template_parser_t *p)
{
    return pz_context_fail(&p->context, 0, "too large: it does not fit the memory that"
                           " rules may take");
}

static pz_template_piece_t *
pz_template_append(pz_template_parser_t *p)
{
    pz_template_piece_t *piece = pz_arena_zalloc(p->arena, sizeof(pz_template_piece_t));

    if (piece == NULL) {
        pz_template_no_room(p);
        return NULL;
    }
    *p->link = piece;
    p->link = &piece->next;
    p->tail = piece;
    return piece;
}

/* The text up to `until` becomes a piece. */
static int
pz_template_flush(pz_template_parser_t *p, size_t until)
{
    pz_template_piece_t *piece;

    if (until > p->literal) {
        piece = pz_template_append(p);
        if (piece == NULL) {
            return -1;
        }
        piece->text = pz_str_head(pz_str_skip(p->context.source, p->literal),
                                  until - p->literal);
    }
    p->literal = until;
    return 0;
}

/* Letters, digits, _ - . : and anything beyond ASCII: fields may be Thai. */
static int
pz_template_is_name(pz_str_t name)
{
    char   c;
    size_t i;

    for (i = 0; i < name.len; i++) {
        c = pz_lower(name.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80)
              || c == '_' || c == '-' || c == '.' || c == ':'))
        {
            return 0;
        }
    }
    return name.len != 0;
}

/* What stands between the braces. */
static int
pz_template_inside(pz_template_parser_t *p, size_t at, pz_str_t inside,
    pz_template_tag_t *tag)
{
    ptrdiff_t bar = pz_str_find_byte(inside, '|');

    tag->fallback = PZ_STR_NONE;
    tag->name = pz_str_trim(inside);
    if (bar >= 0) {
        tag->name = pz_str_trim(pz_str_head(inside, (size_t) bar));
        tag->fallback = pz_str_trim(pz_str_skip(inside, (size_t) bar + 1));
    }
    if (pz_str_find_byte(tag->fallback, '|') >= 0) {
        return pz_context_fail(&p->context, at, "one \"|\" and one text for when the value"
                               " is empty: there are no filters");
    }
    if (!pz_template_is_name(tag->name)) {
        return pz_context_fail(&p->context, at, "\"%.*s\" is not the name of a field: write"
                               " {{ name }} or {{ name | text when it is empty }}",
                               (int) pz_str_head(tag->name, 60).len,
                               tag->name.len == 0 ? "" : tag->name.data);
    }
    return 0;
}

/* `{{` at `at`. */
static int
pz_template_tag(pz_template_parser_t *p, size_t at, pz_template_tag_t *tag)
{
    size_t    braces;
    pz_str_t  close, rest = pz_str_skip(p->context.source, at);
    ptrdiff_t end;

    tag->raw = pz_str_starts(rest, PZ_STR("{{{"));
    braces = tag->raw ? 3 : 2;
    close = pz_str_head(PZ_STR("}}}"), braces);
    rest = pz_str_skip(rest, braces);
    end = pz_str_find(rest, close);
    if (end < 0) {
        return pz_context_fail(&p->context, at, "\"%.*s\" without \"%.*s\"", (int) braces,
                               "{{{", (int) braces, close.data);
    }
    tag->behind = at + braces + (size_t) end + braces;
    rest = pz_str_head(rest, (size_t) end);
    if (pz_str_find_byte(rest, '{') >= 0 || pz_str_find_byte(rest, '}') >= 0
        || pz_str_starts(pz_str_skip(p->context.source, tag->behind), PZ_STR("}")))
    {
        return pz_context_fail(&p->context, at, "braces that do not pair: {{ name }}, or"
                               " {{{ name }}} for a field that was declared safe");
    }
    return pz_template_inside(p, at, rest, tag);
}

/* How the value at the context's offset must be written. */
static int
pz_template_land(pz_template_parser_t *p, const pz_template_tag_t *tag, pz_land_t *land)
{
    size_t             at = p->context.at;
    const char        *wrong = NULL;
    pz_template_kind_t kind = p->template->kind;

    if (tag->raw && kind != PZ_TEMPLATE_HTML) {
        return pz_context_fail(&p->context, at, "{{{ }}} is for HTML: use {{ }} here");
    }
    if (tag->raw && (p->is_safe == NULL || !p->is_safe(p->data, tag->name))) {
        return pz_context_fail(&p->context, at, "{{{ %.*s }}}: this field was not declared"
                               " safe; use {{ %.*s }}",
                               (int) pz_str_head(tag->name, 60).len, tag->name.data,
                               (int) pz_str_head(tag->name, 60).len, tag->name.data);
    }
    if (kind == PZ_TEMPLATE_HTML) {
        return pz_context_place(&p->context, tag->behind, tag->raw, land);
    }
    *land = kind == PZ_TEMPLATE_HEADER ? PZ_LAND_HEADER : PZ_LAND_PLAIN;
    if (kind == PZ_TEMPLATE_URL) {
        wrong = pz_url_context_value(&p->url, land);
    }
    p->context.at = tag->behind;
    return wrong == NULL ? 0 : pz_context_fail(&p->context, at, "%s", wrong);
}

static int
pz_template_value(pz_template_parser_t *p, size_t at)
{
    pz_land_t            land;
    pz_template_tag_t    tag = { 0 };
    pz_template_piece_t *piece, *other;

    if (pz_template_tag(p, at, &tag) != 0 || pz_template_land(p, &tag, &land) != 0
        || pz_template_flush(p, at) != 0)
    {
        return -1;
    }
    if (p->template->nvalues == PZ_TEMPLATE_VALUES) {
        return pz_context_fail(&p->context, at, "more than %d values", PZ_TEMPLATE_VALUES);
    }
    for (other = p->template->pieces; other != NULL; other = other->next) {
        if (other->is_value && pz_str_eq(other->text, tag.name)) {
            break;
        }
    }
    piece = pz_template_append(p);
    if (piece == NULL) {
        return -1;
    }
    piece->is_value = 1;
    piece->is_first = other == NULL;
    piece->land = land;
    piece->text = tag.name;
    piece->fallback = tag.fallback;
    piece->last = piece;
    if (land == PZ_LAND_URL || land == PZ_LAND_URL_ATTR) {
        p->head = piece;
    }
    p->template->nvalues++;
    p->literal = tag.behind;
    return 0;
}

/* The URL that began with a value ends at `at`. */
static int
pz_template_url_end(pz_template_parser_t *p, size_t at)
{
    if (p->head != NULL) {
        if (pz_template_flush(p, at) != 0) {
            return -1;
        }
        p->head->last = p->tail;
        p->head = NULL;
    }
    return 0;
}

/* The template's own text from the context's offset up to `until`. */
static int
pz_template_text(pz_template_parser_t *p, size_t until)
{
    const char *wrong;
    pz_str_t    text;

    if (p->template->kind == PZ_TEMPLATE_HTML) {
        while (p->context.at < until) {
            if (pz_context_read(&p->context, until) != 0) {
                return -1;
            }
            /* it stops behind a quote: there a URL would end */
            if (p->context.state == PZ_CONTEXT_TAG
                && pz_template_url_end(p, p->context.at - 1) != 0)
            {
                return -1;
            }
        }
        return 0;
    }
    text = pz_str_head(pz_str_skip(p->context.source, p->context.at),
                       until - p->context.at);
    wrong = pz_url_context_text(&p->url, text);
    if (p->template->kind == PZ_TEMPLATE_URL && wrong != NULL) {
        return pz_context_fail(&p->context, p->context.at, "%s", wrong);
    }
    p->context.at = until;
    return 0;
}

static int
pz_template_all(pz_template_parser_t *p)
{
    size_t    len = p->context.source.len;
    ptrdiff_t next;

    for (;;) {
        next = pz_str_find(pz_str_skip(p->context.source, p->context.at), PZ_STR("{{"));
        if (next < 0) {
            break;
        }
        next += (ptrdiff_t) p->context.at;
        if (pz_template_text(p, (size_t) next) != 0
            || pz_template_value(p, (size_t) next) != 0)
        {
            return -1;
        }
    }
    if (pz_template_text(p, len) != 0) {
        return -1;
    }
    if (p->template->kind == PZ_TEMPLATE_HTML && pz_context_end(&p->context) != 0) {
        return -1;
    }
    return pz_template_url_end(p, len) != 0 || pz_template_flush(p, len) != 0 ? -1 : 0;
}

/* What no template may hold: bytes that are no text, controls in a header. */
static int
pz_template_check(pz_template_parser_t *p)
{
    size_t   i, len;
    pz_str_t source = p->context.source;

    for (i = 0; i < source.len; i += len) {
        len = pz_str_utf8_head(pz_str_skip(source, i));
        if (len == 0) {
            return pz_context_fail(&p->context, i, "not UTF-8: save the file as UTF-8");
        }
        if (source.data[i] == '\0'
            || (p->template->kind == PZ_TEMPLATE_HEADER
                && ((unsigned char) source.data[i] < ' ' || source.data[i] == 0x7f)))
        {
            return pz_context_fail(&p->context, i, "a control character (%d) cannot stand"
                                   " here", source.data[i]);
        }
    }
    return 0;
}

const pz_template_t *
pz_template_parse(pz_arena_t *arena, pz_str_t source, pz_template_kind_t kind,
    pz_template_is_safe_pt is_safe, void *data, const char *file, unsigned line,
    pz_error_t *error)
{
    pz_template_parser_t p;

    memset(&p, 0, sizeof(p));
    p.arena = arena;
    p.is_safe = is_safe;
    p.data = data;
    pz_url_context_init(&p.url, 0);
    pz_context_init(&p.context, source, file, line, error);

    p.template = pz_arena_zalloc(arena, sizeof(pz_template_t));
    if (p.template == NULL || pz_arena_copy(arena, source, &p.context.source) != 0) {
        pz_template_no_room(&p);
        return NULL;
    }
    p.template->kind = kind;
    p.link = &p.template->pieces;
    if (pz_template_check(&p) != 0 || pz_template_all(&p) != 0) {
        return NULL;
    }
    return p.template;
}

int
pz_template_is_constant(const pz_template_t *t)
{
    return t->nvalues == 0;
}

int
pz_template_name(const pz_template_t *t, size_t n, pz_str_t *name)
{
    const pz_template_piece_t *piece;

    for (piece = t->pieces; piece != NULL; piece = piece->next) {
        if (piece->is_first && n-- == 0) {
            *name = piece->text;
            return 0;
        }
    }
    return -1;
}
