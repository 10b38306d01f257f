#include "pz_redis.h"
#include "pz_redis_guard.h"

#include <stdlib.h>
#include <string.h>

#include <hiredis.h>

#if HIREDIS_MAJOR >= 1
typedef size_t  reader_count_t;
#else
typedef int     reader_count_t;
#endif

struct pz_redis_reader_s {
    pz_redis_guard_t           guard;
    redisReader               *codec;       /* holds at most one reply's bytes */
    redisReplyObjectFunctions  functions;
    pz_arena_t                *arena;       /* during take */
    int                        complete;
    int                        no_room;
    const char                *error;
};


/*
 * A reply in the arena, hung into the array around it.  Without room the
 * reader itself stands in for the object: hiredis takes NULL for an error and
 * drops the bytes behind it, and those have to be parsed to stay in step.
 */
static void *
reader_object(const redisReadTask *task, pz_reply_type_t type)
{
    pz_reply_t         *reply, *parent;
    pz_redis_reader_t  *reader;

    reader = task->privdata;

    if (reader->no_room) {
        return reader;
    }

    reply = pz_arena_zalloc(reader->arena, sizeof(pz_reply_t));
    if (reply == NULL) {
        reader->no_room = 1;
        return reader;
    }

    reply->type = type;

    if (task->parent != NULL) {
        parent = task->parent->obj;
        parent->items[task->idx] = reply;
    }

    return reply;
}


static void *
reader_string(const redisReadTask *task, char *bytes, size_t len)
{
    void               *object;
    pz_str_t            text;
    pz_reply_t         *reply;
    pz_reply_type_t     type;
    pz_redis_reader_t  *reader;

    reader = task->privdata;

    switch (task->type) {
    case REDIS_REPLY_STATUS:
        type = PZ_REPLY_STATUS;
        break;
    case REDIS_REPLY_ERROR:
        type = PZ_REPLY_ERROR;
        break;
    default:
        type = PZ_REPLY_STRING;
    }

    object = reader_object(task, type);

    if (!reader->no_room) {
        reply = object;
        text.data = bytes;
        text.len = len;

        if (pz_arena_copy(reader->arena, text, &reply->text) != 0) {
            reader->no_room = 1;
        }
    }

    return object;
}


static void *
reader_array(const redisReadTask *task, reader_count_t count)
{
    void               *object;
    pz_reply_t         *reply;
    pz_redis_reader_t  *reader;

    reader = task->privdata;
    object = reader_object(task, PZ_REPLY_ARRAY);

    if (!reader->no_room && count > 0) {
        reply = object;
        reply->items = pz_arena_array(reader->arena, (size_t) count,
                                      sizeof(pz_reply_t *));
        if (reply->items == NULL) {
            reader->no_room = 1;
            return object;
        }

        reply->nitems = (size_t) count;
    }

    return object;
}


static void *
reader_integer(const redisReadTask *task, long long integer)
{
    void               *object;
    pz_redis_reader_t  *reader;

    reader = task->privdata;
    object = reader_object(task, PZ_REPLY_INTEGER);

    if (!reader->no_room) {
        ((pz_reply_t *) object)->integer = integer;
    }

    return object;
}


static void *
reader_nil(const redisReadTask *task)
{
    return reader_object(task, PZ_REPLY_NIL);
}


/* The arena owns what was built. */
static void
reader_free_object(void *object)
{
    (void) object;
}


pz_redis_reader_t *
pz_redis_reader_create(const pz_redis_limits_t *limits)
{
    pz_redis_reader_t  *reader;

    reader = calloc(1, sizeof(pz_redis_reader_t));
    if (reader == NULL) {
        return NULL;
    }

    reader->functions.createString = reader_string;
    reader->functions.createArray = reader_array;
    reader->functions.createInteger = reader_integer;
    reader->functions.createNil = reader_nil;
    reader->functions.freeObject = reader_free_object;

    reader->codec = redisReaderCreateWithFunctions(&reader->functions);
    if (reader->codec == NULL) {
        free(reader);
        return NULL;
    }

    reader->codec->privdata = reader;
    pz_redis_guard_init(&reader->guard, limits);
    return reader;
}


void
pz_redis_reader_destroy(pz_redis_reader_t *reader)
{
    if (reader != NULL) {
        redisReaderFree(reader->codec);
        free(reader);
    }
}


ptrdiff_t
pz_redis_reader_feed(pz_redis_reader_t *reader, pz_str_t bytes, int *done)
{
    ptrdiff_t  used;

    *done = 0;

    if (reader->complete) {
        reader->error = "a reply was not taken";
    }

    if (reader->error != NULL) {
        return -1;
    }

    used = pz_redis_guard_scan(&reader->guard, bytes, &reader->complete);
    if (used < 0) {
        reader->error = reader->guard.error;
        return -1;
    }

    if (used > 0
        && redisReaderFeed(reader->codec, bytes.data, (size_t) used) != REDIS_OK)
    {
        reader->error = "no memory";
        return -1;
    }

    *done = reader->complete;
    return used;
}


pz_reply_t *
pz_redis_reader_take(pz_redis_reader_t *reader, pz_arena_t *arena)
{
    int    rc;
    void  *object;

    if (!reader->complete || reader->error != NULL) {
        return NULL;
    }

    reader->complete = 0;
    reader->no_room = 0;
    reader->arena = arena;
    reader->codec->fn = arena != NULL ? &reader->functions : NULL;

    rc = redisReaderGetReply(reader->codec, &object);

    reader->arena = NULL;

    /* The guard said that it is whole and well formed: a bug in one of them. */
    if (rc != REDIS_OK || object == NULL) {
        reader->error = "reply could not be read";
        return NULL;
    }

    return arena == NULL || reader->no_room ? NULL : object;
}


const char *
pz_redis_reader_error(const pz_redis_reader_t *reader)
{
    return reader->error != NULL ? reader->error : "none";
}
