#include "pz_redis_list.h"

#define LIST_SCRIPT                                                            \
    "local kind=redis.call('TYPE',KEYS[1]).ok\n"                               \
    "if kind=='zset' then return redis.call('ZREVRANGE',KEYS[1],0,ARGV[1])end\n"\
    "if kind=='list' then return redis.call('LRANGE',KEYS[1],0,ARGV[1])end\n"  \
    "return{}\n"


void
pz_redis_list_command(pz_sb_t *sb, pz_str_t key, unsigned count)
{
    pz_sb_t   last;
    pz_str_t  argv[5];

    pz_sb_init(&last, sb->arena, 16);
    pz_sb_printf(&last, "%u", count > 0 ? count - 1 : 0);

    argv[0] = PZ_STR("EVAL");
    argv[1] = PZ_STR(LIST_SCRIPT);
    argv[2] = PZ_STR("1");
    argv[3] = key;

    if (pz_sb_done(&last, &argv[4]) != 0) {
        sb->failed = 1;
        return;
    }

    pz_redis_command(sb, argv, 5);
}
