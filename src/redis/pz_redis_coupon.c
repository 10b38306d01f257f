#include "pz_redis_coupon.h"

/*
 * LPOP before SET: should the second be refused (an ACL that allows only the
 * first), the code goes back to its place, and at worst is lost; the other
 * order would hand one code to two visitors.  The time to live is checked
 * before anything is taken.  Empty entries of a badly loaded list are dropped,
 * at most a thousand a call, since a script holds up the whole server.
 * TTL answers -1 for a code that somebody stored without an expiry.
 */
#define COUPON_SCRIPT                                                          \
    "local code=redis.call('GET',KEYS[2])\n"                                   \
    "if code and code~='' then return{code,redis.call('TTL',KEYS[2])}end\n"    \
    "local ttl=tonumber(ARGV[1])\n"                                            \
    "if not ttl or ttl<1 then return redis.error_reply('ERR coupon ttl')end\n" \
    "for _=1,1000 do\n"                                                        \
    "code=redis.call('LPOP',KEYS[1])\n"                                        \
    "if not code then return false end\n"                                      \
    "if code~='' then\n"                                                       \
    "local set=redis.pcall('SET',KEYS[2],code,'EX',ARGV[1])\n"                 \
    "if set.err then redis.call('LPUSH',KEYS[1],code)return set end\n"         \
    "return{code,ttl}\n"                                                       \
    "end\n"                                                                    \
    "end\n"                                                                    \
    "return false\n"

/* SHA-1 of the script, as SCRIPT LOAD answers it; a unit test compares. */
#define COUPON_SHA  "098db94cc0464c048e80fa44380c1c124e67dacf"


static int
coupon_name_ok(pz_str_t name)
{
    return name.len > 0
        && pz_str_find_byte(name, '{') < 0
        && pz_str_find_byte(name, '}') < 0;
}


static pz_str_t
coupon_key(pz_sb_t *sb, pz_str_t prefix, const char *kind, pz_str_t pool,
    pz_str_t visitor)
{
    pz_sb_t   key;
    pz_str_t  text;

    pz_sb_init(&key, sb->arena, sb->max);
    pz_sb_add(&key, prefix);
    pz_sb_literal(&key, kind);
    pz_sb_literal(&key, ":{");
    pz_sb_add(&key, pool);
    pz_sb_literal(&key, "}");

    if (visitor.len > 0) {
        pz_sb_literal(&key, ":");
        pz_sb_add(&key, visitor);
    }

    if (pz_sb_done(&key, &text) != 0) {
        sb->failed = 1;
        return PZ_STR_NONE;
    }

    return text;
}


void
pz_redis_coupon_command(pz_sb_t *sb, pz_str_t prefix, pz_str_t pool,
    pz_str_t visitor, int64_t ttl, int known)
{
    pz_sb_t   seconds;
    pz_str_t  argv[6];

    /* A brace in the pool's name would move its keys to different slots. */
    if (!coupon_name_ok(pool) || visitor.len == 0 || ttl < 1) {
        sb->failed = 1;
        return;
    }

    pz_sb_init(&seconds, sb->arena, 32);
    pz_sb_printf(&seconds, "%lld", (long long) ttl);

    argv[0] = known ? PZ_STR("EVALSHA") : PZ_STR("EVAL");
    argv[1] = known ? PZ_STR(COUPON_SHA) : PZ_STR(COUPON_SCRIPT);
    argv[2] = PZ_STR("2");
    argv[3] = coupon_key(sb, prefix, "coupons", pool, PZ_STR_NONE);
    argv[4] = coupon_key(sb, prefix, "coupon", pool, visitor);

    if (pz_sb_done(&seconds, &argv[5]) != 0) {
        sb->failed = 1;
        return;
    }

    pz_redis_command(sb, argv, 6);
}
