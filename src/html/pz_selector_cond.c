/*
 * Conditions of a compound: ids, classes, attributes, pseudo-classes.
 */
#include "pz_find.h"
#include "pz_selector_parser.h"


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
parse_attr(pz_selector_parser_t *ps, pz_cond_t *cond)
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
refuse_pseudo(pz_selector_parser_t *ps, const char *at, pz_str_t name)
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
parse_function(pz_selector_parser_t *ps, const char *at, pz_str_t name, pz_cond_t *cond)
{
    pz_lex_t *lex = &ps->lex;
    int       rc;

    pz_lex_space(lex);

    if (pz_str_ieq(name, PZ_STR("is")) || pz_str_ieq(name, PZ_STR("where"))
        || pz_str_ieq(name, PZ_STR("not")))
    {
        cond->kind = pz_lower(name.data[0]) == 'n' ? PZ_COND_NOT : PZ_COND_IS;
        return 1;
    }

    if (pz_str_ieq(name, PZ_STR("nth-child"))) {
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
parse_pseudo(pz_selector_parser_t *ps, pz_cond_t *cond)
{
    pz_lex_t   *lex = &ps->lex;
    const char *at = lex->p - 1;
    pz_str_t    name;
    int         rc;

    if (pz_lex_take(lex, ':')) {
        return pz_lex_fail(lex, at, "a pseudo-element is nothing in the page's source");
    }

    if (pz_lex_ident(lex, &name)) {
        return -1;
    }

    cond->b = 1;
    if (pz_lex_take(lex, '(')) {
        rc = parse_function(ps, at, name, cond);
        if (rc) {
            return rc;
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


int
pz_selector_cond(pz_selector_parser_t *ps, char byte, pz_cond_t *cond)
{
    switch (byte) {
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
