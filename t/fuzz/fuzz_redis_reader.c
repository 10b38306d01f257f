/*
 * The reader under libFuzzer.  The first byte of the input chooses the chunk
 * size, the second the limits; the rest is what a server sent.  Properties:
 *
 *   - the replies, and whether and where it ends in an error, are the same for
 *     any chunking;
 *   - no single allocation goes beyond twice the limit of a reply and 1 KB;
 *   - an arena that is too small costs that reply and no other.
 *
 * Build: clang -g -O1 -fsanitize=fuzzer,address,undefined -Isrc/base -Isrc/redis \
 *        $(pkg-config --cflags hiredis) t/fuzz/fuzz_redis_reader.c src/base/pz_*.c \
 *        src/redis/pz_redis_{guard,reader}.c -lhiredis -lm -o build/fuzz_redis_reader
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pz_redis.h"
#include "../unit/redis/reply_text.h"

#define TEXT_MAX  (1024 * 1024)

int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t), void (*on_free)(const volatile void *));
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t  largest;
static int     watching;

static void
note_malloc(const volatile void *ptr, size_t size)
{
    (void) ptr;
    largest = watching && size > largest ? size : largest;
}

static void
note_free(const volatile void *ptr)
{
    (void) ptr;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    __sanitizer_install_malloc_and_free_hooks(note_malloc, note_free);
    return 0;
}

static void
must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "property broken: %s\n", what);
        abort();
    }
}

/* A reply into `sb`, or a mark that it had no room in `small`. */
static void
add_reply(pz_redis_reader_t *reader, pz_sb_t *sb, pz_arena_t *small)
{
    pz_reply_t  *reply;
    pz_arena_t  *arena = small != NULL ? small : pz_arena_create(16 * 1024 * 1024, 0);

    pz_arena_reset(arena);
    reply = pz_redis_reader_take(reader, arena);

    if (reply != NULL && small == NULL) {
        reply_text(sb, reply);
    }

    must(reply != NULL || small != NULL, "a complete reply can be taken");
    pz_sb_literal(sb, ";");

    if (small == NULL) {
        pz_arena_destroy(arena);
    }
}

static void
run(pz_str_t bytes, size_t chunk, const pz_redis_limits_t *limits, pz_sb_t *sb,
    pz_arena_t *small)
{
    int                 done;
    size_t              at, replies = 0;
    pz_str_t            part;
    ptrdiff_t           used = 0;
    pz_redis_reader_t  *reader = pz_redis_reader_create(limits);

    for (at = 0; at < bytes.len; at += (size_t) used) {
        part = pz_str_head(pz_str_skip(bytes, at), chunk);
        watching = 1;
        used = pz_redis_reader_feed(reader, part, &done);
        watching = 0;

        if (used < 0) {
            pz_sb_literal(sb, pz_redis_reader_error(reader));
            break;
        }

        must((size_t) used <= part.len, "no more is consumed than was fed");
        must(used > 0, "feeding goes on");

        if (done) {
            add_reply(reader, sb, ++replies % 2 == 0 ? small : NULL);
        }
    }

    pz_redis_reader_destroy(reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pz_sb_t            whole, parts, cramped;
    pz_str_t           bytes, a, b, c;
    pz_arena_t        *arena, *small;
    pz_redis_limits_t  limits = { 0 };

    if (size < 2) {
        return 0;
    }

    bytes.data = (const char *) data + 2;
    bytes.len = size - 2;
    limits.bytes = 8u << (data[1] % 16);
    limits.elements = 1u << (data[1] / 16);
    limits.depth = 1 + data[1] % 9;

    arena = pz_arena_create(16 * TEXT_MAX, 0);
    small = pz_arena_create(data[0] * 4, 32);
    pz_sb_init(&whole, arena, TEXT_MAX);
    pz_sb_init(&parts, arena, TEXT_MAX);
    pz_sb_init(&cramped, arena, TEXT_MAX);
    largest = 0;

    run(bytes, bytes.len, &limits, &whole, NULL);
    run(bytes, 1 + data[0] % 17, &limits, &parts, NULL);
    run(bytes, bytes.len, &limits, &cramped, small);

    /* hiredis doubles its buffer, and trims it when 1 KB of it has been read. */
    must(largest <= 2 * (limits.bytes + 1024) + 256, "memory is bounded by the limits");

    if (pz_sb_done(&whole, &a) == 0 && pz_sb_done(&parts, &b) == 0) {
        must(pz_str_eq(a, b), "chunks do not change the replies");
    }

    must(pz_sb_done(&cramped, &c) == 0 || whole.failed, "a small arena costs nothing else");
    pz_arena_destroy(small);
    pz_arena_destroy(arena);
    return 0;
}
