/*
 * A rule set that stands: who holds it, and what it says of itself.
 */
#include <stdlib.h>

#include "pz_rules.h"


static void
pz_ruleset_destroy(pz_ruleset_t *rules)
{
    size_t      i;
    pz_page_t **pages = rules->pages.items;

    pz_sandbox_destroy(rules->sandbox);
    for (i = 0; i < rules->pages.n; i++) {
        if (pages[i] != NULL) {
            pz_page_free(pages[i]);
        }
    }
    if (rules->arena != NULL) {
        pz_arena_destroy(rules->arena);
    }
    free(rules);
}


void
pz_ruleset_hold(pz_ruleset_t *rules)
{
    rules->references++;
}


void
pz_ruleset_release(pz_ruleset_t *rules)
{
    if (rules != NULL && --rules->references == 0) {
        pz_ruleset_destroy(rules);
    }
}


const pz_campaign_set_t *
pz_ruleset_campaigns(const pz_ruleset_t *rules)
{
    return &rules->set;
}


size_t
pz_ruleset_memory(const pz_ruleset_t *rules)
{
    return pz_sandbox_memory(rules->sandbox);
}
