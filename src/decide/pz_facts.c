#include "pz_facts.h"

/* One of the facts that every request has; -1 when the name is another's. */
static int
pz_facts_own(const pz_facts_t *facts, pz_str_t name, pz_str_t *value)
{
    static const pz_str_t zero = { "0", 1 }, one = { "1", 1 };

    if (pz_str_eq(name, PZ_STR("path"))) {
        *value = facts->path;
    } else if (pz_str_eq(name, PZ_STR("host"))) {
        *value = facts->host;
    } else if (pz_str_eq(name, PZ_STR("query"))) {
        *value = facts->query;
    } else if (pz_str_eq(name, PZ_STR("language"))) {
        *value = facts->language;
    } else if (pz_str_eq(name, PZ_STR("referrer"))) {
        *value = facts->referrer;
    } else if (pz_str_eq(name, PZ_STR("consent"))) {
        *value = facts->consent ? one : zero;
    } else if (pz_str_eq(name, PZ_STR("returning"))) {
        *value = facts->returning ? one : zero;
    } else {
        return -1;
    }
    return 0;
}

int
pz_facts_get(const pz_facts_t *facts, pz_str_t name, pz_str_t *value)
{
    size_t i;

    if (pz_facts_own(facts, name, value) == 0) {
        return value->len == 0 ? -1 : 0;
    }
    for (i = 0; i < facts->nnamed; i++) {
        if (pz_str_eq(facts->named[i].name, name)) {
            *value = facts->named[i].value;
            return value->len == 0 ? -1 : 0;
        }
    }
    return -1;
}
