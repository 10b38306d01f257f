/*
 * The schema's inside, for the profile: one look-up by a hash that is
 * computed once.
 */
#ifndef PZ_SCHEMA_H
#define PZ_SCHEMA_H

#include "pz_profile.h"

/* The one derived field and what it is derived from. */
#define PZ_FIELD_DAYS_SINCE_ORDER  PZ_STR("days_since_order")
#define PZ_FIELD_LAST_ORDER_AT     PZ_STR("last_order_at")

/* pz_schema_type with the name's pz_names_hash. */
pz_type_t pz_schema_type_hashed(const pz_schema_t *schema, pz_str_t name,
    uint32_t hash);

#endif
