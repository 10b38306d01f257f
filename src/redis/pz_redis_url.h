/*
 * The URL of `personalize_redis`, without any I/O.
 */
#ifndef PZ_REDIS_URL_H
#define PZ_REDIS_URL_H

#include "pz_arena.h"
#include "pz_error.h"
#include "pz_redis_node.h"

typedef enum {
    PZ_REDIS_TCP, PZ_REDIS_UNIX, PZ_REDIS_SENTINEL, PZ_REDIS_CLUSTER
} pz_redis_scheme_t;

typedef struct {
    pz_redis_scheme_t scheme;
    int               tls;
    pz_str_t          host;       /* without brackets */
    unsigned          port;       /* 6379 unless given */
    pz_redis_node_t  *nodes;      /* sentinels, port 26379 unless given; or of a cluster, 6379 */
    size_t            nnodes;
    pz_str_t          master;     /* its name, for sentinels */
    pz_str_t          path;       /* of a unix socket */
    pz_str_t          user;       /* percent-decoded; empty: none */
    pz_str_t          password;   /* read from its file: or env: source already */
    unsigned          db;
    pz_str_t          shown;      /* the URL for logs and status, *** for the password */
} pz_redis_url_t;

/*
 * Parse; all strings are copied to `arena`.  0, or -1 with error->text, which
 * never contains a password.
 */
int pz_redis_url_parse(pz_arena_t *arena, pz_str_t text, pz_redis_url_t *url,
    pz_error_t *error);

#endif
