/*
 * A server's place: host and port, as URLs and other servers write them.
 */
#ifndef PZ_REDIS_NODE_H
#define PZ_REDIS_NODE_H

#include "pz_str.h"

#define PZ_REDIS_HOST_MAX  255

typedef struct {
    pz_str_t  host;      /* name or address, without brackets */
    unsigned  port;
} pz_redis_node_t;

typedef enum {
    PZ_REDIS_NODE_OK = 0, PZ_REDIS_NODE_HOST, PZ_REDIS_NODE_PORT
} pz_redis_node_error_t;

/* "host", "host:port", "[v6]:port"; which part cannot be.  The host points into `text`. */
pz_redis_node_error_t pz_redis_node_parse(pz_str_t text, unsigned default_port,
    pz_redis_node_t *node);

/* Letters, digits and what else hosts are made of: nothing that trips up a log or a lookup. */
int pz_redis_node_host_ok(pz_str_t host, int v6);

#endif
