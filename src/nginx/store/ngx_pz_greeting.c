#include "ngx_pz_greeting.h"
#include "ngx_pz_keep.h"

#define NGX_PZ_GREETING_MAX  4096


static void
ngx_pz_greeting_step(ngx_pz_greeting_t *greeting, pz_sb_t *sb, ngx_pz_greeting_e step,
    const pz_str_t *argv, size_t argc)
{
    pz_redis_command(sb, argv, argc);
    greeting->steps[greeting->nsteps++] = step;
}


static void
ngx_pz_greeting_auth(ngx_pz_greeting_t *greeting, pz_sb_t *sb, const pz_redis_url_t *url)
{
    size_t    argc;
    pz_str_t  argv[3];

    argc = 0;
    argv[argc++] = PZ_STR("AUTH");

    if (url->user.len > 0) {
        argv[argc++] = url->user;
    }

    argv[argc++] = url->password;
    ngx_pz_greeting_step(greeting, sb, NGX_PZ_GREETING_AUTH, argv, argc);
}


static void
ngx_pz_greeting_select(ngx_pz_greeting_t *greeting, pz_sb_t *sb, const pz_redis_url_t *url)
{
    u_char    digits[NGX_INT_T_LEN];
    pz_str_t  argv[2];

    argv[0] = PZ_STR("SELECT");
    argv[1].data = (char *) digits;
    argv[1].len = ngx_sprintf(digits, "%uD", (uint32_t) url->db) - digits;
    ngx_pz_greeting_step(greeting, sb, NGX_PZ_GREETING_SELECT, argv, 2);
}


ngx_int_t
ngx_pz_greeting_build(ngx_pz_greeting_t *greeting, const pz_redis_url_t *url,
    ngx_pz_greeting_who_e who, pz_arena_t *arena, ngx_pool_t *pool)
{
    pz_sb_t   sb, ping;
    pz_str_t  last, role, word;

    role = PZ_STR("ROLE");
    word = PZ_STR("READONLY");
    last = who == NGX_PZ_GREETING_REPLICA ? role : PZ_STR("PING");
    pz_sb_init(&sb, arena, NGX_PZ_GREETING_MAX);
    pz_sb_init(&ping, arena, 64);
    pz_redis_command(&ping, &last, 1);

    if (url->password.len > 0) {
        ngx_pz_greeting_auth(greeting, &sb, url);
    }

    if (url->db > 0) {
        ngx_pz_greeting_select(greeting, &sb, url);
    }

    if (who == NGX_PZ_GREETING_MASTER) {
        ngx_pz_greeting_step(greeting, &sb, NGX_PZ_GREETING_ROLE, &role, 1);
    }

    if (who == NGX_PZ_GREETING_REPLICA && url->scheme == PZ_REDIS_CLUSTER) {
        ngx_pz_greeting_step(greeting, &sb, NGX_PZ_GREETING_READONLY, &word, 1);
    }

    ngx_pz_greeting_step(greeting, &sb,
                         who == NGX_PZ_GREETING_REPLICA ? NGX_PZ_GREETING_STEP
                                                        : NGX_PZ_GREETING_PING,
                         &last, 1);

    if (ngx_pz_keep(pool, &ping, &greeting->ping) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_pz_keep(pool, &sb, &greeting->commands);
}
