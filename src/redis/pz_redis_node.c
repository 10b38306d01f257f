#include "pz_redis_node.h"

#include "pz_redis_part.h"


int
pz_redis_node_host_ok(pz_str_t host, int v6)
{
    char    c;
    size_t  i;

    for (i = 0; i < host.len; i++) {
        c = pz_lower(host.data[i]);

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.') {
            continue;
        }

        if (v6 ? c != ':' && c != '%' : c != '-' && c != '_') {
            return 0;
        }
    }

    return host.len > 0 && host.len <= PZ_REDIS_HOST_MAX;
}


pz_redis_node_error_t
pz_redis_node_parse(pz_str_t text, unsigned default_port, pz_redis_node_t *node)
{
    int        bracketed;
    pz_str_t   rest;
    ptrdiff_t  end;

    bracketed = text.len > 0 && text.data[0] == '[';

    if (bracketed) {
        end = pz_str_find_byte(text, ']');
        node->host = end < 0 ? PZ_STR_NONE : pz_str_head(text, (size_t) end);
        node->host = pz_str_skip(node->host, 1);
        rest = end < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) end + 1);

    } else {
        end = pz_str_find_byte(text, ':');
        node->host = end < 0 ? text : pz_str_head(text, (size_t) end);
        rest = end < 0 ? PZ_STR_NONE : pz_str_skip(text, (size_t) end);
    }

    if (!pz_redis_node_host_ok(node->host, bracketed)) {
        return PZ_REDIS_NODE_HOST;
    }

    node->port = default_port;

    if (rest.len > 0
        && (rest.data[0] != ':'
            || pz_redis_part_number(pz_str_skip(rest, 1), 65535, &node->port) != 0
            || node->port == 0))
    {
        return PZ_REDIS_NODE_PORT;
    }

    return PZ_REDIS_NODE_OK;
}
