#include "pz_redis_tracking.h"

#include <inttypes.h>
#include <stdio.h>

#define TRACKING_CHANNEL   PZ_STR("__redis__:invalidate")
#define TRACKING_PREFIXES  16


void
pz_redis_tracking_ask(pz_sb_t *sb)
{
    pz_str_t  who[2], which[2];

    who[0] = PZ_STR("CLIENT");
    who[1] = PZ_STR("ID");
    pz_redis_command(sb, who, 2);

    which[0] = PZ_STR("INFO");
    which[1] = PZ_STR("server");
    pz_redis_command(sb, which, 2);
}


int64_t
pz_redis_tracking_id(const pz_reply_t *reply)
{
    return reply != NULL && reply->type == PZ_REPLY_INTEGER && reply->integer > 0
           ? reply->integer : 0;
}


/* INFO is lines of name:value. */
pz_str_t
pz_redis_tracking_server(const pz_reply_t *reply)
{
    pz_str_t   rest, line;
    ptrdiff_t  end;

    if (reply == NULL || reply->type != PZ_REPLY_STRING) {
        return PZ_STR_NONE;
    }

    for (rest = reply->text; rest.len > 0; rest = pz_str_skip(rest, (size_t) end + 1)) {
        end = pz_str_find_byte(rest, '\n');
        line = end < 0 ? rest : pz_str_head(rest, (size_t) end);

        if (line.len > 0 && line.data[line.len - 1] == '\r') {
            line = pz_str_head(line, line.len - 1);
        }

        if (pz_str_starts(line, PZ_STR("run_id:"))) {
            return pz_str_skip(line, sizeof("run_id:") - 1);
        }

        if (end < 0) {
            break;
        }
    }

    return PZ_STR_NONE;
}


void
pz_redis_tracking_begin(pz_sb_t *sb, int64_t id, const pz_str_t *prefixes, size_t n)
{
    int       len;
    char      digits[24];
    size_t    i, argc;
    pz_str_t  argv[6 + 2 * TRACKING_PREFIXES], tell[2];

    len = snprintf(digits, sizeof(digits), "%" PRId64, id);

    argv[0] = PZ_STR("CLIENT");
    argv[1] = PZ_STR("TRACKING");
    argv[2] = PZ_STR("ON");
    argv[3] = PZ_STR("REDIRECT");
    argv[4].data = digits;
    argv[4].len = (size_t) len;
    argv[5] = PZ_STR("BCAST");
    argc = 6;

    for (i = 0; i < n && i < TRACKING_PREFIXES; i++) {
        argv[argc++] = PZ_STR("PREFIX");
        argv[argc++] = prefixes[i];
    }

    pz_redis_command(sb, argv, argc);

    tell[0] = PZ_STR("SUBSCRIBE");
    tell[1] = TRACKING_CHANNEL;
    pz_redis_command(sb, tell, 2);
}


static int
tracking_is_text(const pz_reply_t *reply, size_t at, pz_str_t text)
{
    return reply->items[at] != NULL && reply->items[at]->type == PZ_REPLY_STRING
           && pz_str_eq(reply->items[at]->text, text);
}


int
pz_redis_tracking_begun(pz_reply_t *const *replies)
{
    const pz_reply_t  *on = replies[0], *told = replies[1];

    return on != NULL && on->type == PZ_REPLY_STATUS && pz_str_eq(on->text, PZ_STR("OK"))
           && told != NULL && told->type == PZ_REPLY_ARRAY && told->nitems == 3
           && tracking_is_text(told, 0, PZ_STR("subscribe"))
           && tracking_is_text(told, 1, TRACKING_CHANNEL);
}


/* What cannot be read as keys may have been any key. */
pz_redis_tracking_t
pz_redis_tracking_read(const pz_reply_t *message, const pz_reply_t **keys)
{
    size_t             i;
    const pz_reply_t  *what;

    if (message == NULL || message->type != PZ_REPLY_ARRAY || message->nitems != 3
        || !tracking_is_text(message, 0, PZ_STR("message"))
        || !tracking_is_text(message, 1, TRACKING_CHANNEL))
    {
        return PZ_REDIS_TRACKING_NONE;
    }

    what = message->items[2];

    if (what == NULL || what->type != PZ_REPLY_ARRAY) {
        return PZ_REDIS_TRACKING_ALL;
    }

    for (i = 0; i < what->nitems; i++) {
        if (what->items[i] == NULL || what->items[i]->type != PZ_REPLY_STRING) {
            return PZ_REDIS_TRACKING_ALL;
        }
    }

    *keys = what;
    return PZ_REDIS_TRACKING_KEYS;
}


int
pz_redis_tracking_is_refusal(const pz_reply_t *reply)
{
    if (reply == NULL || reply->type != PZ_REPLY_ERROR) {
        return 0;
    }

    switch (pz_redis_error_of(reply)) {
    case PZ_REDIS_ERR_BUSY:
    case PZ_REDIS_ERR_AUTH:
        return 0;
    default:
        return 1;
    }
}
