/*
 * The schema's inside, for the profile.
 */
#ifndef PZ_SCHEMA_H
#define PZ_SCHEMA_H

#include "pz_profile.h"

/* The one derived field and what it is derived from. */
#define PZ_FIELD_DAYS_SINCE_ORDER  PZ_STR("days_since_order")
#define PZ_FIELD_LAST_ORDER_AT     PZ_STR("last_order_at")

#endif
