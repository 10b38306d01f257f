/*
 * A visitor's profile: fields as text from Redis, typed by a schema.
 *
 * A rule never fails because a visitor lacks a field, or because the field is
 * not what it should be: a number that does not parse is its default, and
 * absent.
 */
#ifndef PZ_PROFILE_H
#define PZ_PROFILE_H

#include "pz_arena.h"

typedef enum {
    PZ_TYPE_TEXT,      /* default: empty */
    PZ_TYPE_NUMBER,    /* default: 0 */
    PZ_TYPE_TIME,      /* seconds since 1970; "2026-11-27 09:00" is UTC; default: 0 */
    PZ_TYPE_FLAG,      /* 1, true, yes, on; default: false */
    PZ_TYPE_LIST       /* separated by commas; default: empty */
} pz_type_t;

typedef struct {
    pz_type_t type;
    int       present;   /* in the profile, and of its type */
    pz_str_t  text;      /* as it was written; empty when absent */
    double    number;    /* NUMBER, TIME and FLAG */
} pz_value_t;

/*
 * A text as a value of that type.  Numbers, times and flags are trimmed and
 * may be a number of seconds or a date for a time; what is not of the type is
 * the type's default, and not present.
 */
pz_value_t pz_value_read(pz_type_t type, pz_str_t text);

/*
 * Field types.  Immutable after it is built; the built-in fields are in it:
 * lists: segments; numbers: points, cart_total, cart_count, orders,
 * days_since_order, affinity:*; time: last_order_at; text: name, tier.
 */
typedef struct pz_schema_s pz_schema_t;

pz_schema_t *pz_schema_create(pz_arena_t *arena);

/*
 * Declare a field; the name is copied.  0; -1 no memory; -2 already declared
 * with another type (or a built-in one).  The same type again is fine, and a
 * field that was declared safe once stays safe.
 */
int pz_schema_declare(pz_schema_t *schema, pz_str_t name, pz_type_t type,
    int safe);

/* An undeclared name is text, not safe; affinity:* are numbers. */
pz_type_t pz_schema_type(const pz_schema_t *schema, pz_str_t name);
int pz_schema_is_safe(const pz_schema_t *schema, pz_str_t name);

/* "text", "number" ... both ways; -1 for a word that is no type. */
const char *pz_type_name(pz_type_t type);
int pz_type_from(pz_str_t word);

typedef struct pz_profile_s pz_profile_t;

/* An empty profile in `arena`: also that of a visitor nobody knows. */
pz_profile_t *pz_profile_create(pz_arena_t *arena);

/* Add a field; the bytes are borrowed.  The last of a name wins.  -1: no memory. */
int pz_profile_add(pz_profile_t *profile, pz_str_t name, pz_str_t text);

/* A field, and what every question for it needs: a rule has this from its load on. */
typedef struct {
    pz_str_t  name;       /* borrowed */
    uint32_t  hash;
    pz_type_t type;
    int       derived;
} pz_field_t;

pz_field_t pz_field_of(const pz_schema_t *schema, pz_str_t name);

/*
 * The value of a field at time `now` (seconds), by its type.  Derived:
 * days_since_order from last_order_at, in whole days, 0 for a time to come, with
 * its text in the profile's arena; absent when that is.  A text is read as a
 * value once, however many rules ask for it.
 */
pz_value_t pz_profile_value(const pz_profile_t *profile, const pz_field_t *field, int64_t now);

/* The same by name. */
pz_value_t pz_profile_get(const pz_profile_t *profile,
    const pz_schema_t *schema, pz_str_t name, int64_t now);

/* The n-th field, in order of addition; -1 past the last. */
int pz_profile_field(const pz_profile_t *profile, size_t n, pz_str_t *name,
    pz_str_t *text);

#endif
