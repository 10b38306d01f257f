/*
 * The selector grammar (Selectors Level 4), as far as a stream can decide it.
 */
#include "pz_atom.h"
#include "pz_find.h"
#include "pz_selector_parser.h"

#define TEXT_MAX     65536
#define NESTING_MAX  8

static pz_compound_t *parse_list(pz_selector_parser_t *ps, int nested);


static void *
make(pz_selector_parser_t *ps, size_t size)
{
    void *item = pz_arena_zalloc(ps->lex.arena, size);

    if (item == NULL) {
        pz_lex_fail(&ps->lex, ps->lex.p,
                    "the selector does not fit the memory that rules may take");
    }

    return item;
}


static int
parse_type(pz_selector_parser_t *ps, pz_compound_t *c)
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


/* The list of :is(), :where() or :not(), of which '(' is behind, and its ')'. */
static int
parse_nested(pz_selector_parser_t *ps, const char *at, pz_cond_t *cond)
{
    if (ps->depth == NESTING_MAX) {
        return pz_lex_fail(&ps->lex, at, "selectors nest deeper than %d", NESTING_MAX);
    }

    ps->depth++;
    cond->list = parse_list(ps, 1);
    ps->depth--;
    if (cond->list == NULL) {
        return -1;
    }

    pz_lex_space(&ps->lex);

    return pz_lex_take(&ps->lex, ')') ? 0 : pz_lex_fail(&ps->lex, ps->lex.p, "')' is missing");
}


/* What begins at `at` with `byte`; NULL: an error. */
static pz_cond_t *
parse_cond(pz_selector_parser_t *ps, const char *at, char byte)
{
    pz_cond_t *cond = make(ps, sizeof(pz_cond_t));
    int        rc;

    if (cond == NULL) {
        return NULL;
    }

    rc = pz_selector_cond(ps, byte, cond);
    if (rc > 0) {
        rc = parse_nested(ps, at, cond);
    }

    return rc ? NULL : cond;
}


static pz_compound_t *
parse_compound(pz_selector_parser_t *ps)
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

        cond = parse_cond(ps, lex->p++, byte);
        if (cond == NULL) {
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

    pz_selector_choose_key(c);

    return c;
}


/* PZ_COMBINE_NONE at the end of a complex selector. */
static pz_combinator_t
parse_combinator(pz_selector_parser_t *ps)
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
parse_complex(pz_selector_parser_t *ps)
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


/* Selectors up to what is no part of a list; `nested`: inside a pseudo-class.  NULL: an error. */
static pz_compound_t *
parse_list(pz_selector_parser_t *ps, int nested)
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
    pz_selector_parser_t       ps = { .depth = 0 };
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
