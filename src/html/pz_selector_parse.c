/*
 * The selector grammar (Selectors Level 4), as far as a stream can decide it.
 */
#include "pz_atom.h"
#include "pz_find.h"
#include "pz_selector_ast.h"
#include "pz_selector_lex.h"

#define NESTING_MAX  8
#define TEXT_MAX     65536

typedef struct {
    pz_lex_t       lex;
    pz_selector_t *selector;
    unsigned       depth;
} parser_t;

static pz_compound_t *parse_list(parser_t *ps, int nested);

/* Attributes whose values HTML compares without case (HTML 4.16.2). */
static const char *const folded[] = {
    "accept", "accept-charset", "align", "alink", "axis", "bgcolor", "charset", "checked",
    "clear", "codetype", "color", "compact", "declare", "defer", "dir", "direction",
    "disabled", "enctype", "face", "frame", "hreflang", "http-equiv", "lang", "language",
    "link", "media", "method", "multiple", "nohref", "noresize", "noshade", "nowrap",
    "readonly", "rel", "rev", "rules", "scope", "scrolling", "selected", "shape", "target",
    "text", "type", "valign", "valuetype", "vlink",
};

static const struct {
    const char *name;
    const char *reason;
} refused[] = {
    { "last-child", "cannot be known in a stream" },
    { "last-of-type", "cannot be known in a stream" },
    { "only-child", "cannot be known in a stream" },
    { "only-of-type", "cannot be known in a stream" },
    { "nth-last-child", "cannot be known in a stream" },
    { "nth-last-of-type", "cannot be known in a stream" },
    { "empty", "cannot be known in a stream" },
    { "has", "cannot be known in a stream: it asks for what comes later" },
    { "hover", "is a state of a browser, not of the page's source" },
    { "focus", "is a state of a browser, not of the page's source" },
    { "active", "is a state of a browser, not of the page's source" },
    { "visited", "is a state of a browser, not of the page's source" },
    { "before", "is a pseudo-element: there is nothing in the page's source to edit" },
    { "after", "is a pseudo-element: there is nothing in the page's source to edit" },
    { "first-line", "is a pseudo-element: there is nothing in the page's source to edit" },
    { "first-letter", "is a pseudo-element: there is nothing in the page's source to edit" },
};


static void *
make(parser_t *ps, size_t size)
{
    void *item = pz_arena_zalloc(ps->lex.arena, size);

    if (item == NULL) {
        pz_lex_fail(&ps->lex, ps->lex.p,
                    "the selector does not fit the memory that rules may take");
    }

    return item;
}


static int
is_folded(pz_str_t name)
{
    for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++) {
        if (pz_str_ieq(name, pz_str_from(folded[i]))) {
            return 1;
        }
    }

    return 0;
}


/* "[", name, operator, value, flag, "]". */
static int
parse_attr(parser_t *ps, pz_cond_t *cond)
{
    static const char ops[] = "~|^$*";
    pz_lex_t         *lex = &ps->lex;
    const char       *hit;
    char              c;

    cond->kind = PZ_COND_ATTR;
    pz_lex_space(lex);
    if (pz_lex_peek(lex) == '*' || pz_lex_peek(lex) == '|') {
        return pz_lex_fail(lex, lex->p, "namespaces are not supported in selectors");
    }
    if (pz_lex_ident(lex, &cond->name)) {
        return -1;
    }
    cond->fold = is_folded(cond->name);

    pz_lex_space(lex);
    if (pz_lex_take(lex, ']')) {
        cond->op = PZ_ATTR_PRESENT;
        return 0;
    }

    c = pz_lex_peek(lex);
    hit = c ? strchr(ops, c) : NULL;
    cond->op = PZ_ATTR_EQUALS;
    if (hit) {
        cond->op = (pz_attr_op_t) (PZ_ATTR_INCLUDES + (hit - ops));
        lex->p++;
        if (c == '|' && pz_lex_peek(lex) != '=') {
            return pz_lex_fail(lex, lex->p - 1, "namespaces are not supported in selectors");
        }
    }

    if (!pz_lex_take(lex, '=')) {
        return pz_lex_fail(lex, lex->p, "']', '=' or an operator such as '^=' is expected");
    }

    pz_lex_space(lex);
    c = pz_lex_peek(lex);
    if (c == '"' || c == '\'' ? pz_lex_string(lex, &cond->value)
                              : pz_lex_ident(lex, &cond->value))
    {
        return -1;
    }

    pz_lex_space(lex);
    c = pz_lower(pz_lex_peek(lex));
    if (c == 'i' || c == 's') {
        cond->fold = c == 'i';
        lex->p++;
        pz_lex_space(lex);
    }

    return pz_lex_take(lex, ']') ? 0 : pz_lex_fail(lex, lex->p, "']' is missing");
}


static int
refuse_pseudo(parser_t *ps, const char *at, pz_str_t name)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (pz_str_ieq(name, pz_str_from(refused[i].name))) {
            return pz_lex_fail(&ps->lex, at, "':%.*s' %s", (int) name.len, name.data,
                               refused[i].reason);
        }
    }

    return pz_lex_fail(&ps->lex, at, "':%.*s' is not supported; these are: :root :first-child "
                       ":first-of-type :nth-child() :nth-of-type() :is() :where() :not()",
                       (int) (name.len < 60 ? name.len : 60), name.data);
}


static int
parse_nested(parser_t *ps, const char *at, pz_cond_t *cond)
{
    if (ps->depth == NESTING_MAX) {
        return pz_lex_fail(&ps->lex, at, "selectors nest deeper than %d", NESTING_MAX);
    }

    ps->depth++;
    cond->list = parse_list(ps, 1);
    ps->depth--;

    return cond->list ? 0 : -1;
}


static int
parse_function(parser_t *ps, const char *at, pz_str_t name, pz_cond_t *cond)
{
    pz_lex_t *lex = &ps->lex;
    int       rc;

    pz_lex_space(lex);

    if (pz_str_ieq(name, PZ_STR("is")) || pz_str_ieq(name, PZ_STR("where"))
        || pz_str_ieq(name, PZ_STR("not")))
    {
        cond->kind = pz_lower(name.data[0]) == 'n' ? PZ_COND_NOT : PZ_COND_IS;
        rc = parse_nested(ps, at, cond);

    } else if (pz_str_ieq(name, PZ_STR("nth-child"))) {
        cond->kind = PZ_COND_NTH_CHILD;
        rc = pz_lex_nth(lex, &cond->a, &cond->b);

    } else if (pz_str_ieq(name, PZ_STR("nth-of-type"))) {
        cond->kind = PZ_COND_NTH_OF_TYPE;
        rc = pz_lex_nth(lex, &cond->a, &cond->b);

    } else {
        return refuse_pseudo(ps, at, name);
    }

    if (rc) {
        return -1;
    }

    pz_lex_space(lex);
    if (cond->kind == PZ_COND_NTH_CHILD && pz_str_ieq(
            pz_str_head((pz_str_t) { lex->p, (size_t) (lex->end - lex->p) }, 2), PZ_STR("of")))
    {
        return pz_lex_fail(lex, lex->p, "':nth-child(... of ...)' is not supported");
    }

    return pz_lex_take(lex, ')') ? 0 : pz_lex_fail(lex, lex->p, "')' is missing");
}


static int
parse_pseudo(parser_t *ps, pz_cond_t *cond)
{
    pz_lex_t   *lex = &ps->lex;
    const char *at = lex->p - 1;
    pz_str_t    name;

    if (pz_lex_take(lex, ':')) {
        return pz_lex_fail(lex, at, "a pseudo-element is nothing in the page's source");
    }

    if (pz_lex_ident(lex, &name)) {
        return -1;
    }

    cond->b = 1;
    if (pz_lex_take(lex, '(')) {
        if (parse_function(ps, at, name, cond)) {
            return -1;
        }
    } else if (pz_str_ieq(name, PZ_STR("root"))) {
        cond->kind = PZ_COND_ROOT;
    } else if (pz_str_ieq(name, PZ_STR("first-child"))) {
        cond->kind = PZ_COND_NTH_CHILD;
    } else if (pz_str_ieq(name, PZ_STR("first-of-type"))) {
        cond->kind = PZ_COND_NTH_OF_TYPE;
    } else {
        return refuse_pseudo(ps, at, name);
    }

    if (cond->kind == PZ_COND_NTH_CHILD) {
        ps->selector->features |= PZ_SELECTOR_NTH;
    } else if (cond->kind == PZ_COND_NTH_OF_TYPE) {
        ps->selector->features |= PZ_SELECTOR_NTH_TYPE;
    }

    return 0;
}


static int
parse_type(parser_t *ps, pz_compound_t *c)
{
    pz_lex_t *lex = &ps->lex;

    if (!pz_lex_take(lex, '*')) {
        if (pz_lex_ident(lex, &c->type_name)) {
            return -1;
        }
        c->type = pz_key_of(c->type_name);
    }

    if (pz_lex_peek(lex) == '|' ) {
        return pz_lex_fail(lex, lex->p, "namespaces are not supported in selectors");
    }

    return 0;
}


/* Whether a page may have it with references in it, as "[&amp;>p]:mt-4". */
static int
may_be_escaped(pz_str_t name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (memchr("&<>\"'", name.data[i], 5)) {
            return 1;
        }
    }

    return 0;
}


/* What a condition is looked up by; an id or a class that may be escaped, by its attribute. */
static pz_key_kind_t
key_of_cond(const pz_cond_t *cond, pz_str_t *name)
{
    *name = cond->name;

    switch (cond->kind) {
    case PZ_COND_ATTR:
        return PZ_KEY_ATTR;
    case PZ_COND_ID:
        if (may_be_escaped(cond->name)) {
            *name = PZ_STR("id");
            return PZ_KEY_ATTR;
        }
        return PZ_KEY_ID;
    case PZ_COND_CLASS:
        if (may_be_escaped(cond->name)) {
            *name = PZ_STR("class");
            return PZ_KEY_ATTR;
        }
        return PZ_KEY_CLASS;
    default:
        return PZ_KEY_ANY;
    }
}


/* Which of its parts a compound is looked up by: the one that the fewest elements have. */
static void
choose_key(pz_compound_t *c)
{
    c->key_kind = PZ_KEY_ANY;

    for (const pz_cond_t *cond = c->conds; cond; cond = cond->next) {
        pz_str_t      name;
        pz_key_kind_t kind = key_of_cond(cond, &name);

        if (kind < c->key_kind) {
            c->key_kind = kind;
            c->key_name = name;
            c->key = pz_key_of(name);
        }
    }

    if (c->type && c->key_kind > PZ_KEY_TYPE) {
        c->key_kind = PZ_KEY_TYPE;
        c->key = c->type;
    }
}


static int
parse_cond(parser_t *ps, char c, pz_cond_t *cond)
{
    switch (c) {
    case '#':
        cond->kind = PZ_COND_ID;
        return pz_lex_name(&ps->lex, &cond->name);
    case '.':
        cond->kind = PZ_COND_CLASS;
        return pz_lex_ident(&ps->lex, &cond->name);
    case '[':
        return parse_attr(ps, cond);
    default:
        return parse_pseudo(ps, cond);
    }
}


static pz_compound_t *
parse_compound(parser_t *ps)
{
    pz_lex_t      *lex = &ps->lex;
    const char    *from = lex->p;
    pz_compound_t *c = make(ps, sizeof(pz_compound_t));
    pz_cond_t    **last, *cond;
    char           byte = pz_lex_peek(lex);

    if (c == NULL) {
        return NULL;
    }
    c->state = PZ_NO_STATE;

    if (byte == '*' || (byte && !strchr("#.[:,>+~)", byte) && !pz_is_space(byte))) {
        if (parse_type(ps, c)) {
            return NULL;
        }
    }

    for (last = &c->conds; ; last = &cond->next) {
        byte = pz_lex_peek(lex);
        if (byte == 0 || !strchr("#.[:", byte)) {
            break;
        }

        lex->p++;
        cond = make(ps, sizeof(pz_cond_t));
        if (cond == NULL || parse_cond(ps, byte, cond)) {
            return NULL;
        }
        *last = cond;
    }

    if (lex->p == from) {
        if (from == lex->end) {
            pz_lex_fail(lex, from, "a selector is missing at the end");
        } else {
            pz_lex_fail(lex, from, "a selector is expected, not '%c'", *from);
        }
        return NULL;
    }

    choose_key(c);

    return c;
}


/* PZ_COMBINE_NONE at the end of a complex selector. */
static pz_combinator_t
parse_combinator(parser_t *ps)
{
    pz_lex_t *lex = &ps->lex;
    int       space = pz_lex_space(lex);
    char      c = pz_lex_peek(lex);

    if (c == '>' || c == '+' || c == '~') {
        lex->p++;
        pz_lex_space(lex);
        if (c != '>') {
            ps->selector->features |= PZ_SELECTOR_SIBLINGS;
        }
        return c == '>' ? PZ_COMBINE_CHILD : c == '+' ? PZ_COMBINE_ADJACENT : PZ_COMBINE_SIBLING;
    }

    return space && c && c != ',' && c != ')' ? PZ_COMBINE_DESCENDANT : PZ_COMBINE_NONE;
}


static void
add_test(pz_selector_t *s, pz_compound_t *c)
{
    c->next_test = s->tests;
    s->tests = c;
    s->ntests++;
}


/* Compounds from left to right; the last one is the result. */
static pz_compound_t *
parse_complex(parser_t *ps)
{
    pz_compound_t *left = NULL, *c;
    pz_combinator_t combinator = PZ_COMBINE_NONE;

    for ( ;; ) {
        c = parse_compound(ps);
        if (c == NULL) {
            return NULL;
        }

        c->left = left;
        c->combinator = combinator;
        if (left) {
            left->use = combinator;
            left->state = ps->selector->nstates++;
            add_test(ps->selector, left);
        }

        combinator = parse_combinator(ps);
        if (combinator == PZ_COMBINE_NONE) {
            return c;
        }
        left = c;
    }
}


static pz_compound_t *
parse_list(parser_t *ps, int nested)
{
    pz_compound_t *list = NULL, **last = &list, *c;

    do {
        pz_lex_space(&ps->lex);
        c = parse_complex(ps);
        if (c == NULL) {
            return NULL;
        }

        if (!nested) {
            add_test(ps->selector, c);
        }
        *last = c;
        last = &c->next;
    } while (pz_lex_take(&ps->lex, ','));

    return list;
}


static int
is_once(const pz_selector_t *s)
{
    for (const pz_compound_t *c = s->list; c; c = c->next) {
        if (!(pz_atom_flags[pz_atom_from(c->type)] & PZ_AF_ONCE)) {
            return 0;
        }
    }

    return 1;
}


/* Names alone: attributes that come late change nothing. */
static int
is_bare(const pz_selector_t *s)
{
    for (const pz_compound_t *c = s->list; c; c = c->next) {
        if (c->conds || c->left) {
            return 0;
        }
    }

    return 1;
}


const pz_selector_t *
pz_selector_parse(pz_arena_t *arena, pz_str_t text, pz_error_t *error)
{
    parser_t       ps = { .depth = 0 };
    pz_selector_t *s = pz_arena_zalloc(arena, sizeof(pz_selector_t));

    if (text.len > TEXT_MAX) {
        pz_error_set(error, "", 0, "the selector is longer than %d bytes", TEXT_MAX);
        return NULL;
    }

    if (s == NULL || pz_arena_copy(arena, text, &s->text)) {
        pz_error_set(error, "", 0, "the selector does not fit the memory that rules may take");
        return NULL;
    }

    ps.selector = s;
    ps.lex = (pz_lex_t) { .arena = arena, .start = s->text.data, .p = s->text.data,
                          .end = s->text.data + s->text.len, .error = error };

    s->list = parse_list(&ps, 0);
    if (s->list && ps.lex.p < ps.lex.end) {
        pz_lex_fail(&ps.lex, ps.lex.p, "'%c' is not expected here", *ps.lex.p);
    }
    if (ps.lex.failed) {
        return NULL;
    }

    if (is_once(s)) {
        s->features |= PZ_SELECTOR_ONCE | (is_bare(s) ? PZ_SELECTOR_BARE : 0);
    }

    return s;
}


pz_str_t
pz_selector_text(const pz_selector_t *selector)
{
    return selector->text;
}
