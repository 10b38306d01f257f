/*
 * The best product ids of a recommendation list, which its owner may keep as a
 * sorted set (highest score first) or as a list (first is best).
 *
 * One EVAL with one declared key: it asks for the type and reads, in one round
 * trip, without an error reply, and in Redis Cluster's terms.
 */
#ifndef PZ_REDIS_LIST_H
#define PZ_REDIS_LIST_H

#include "pz_redis.h"

/* Up to `count` ids of `key` (with its prefix).  Reply: an array, empty when there is none. */
void pz_redis_list_command(pz_sb_t *sb, pz_str_t key, unsigned count);

#endif
