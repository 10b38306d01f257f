/*
 * Which of a Redis Cluster's 16384 slots a key is in, and where the keys of
 * commands stand.  https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
 */
#ifndef PZ_REDIS_SLOT_H
#define PZ_REDIS_SLOT_H

#include "pz_str.h"

#define PZ_REDIS_SLOTS  16384

/*
 * CRC16 (XMODEM) of the key, or of what stands between its first { and the
 * next } where that is not empty: keys with one tag share a slot.
 */
unsigned pz_redis_slot_of(pz_str_t key);

/* One command as it travels. */
typedef struct {
    pz_str_t  bytes;
    unsigned  slot;      /* of its first key */
} pz_redis_sent_t;

/*
 * The next command of *rest, in RESP2 as pz_redis_command() writes it.
 * 1 and the rest behind it; 0: no more; -1: no command, or one without a key.
 */
int pz_redis_slot_next(pz_str_t *rest, pz_redis_sent_t *sent);

#endif
