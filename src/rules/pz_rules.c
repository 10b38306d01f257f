#include "pz_rules.h"

#include <string.h>


void *
pz_rules_add(pz_ruleset_t *rules, pz_grow_t *list, size_t size)
{
    char  *items;
    size_t room;

    if (list->n == list->room) {
        room = (list->room == 0) ? 8 : list->room * 2;
        items = pz_arena_array(rules->arena, room, size);
        if (items == NULL) {
            return NULL;
        }
        if (list->n > 0) {
            memcpy(items, list->items, list->n * size);
        }
        list->items = items;
        list->room = room;
    }
    items = list->items;
    return items + size * list->n++;
}


int
pz_health_fail(pz_health_t *health, const pz_ruleset_limits_t *limits)
{
    health->failures++;
    if (!health->off && health->failures >= limits->faults) {
        health->off = 1;
        return 1;
    }
    return 0;
}


void
pz_health_pass(pz_health_t *health)
{
    health->failures = 0;
}
