/*
 * What is known of the request, without knowing the visitor.
 * All bytes are borrowed from the request.
 */
#ifndef PZ_FACTS_H
#define PZ_FACTS_H

#include "pz_str.h"

typedef struct {
    pz_str_t name;
    pz_str_t value;
} pz_fact_t;

typedef struct {
    pz_str_t         path;       /* decoded, without the query */
    pz_str_t         host;
    pz_str_t         query;
    pz_str_t         language;   /* the first of Accept-Language, lower case: "th", "en-gb" */
    pz_str_t         referrer;
    int64_t          now;        /* seconds since 1970 */
    unsigned         consent:1;  /* the visitor may be known and remembered */
    unsigned         returning:1;/* came with an id of ours that verified */
    const pz_fact_t *named;      /* personalize_context, in order */
    size_t           nnamed;
} pz_facts_t;

/*
 * A fact by name: the ones above ("path", "language" ...; "consent" and
 * "returning" as "1" or "0"), then the named ones.  0, or -1 when absent: that is
 * also what an empty one is, since an nginx variable that has no value is the
 * empty text.  `now` is a number, and read from the struct.
 */
int pz_facts_get(const pz_facts_t *facts, pz_str_t name, pz_str_t *value);

#endif
