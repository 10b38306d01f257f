/*
 * A rule set: the rule files of one `personalize_rules`, loaded whole.
 *
 * Loading runs the files in a sandbox (text chunks only, an allow-list, JIT
 * off, a time and a memory budget) and compiles what they declare to C tables.
 * Deciding runs Lua only where a rule has a function.  One rule set belongs to
 * one thread; it is replaced, never changed.  Threat model: rule authors are
 * trusted colleagues who make mistakes; profile fields are hostile.
 */
#ifndef PZ_RULESET_H
#define PZ_RULESET_H

#include "pz_plan.h"

typedef struct pz_ruleset_s pz_ruleset_t;

typedef struct {
    size_t   memory;          /* bytes of Lua; 0: 16 MiB */
    unsigned load_time;       /* milliseconds for all files; 0: 1000 */
    unsigned call_time;       /* microseconds for one function call; 0: 2000 */
    unsigned faults;          /* failures in a row after which a campaign is switched off; 0: 20 */
} pz_ruleset_limits_t;

/* A function that failed: `campaign` (or segment) is off for this request, or for good. */
typedef void (*pz_ruleset_on_fault_pt)(void *data, pz_str_t rule,
    const pz_error_t *error, int switched_off);

/*
 * Load `path`: a file, a folder of *.lua, or a glob; in byte order of the names.
 * NULL with up to `nerrors` errors in errors[] and their number in *found.
 * NULL limits: the defaults.
 */
pz_ruleset_t *pz_ruleset_load(const char *path, const pz_ruleset_limits_t *limits,
    pz_error_t *errors, size_t nerrors, size_t *found);

/*
 * Rule sets are counted, since a request keeps the one that decided it until
 * its slots are filled.  Loading gives one reference.
 */
void pz_ruleset_hold(pz_ruleset_t *rules);
void pz_ruleset_release(pz_ruleset_t *rules);

/*
 * A hash of names, sizes, inodes, mtime and ctime of the files behind `path`:
 * when it differs from before, load again.  0 when the path cannot be read.
 * It never opens a file: cheap enough for every second.
 */
uint64_t pz_ruleset_fingerprint(const char *path);

const pz_campaign_set_t *pz_ruleset_campaigns(const pz_ruleset_t *rules);

typedef struct {
    pz_arena_t            *arena;       /* the plan lives here, as long as the request */
    const pz_profile_t    *profile;     /* empty, never NULL */
    const pz_facts_t      *facts;
    pz_str_t               visitor;     /* empty without consent */
    pz_decide_trace_pt     trace;       /* or NULL */
    pz_ruleset_on_fault_pt on_fault;    /* or NULL */
    void                  *data;        /* of both */
} pz_ruleset_input_t;

/*
 * Decide and render: the plan for one response.  0, or -1 when the arena has
 * no room.  An action whose template cannot be rendered drops its campaign's
 * actions whole; on_fault is told, but it does not count towards switching off:
 * it is one visitor's data.  An action is left out when a function that makes
 * its text returns nothing, and a coupon when there is no visitor to keep it for.
 */
int pz_ruleset_plan(pz_ruleset_t *rules, const pz_ruleset_input_t *in,
    pz_plan_t *plan);

/* A product as its hash in Redis has it: names and texts; bytes are borrowed. */
typedef struct {
    pz_str_t         sku;
    const pz_fact_t *fields;    /* title url image price currency category stock ... */
    size_t           nfields;
} pz_product_t;

/*
 * The HTML for a slot, rendered into in->arena once its content is there.
 * 0; 1 when there is nothing to show (no product, no code): insert nothing;
 * -1 no memory.
 */
int pz_ruleset_recommendations(pz_ruleset_t *rules, const pz_ruleset_input_t *in,
    const pz_want_t *want, const pz_product_t *products, size_t n, pz_str_t *html);
int pz_ruleset_coupon(pz_ruleset_t *rules, const pz_ruleset_input_t *in,
    const pz_want_t *want, pz_str_t code, int64_t expires, pz_str_t *html);

/* Lua bytes in use now: for the status page. */
size_t pz_ruleset_memory(const pz_ruleset_t *rules);

#endif
