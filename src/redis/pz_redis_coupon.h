/*
 * The reservation of a coupon as one script: same visitor, same code; never
 * one code for two.  Keys: pool list and this visitor's key, same hash slot.
 */
#ifndef PZ_REDIS_COUPON_H
#define PZ_REDIS_COUPON_H

#include "pz_redis.h"

/*
 * EVALSHA when `known` (the server has the script), else EVAL.  `ttl` in
 * seconds.  Reply: an array of code and remaining seconds, or nil: the pool is
 * empty.
 */
void pz_redis_coupon_command(pz_sb_t *sb, pz_str_t prefix, pz_str_t pool,
    pz_str_t visitor, int64_t ttl, int known);

#endif
