#include "pz_redis_url.h"

#include "pz_redis_part.h"
#include "pz_redis_secret.h"
#include "pz_sb.h"

#include <limits.h>

/*
 * No message here quotes the text: whatever cannot be parsed may be a
 * password, and nginx names file and line anyway.
 */

#define URL_NAME_MAX      512    /* user and password, decoded */
#define URL_HOST_MAX      255
#define URL_PATH_MAX      107    /* sun_path without its zero */
#define URL_DEFAULT_PORT  6379

typedef struct {
    pz_arena_t  *arena;
    pz_error_t  *error;
    pz_str_t     user_shown;     /* as it was written */
    int          has_password;
} url_parser_t;

typedef struct {
    pz_str_t           prefix;
    pz_redis_scheme_t  scheme;
    const char        *refusal;
} url_scheme_t;


static int
url_fail(const url_parser_t *parser, const char *text)
{
    return pz_error_set(parser->error, NULL, 0, "%s", text);
}


static int
url_db(const url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    if (pz_redis_part_number(text, INT_MAX, &url->db) != 0) {
        return url_fail(parser, "the database of the Redis URL must be a number, as in "
                        "redis://host:6379/0 or unix:///path.sock?db=0");
    }

    return 0;
}


/* "user:password", "user" or ":password"; the password may be file: or env:. */
static int
url_userinfo(url_parser_t *parser, pz_str_t info, pz_redis_url_t *url)
{
    pz_str_t   user, password;
    ptrdiff_t  colon;

    colon = pz_str_find_byte(info, ':');
    user = colon < 0 ? info : pz_str_head(info, (size_t) colon);
    password = colon < 0 ? PZ_STR_NONE : pz_str_skip(info, (size_t) colon + 1);

    if (pz_redis_part_decode(parser->arena, user, &url->user) != 0
        || pz_redis_part_decode(parser->arena, password, &password) != 0)
    {
        return url_fail(parser, "the user or password of the Redis URL has a malformed "
                        "%XX escape (write % itself as %25)");
    }

    if (password.len == 0) {
        return url_fail(parser, "the Redis URL has a user but no password: write "
                        "redis://user:password@host, redis://:password@host, or leave out "
                        "what stands before the @");
    }

    parser->user_shown = user;
    parser->has_password = 1;

    if (pz_redis_secret_read(parser->arena, password, &url->password,
                             parser->error)
        != 0)
    {
        return -1;
    }

    if (url->user.len > URL_NAME_MAX || url->password.len > URL_NAME_MAX) {
        return url_fail(parser, "the user or password of the Redis URL is longer than "
                        "512 bytes");
    }

    return 0;
}


static int
url_host_ok(pz_str_t host, int bracketed)
{
    char    c;
    size_t  i;

    for (i = 0; i < host.len; i++) {
        c = pz_lower(host.data[i]);

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.') {
            continue;
        }

        if (bracketed ? c != ':' && c != '%' : c != '-' && c != '_') {
            return 0;
        }
    }

    return host.len > 0 && host.len <= URL_HOST_MAX;
}


/* "host", "host:port", "[v6]:port". */
static int
url_host(const url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    int        bracketed;
    pz_str_t   host, rest;
    ptrdiff_t  end;

    bracketed = text.len > 0 && text.data[0] == '[';

    if (bracketed) {
        end = pz_str_find_byte(text, ']');
        host = end < 0 ? PZ_STR_NONE : pz_str_head(text, (size_t) end);
        host = pz_str_skip(host, 1);
        rest = end < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) end + 1);

    } else {
        end = pz_str_find_byte(text, ':');
        host = end < 0 ? text : pz_str_head(text, (size_t) end);
        rest = end < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) end);
    }

    if (!url_host_ok(host, bracketed)) {
        return url_fail(parser, "the Redis URL needs a host name or address, as in "
                        "redis://127.0.0.1:6379/0 or redis://[::1]:6379/0");
    }

    url->port = URL_DEFAULT_PORT;

    if (rest.len > 0
        && (rest.data[0] != ':'
            || pz_redis_part_number(pz_str_skip(rest, 1), 65535, &url->port) != 0
            || url->port == 0))
    {
        return url_fail(parser, "the port of the Redis URL must be a number from 1 to "
                        "65535");
    }

    return pz_arena_copy(parser->arena, host, &url->host) == 0
           ? 0 : url_fail(parser, "no memory for the Redis URL");
}


/* The last @ ends the user part: a password is often written unescaped. */
static int
url_tcp(url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    pz_str_t   db;
    ptrdiff_t  at, slash;

    at = pz_redis_part_find_last(text, PZ_STR("@"));

    if (at >= 0) {
        if (url_userinfo(parser, pz_str_head(text, (size_t) at), url) != 0) {
            return -1;
        }

        text = pz_str_skip(text, (size_t) at + 1);
    }

    if (pz_str_find_byte(text, '?') >= 0 || pz_str_find_byte(text, '#') >= 0) {
        return url_fail(parser, "a redis:// or rediss:// URL takes no ? or # part: write "
                        "redis://user:password@host:port/db");
    }

    slash = pz_str_find_byte(text, '/');
    db = slash < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) slash + 1);

    if (db.len > 0 && url_db(parser, db, url) != 0) {
        return -1;
    }

    return url_host(parser, slash < 0 ? text : pz_str_head(text, (size_t) slash),
                    url);
}


static int
url_unix(url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    pz_str_t   query;
    ptrdiff_t  at, mark;

    if (text.len > 0 && text.data[0] != '/') {
        at = pz_redis_part_find_last(text, PZ_STR("@/"));

        if (at >= 0) {
            if (url_userinfo(parser, pz_str_head(text, (size_t) at), url) != 0) {
                return -1;
            }

            text = pz_str_skip(text, (size_t) at + 1);
        }
    }

    mark = pz_str_find_byte(text, '?');

    if (mark >= 0) {
        query = pz_str_skip(text, (size_t) mark + 1);
        text = pz_str_head(text, (size_t) mark);

        if (!pz_str_starts(query, PZ_STR("db="))) {
            return url_fail(parser, "the only parameter of a unix: URL is db, as in "
                            "unix:///run/redis.sock?db=0");
        }

        if (url_db(parser, pz_str_skip(query, 3), url) != 0) {
            return -1;
        }
    }

    if (text.len < 2 || text.data[0] != '/'
        || pz_redis_part_decode(parser->arena, text, &url->path) != 0
        || url->path.len > URL_PATH_MAX)
    {
        return url_fail(parser, "the unix: URL needs an absolute path of up to 107 "
                        "bytes, as in unix:///run/redis.sock?db=0");
    }

    return 0;
}


static int
url_shown(const url_parser_t *parser, pz_redis_url_t *url)
{
    pz_sb_t  sb;

    pz_sb_init(&sb, parser->arena, 4096);
    pz_sb_literal(&sb, url->scheme == PZ_REDIS_UNIX ? "unix://"
                       : url->scheme == PZ_REDIS_TLS ? "rediss://" : "redis://");

    if (parser->has_password) {
        pz_sb_add(&sb, parser->user_shown);
        pz_sb_literal(&sb, ":***@");
    }

    if (url->scheme == PZ_REDIS_UNIX) {
        pz_sb_add(&sb, url->path);
        pz_sb_printf(&sb, "?db=%u", url->db);

    } else {
        int v6 = pz_str_find_byte(url->host, ':') >= 0;

        pz_sb_literal(&sb, v6 ? "[" : "");
        pz_sb_add(&sb, url->host);
        pz_sb_printf(&sb, v6 ? "]:%u/%u" : ":%u/%u", url->port, url->db);
    }

    return pz_sb_done(&sb, &url->shown) == 0
           ? 0 : url_fail(parser, "no memory for the Redis URL");
}


static const url_scheme_t *
url_scheme(pz_str_t text)
{
    static const url_scheme_t schemes[] = {
        { { "redis://", 8 },           PZ_REDIS_TCP,      NULL },
        { { "unix://", 7 },            PZ_REDIS_UNIX,     NULL },
        { { "rediss://", 9 },          PZ_REDIS_TLS,      NULL },
        { { "redis-sentinel://", 17 }, PZ_REDIS_SENTINEL,
          "Redis Sentinel (redis-sentinel://) is not supported yet: name the master "
          "with redis:// or unix://" },
        { { "redis-cluster://", 16 },  PZ_REDIS_CLUSTER,
          "Redis Cluster (redis-cluster://) is not supported yet: use redis:// or "
          "unix://" },
    };

    size_t  i;

    for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        pz_str_t prefix = schemes[i].prefix;

        if (pz_str_ieq(pz_str_head(text, prefix.len), prefix)) {
            return &schemes[i];
        }
    }

    return NULL;
}


int
pz_redis_url_parse(pz_arena_t *arena, pz_str_t text, pz_redis_url_t *url,
    pz_error_t *error)
{
    int                  rc;
    url_parser_t         parser;
    const url_scheme_t  *scheme;

    *url = (pz_redis_url_t) { 0 };
    parser = (url_parser_t) { .arena = arena, .error = error };

    if (pz_str_find_byte(text, '\0') >= 0) {
        return url_fail(&parser, "the Redis URL contains a NUL byte");
    }

    scheme = url_scheme(text);

    if (scheme == NULL) {
        return url_fail(&parser, "the Redis URL must begin with redis://, rediss:// or "
                        "unix://, as in redis://127.0.0.1:6379/0 or "
                        "unix:///run/redis.sock?db=0");
    }

    url->scheme = scheme->scheme;

    if (scheme->refusal != NULL) {
        return url_fail(&parser, scheme->refusal);
    }

    text = pz_str_skip(text, scheme->prefix.len);
    rc = url->scheme == PZ_REDIS_UNIX ? url_unix(&parser, text, url)
                                      : url_tcp(&parser, text, url);

    return rc == 0 ? url_shown(&parser, url) : -1;
}
