#include "pz_redis.h"

typedef struct {
    pz_str_t          word;
    pz_redis_error_t  kind;
} error_word_t;


pz_redis_error_t
pz_redis_error_of(const pz_reply_t *error)
{
    static const error_word_t words[] = {
        { { "WRONGTYPE",   9 },  PZ_REDIS_ERR_WRONGTYPE },
        { { "NOAUTH",      6 },  PZ_REDIS_ERR_AUTH },
        { { "WRONGPASS",   9 },  PZ_REDIS_ERR_AUTH },
        { { "LOADING",     7 },  PZ_REDIS_ERR_BUSY },
        { { "MASTERDOWN",  10 }, PZ_REDIS_ERR_BUSY },
        { { "BUSY",        4 },  PZ_REDIS_ERR_BUSY },
        { { "TRYAGAIN",    8 },  PZ_REDIS_ERR_BUSY },
        { { "CLUSTERDOWN", 11 }, PZ_REDIS_ERR_BUSY },
        { { "OOM",         3 },  PZ_REDIS_ERR_REFUSED },
        { { "MISCONF",     7 },  PZ_REDIS_ERR_REFUSED },
        { { "READONLY",    8 },  PZ_REDIS_ERR_REFUSED },
        { { "NOPERM",      6 },  PZ_REDIS_ERR_REFUSED },
        { { "NOREPLICAS",  10 }, PZ_REDIS_ERR_REFUSED },
        { { "NOSCRIPT",    8 },  PZ_REDIS_ERR_NOSCRIPT },
        { { "MOVED",       5 },  PZ_REDIS_ERR_MOVED },
        { { "ASK",         3 },  PZ_REDIS_ERR_ASK },
    };

    size_t     i;
    pz_str_t   word;
    ptrdiff_t  space;

    if (error == NULL || error->type != PZ_REPLY_ERROR) {
        return PZ_REDIS_ERR_OTHER;
    }

    space = pz_str_find_byte(error->text, ' ');
    word = space < 0 ? error->text : pz_str_head(error->text, (size_t) space);

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (pz_str_eq(word, words[i].word)) {
            return words[i].kind;
        }
    }

    return PZ_REDIS_ERR_OTHER;
}
