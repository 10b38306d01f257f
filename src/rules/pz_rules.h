/*
 * The insides of a rule set, for the files of this zone only.
 */
#ifndef PZ_RULES_H
#define PZ_RULES_H

#include "pz_action.h"
#include "pz_ruleset.h"
#include "pz_sandbox.h"

/* How a segment or a campaign is doing: off after too many failures in a row. */
typedef struct pz_health_s {
    pz_str_t name;
    unsigned failures;
    unsigned off:1;
} pz_health_t;

/* A function of a rule file, by number. */
typedef struct {
    int          ref;        /* in Lua's registry: the function */
    int          guard;      /* and what it can reach (pz_freeze.h) */
    pz_health_t *health;     /* of the segment or campaign that it belongs to */
    const char  *file;
    unsigned     line;
} pz_function_t;

/* A list that grows while loading and then stays. */
typedef struct {
    void  *items;
    size_t n;
    size_t room;
} pz_grow_t;

struct pz_ruleset_s {
    unsigned               references;
    pz_ruleset_limits_t    limits;
    pz_sandbox_t          *sandbox;
    pz_arena_t            *arena;
    pz_schema_t           *schema;
    const char           **files;        /* for messages; NULL-terminated */
    size_t                 nfiles;
    int                    environment;  /* registry: of rule files */
    int                    visitor;      /* registry: the objects that functions get */
    int                    context;
    pz_grow_t              functions;    /* pz_function_t */
    pz_grow_t              segments;     /* pz_segment_t */
    pz_grow_t              campaigns;    /* pz_campaign_t */
    pz_grow_t              pages;        /* pz_page_t *, to be freed */
    pz_campaign_set_t      set;
    struct pz_loading_s   *loading;      /* while loading */
    const struct pz_scope_s *scope;      /* while a function runs */
};

/*
 * Add a zeroed item of `size` bytes to a list in the rule set's arena; NULL: no
 * memory.  Earlier items may move.
 */
void *pz_rules_add(pz_ruleset_t *rules, pz_grow_t *list, size_t size);

/* Count a failure or a success; returns whether this switched it off. */
int pz_health_fail(pz_health_t *health, const pz_ruleset_limits_t *limits);
void pz_health_pass(pz_health_t *health);

#endif
