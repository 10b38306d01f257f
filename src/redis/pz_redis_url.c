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
#define URL_PATH_MAX      107    /* sun_path without its zero */
#define URL_DEFAULT_PORT  6379
#define URL_SENTINEL_PORT 26379
#define URL_NODES_MAX     16

typedef struct {
    pz_arena_t  *arena;
    pz_error_t  *error;
    pz_str_t     user_shown;     /* as it was written */
    int          has_password;
} url_parser_t;

typedef struct {
    pz_str_t           prefix;
    pz_redis_scheme_t  scheme;
    int                tls;
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
url_node(const url_parser_t *parser, pz_str_t text, unsigned port, pz_redis_node_t *node)
{
    switch (pz_redis_node_parse(text, port, node)) {
    case PZ_REDIS_NODE_HOST:
        return url_fail(parser, "the Redis URL needs a host name or address, as in "
                        "redis://127.0.0.1:6379/0 or redis://[::1]:6379/0");
    case PZ_REDIS_NODE_PORT:
        return url_fail(parser, "the port of the Redis URL must be a number from 1 to "
                        "65535");
    default:
        break;
    }

    return pz_arena_copy(parser->arena, node->host, &node->host) == 0
           ? 0 : url_fail(parser, "no memory for the Redis URL");
}


static int
url_host(const url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    pz_redis_node_t  node;

    if (url_node(parser, text, URL_DEFAULT_PORT, &node) != 0) {
        return -1;
    }

    url->host = node.host;
    url->port = node.port;
    return 0;
}


/* What stands before the last @, since a password is often written unescaped. */
static int
url_user(url_parser_t *parser, pz_str_t *text, pz_redis_url_t *url)
{
    ptrdiff_t  at;

    at = pz_redis_part_find_last(*text, PZ_STR("@"));

    if (at < 0) {
        return 0;
    }

    if (url_userinfo(parser, pz_str_head(*text, (size_t) at), url) != 0) {
        return -1;
    }

    *text = pz_str_skip(*text, (size_t) at + 1);
    return 0;
}


static int
url_tcp(url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    pz_str_t   db;
    ptrdiff_t  slash;

    if (url_user(parser, &text, url) != 0) {
        return -1;
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


/* "h1:port,h2:port" */
static int
url_nodes(const url_parser_t *parser, pz_str_t text, unsigned port, pz_redis_url_t *url)
{
    pz_str_t   one;
    ptrdiff_t  comma;

    url->nodes = pz_arena_array(parser->arena, URL_NODES_MAX, sizeof(pz_redis_node_t));

    if (url->nodes == NULL) {
        return url_fail(parser, "no memory for the Redis URL");
    }

    do {
        comma = pz_str_find_byte(text, ',');
        one = comma < 0 ? text : pz_str_head(text, (size_t) comma);
        text = comma < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) comma + 1);

        if (url->nnodes == URL_NODES_MAX) {
            return url_fail(parser, "the Redis URL names more than 16 servers");
        }

        if (url_node(parser, one, port, &url->nodes[url->nnodes++]) != 0) {
            return -1;
        }
    } while (comma >= 0);

    return 0;
}


static int
url_master_ok(pz_str_t name)
{
    size_t  i;

    for (i = 0; i < name.len; i++) {
        if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == '"') {
            return 0;
        }
    }

    return name.len > 0 && name.len <= URL_NAME_MAX;
}


/* "user:password@h1:port,h2:port/db#master" */
static int
url_sentinel(url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    pz_str_t   db;
    ptrdiff_t  mark, slash;

    if (url_user(parser, &text, url) != 0) {
        return -1;
    }

    mark = pz_str_find_byte(text, '#');

    if (mark < 0 || !url_master_ok(pz_str_skip(text, (size_t) mark + 1))
        || pz_arena_copy(parser->arena, pz_str_skip(text, (size_t) mark + 1), &url->master) != 0)
    {
        return url_fail(parser, "a redis-sentinel:// URL ends with # and the master's name, as in "
                        "redis-sentinel://10.0.0.1:26379,10.0.0.2:26379/0#mymaster");
    }

    text = pz_str_head(text, (size_t) mark);
    slash = pz_str_find_byte(text, '/');
    db = slash < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) slash + 1);

    if (db.len > 0 && url_db(parser, db, url) != 0) {
        return -1;
    }

    return url_nodes(parser, slash < 0 ? text : pz_str_head(text, (size_t) slash),
                     URL_SENTINEL_PORT, url);
}


/* "user:password@h1:port,h2:port", with "/0" or without: a cluster has one database. */
static int
url_cluster(url_parser_t *parser, pz_str_t text, pz_redis_url_t *url)
{
    pz_str_t   db;
    ptrdiff_t  slash;

    if (url_user(parser, &text, url) != 0) {
        return -1;
    }

    slash = pz_str_find_byte(text, '/');
    db = slash < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) slash + 1);

    if (db.len > 0 && !pz_str_eq(db, PZ_STR("0"))) {
        return url_fail(parser, "a redis-cluster:// URL takes no database but 0, and nothing "
                        "behind it: write redis-cluster://10.0.0.1:6379,10.0.0.2:6379");
    }

    return url_nodes(parser, slash < 0 ? text : pz_str_head(text, (size_t) slash),
                     URL_DEFAULT_PORT, url);
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


static void
url_shown_node(pz_sb_t *sb, pz_str_t host, unsigned port)
{
    int v6 = pz_str_find_byte(host, ':') >= 0;

    pz_sb_literal(sb, v6 ? "[" : "");
    pz_sb_add(sb, host);
    pz_sb_printf(sb, v6 ? "]:%u" : ":%u", port);
}


static int
url_shown(const url_parser_t *parser, pz_str_t prefix, pz_redis_url_t *url)
{
    size_t   i;
    pz_sb_t  sb;

    pz_sb_init(&sb, parser->arena, 16384);
    pz_sb_add(&sb, prefix);

    if (parser->has_password) {
        pz_sb_add(&sb, parser->user_shown);
        pz_sb_literal(&sb, ":***@");
    }

    if (url->scheme == PZ_REDIS_UNIX) {
        pz_sb_add(&sb, url->path);
        pz_sb_printf(&sb, "?db=%u", url->db);

    } else if (url->nnodes > 0) {
        for (i = 0; i < url->nnodes; i++) {
            pz_sb_literal(&sb, i > 0 ? "," : "");
            url_shown_node(&sb, url->nodes[i].host, url->nodes[i].port);
        }

        if (url->scheme == PZ_REDIS_SENTINEL) {
            pz_sb_printf(&sb, "/%u#", url->db);
            pz_sb_add(&sb, url->master);
        }

    } else {
        url_shown_node(&sb, url->host, url->port);
        pz_sb_printf(&sb, "/%u", url->db);
    }

    return pz_sb_done(&sb, &url->shown) == 0
           ? 0 : url_fail(parser, "no memory for the Redis URL");
}


static const url_scheme_t *
url_scheme(pz_str_t text)
{
    static const url_scheme_t schemes[] = {
        { { "redis://", 8 },            PZ_REDIS_TCP,      0 },
        { { "rediss://", 9 },           PZ_REDIS_TCP,      1 },
        { { "unix://", 7 },             PZ_REDIS_UNIX,     0 },
        { { "redis-sentinel://", 17 },  PZ_REDIS_SENTINEL, 0 },
        { { "rediss-sentinel://", 18 }, PZ_REDIS_SENTINEL, 1 },
        { { "redis-cluster://", 16 },   PZ_REDIS_CLUSTER,  0 },
        { { "rediss-cluster://", 17 },  PZ_REDIS_CLUSTER,  1 },
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
        return url_fail(&parser, "the Redis URL must begin with redis://, rediss://, "
                        "unix://, redis-sentinel:// or redis-cluster://, as in "
                        "redis://127.0.0.1:6379/0 or unix:///run/redis.sock?db=0");
    }

    url->scheme = scheme->scheme;
    url->tls = scheme->tls;
    text = pz_str_skip(text, scheme->prefix.len);
    rc = url->scheme == PZ_REDIS_UNIX ? url_unix(&parser, text, url)
         : url->scheme == PZ_REDIS_SENTINEL ? url_sentinel(&parser, text, url)
         : url->scheme == PZ_REDIS_CLUSTER ? url_cluster(&parser, text, url)
         : url_tcp(&parser, text, url);

    return rc == 0 ? url_shown(&parser, scheme->prefix, url) : -1;
}
