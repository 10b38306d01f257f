#include "pz_atom.h"
#include "pz_selector_parser.h"


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


void
pz_selector_choose_key(pz_compound_t *c)
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
