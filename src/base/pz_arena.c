#include "pz_arena.h"

#include <stdlib.h>
#include <string.h>

#define PZ_ARENA_BLOCK  4096
#define PZ_ARENA_ALIGN  _Alignof(max_align_t)

/*
 * Under AddressSanitizer the free part of a block is poisoned and a gap is left
 * behind every allocation, so that running over one is seen as it would be
 * with malloc.
 */
#if defined(__SANITIZE_ADDRESS__)
#define PZ_ARENA_ASAN  1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PZ_ARENA_ASAN  1
#endif
#endif

#ifdef PZ_ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define PZ_ARENA_GAP             PZ_ARENA_ALIGN
#define pz_arena_hide(p, n)      ASAN_POISON_MEMORY_REGION((p), (n))
#define pz_arena_show(p, n)      ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define PZ_ARENA_GAP             0
#define pz_arena_hide(p, n)      ((void) (p), (void) (n))
#define pz_arena_show(p, n)      ((void) (p), (void) (n))
#endif

typedef struct pz_arena_block_s pz_arena_block_t;

struct pz_arena_block_s {
    pz_arena_block_t *next;
    size_t            size;    /* of data */
    size_t            used;
    _Alignas(max_align_t) char data[];
};

struct pz_arena_s {
    pz_arena_block_t *blocks;    /* the one in use first */
    size_t            block;
    size_t            budget;
    size_t            used;
    size_t            heap;
    char             *newest;    /* the allocation that may still be resized */
    pz_arena_block_t *owner;     /* and the block that it is in */
};

pz_arena_t *
pz_arena_create(size_t budget, size_t block)
{
    pz_arena_t *arena = calloc(1, sizeof(pz_arena_t));

    if (arena != NULL) {
        arena->budget = budget;
        arena->block = block == 0 ? PZ_ARENA_BLOCK : block;
        arena->heap = sizeof(pz_arena_t);
    }
    return arena;
}

static void
pz_arena_free_block(pz_arena_t *arena, pz_arena_block_t *block)
{
    arena->heap -= sizeof(pz_arena_block_t) + block->size;
    pz_arena_show(block->data, block->size);
    free(block);
}

void
pz_arena_destroy(pz_arena_t *arena)
{
    pz_arena_block_t *block, *next;

    if (arena == NULL) {
        return;
    }
    for (block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        pz_arena_free_block(arena, block);
    }
    free(arena);
}

void
pz_arena_reset(pz_arena_t *arena)
{
    pz_arena_block_t *block, *next, *kept = NULL;

    for (block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        /* one huge request must not stay in memory for ever */
        if (kept == NULL && block->size <= arena->block) {
            kept = block;
        } else {
            pz_arena_free_block(arena, block);
        }
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
        pz_arena_hide(kept->data, kept->size);
    }
    arena->blocks = kept;
    arena->used = 0;
    arena->newest = NULL;
}

/* Rounded up to the alignment; 0 when that overflows. */
static size_t
pz_arena_round(size_t size)
{
    if (size == 0) {
        size = 1;
    }
    if (size > SIZE_MAX - PZ_ARENA_ALIGN - PZ_ARENA_GAP) {
        return 0;
    }
    return (size + PZ_ARENA_ALIGN - 1) / PZ_ARENA_ALIGN * PZ_ARENA_ALIGN;
}

/*
 * A block with room for `size`.  What is larger than half a block gets one of
 * its own behind the block in use, which so goes on being filled: no block
 * wastes more than half of itself.
 */
static pz_arena_block_t *
pz_arena_grow(pz_arena_t *arena, size_t size)
{
    size_t            room = size > arena->block / 2 ? size : arena->block;
    pz_arena_block_t *block;

    if (room > SIZE_MAX - sizeof(pz_arena_block_t)) {
        return NULL;
    }
    block = malloc(sizeof(pz_arena_block_t) + room);
    if (block == NULL) {
        return NULL;
    }
    block->size = room;
    block->used = 0;
    arena->heap += sizeof(pz_arena_block_t) + room;
    pz_arena_hide(block->data, room);

    if (room == size && arena->blocks != NULL) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

void *
pz_arena_alloc(pz_arena_t *arena, size_t size)
{
    char             *data;
    size_t            rounded = pz_arena_round(size);
    pz_arena_block_t *block = arena->blocks;

    if (rounded == 0 || rounded > arena->budget - arena->used) {
        return NULL;
    }
    if (block == NULL || rounded + PZ_ARENA_GAP > block->size - block->used) {
        block = pz_arena_grow(arena, rounded + PZ_ARENA_GAP);
        if (block == NULL) {
            return NULL;
        }
    }
    data = block->data + block->used;
    block->used += rounded + PZ_ARENA_GAP;
    arena->used += rounded;
    arena->newest = data;
    arena->owner = block;
    pz_arena_show(data, size);
    return data;
}

void *
pz_arena_zalloc(pz_arena_t *arena, size_t size)
{
    void *data = pz_arena_alloc(arena, size);

    if (data != NULL) {
        memset(data, 0, size);
    }
    return data;
}

void *
pz_arena_array(pz_arena_t *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    return pz_arena_zalloc(arena, count * size);
}

int
pz_arena_resize(pz_arena_t *arena, void *data, size_t from, size_t to)
{
    size_t            was = pz_arena_round(from);
    size_t            now = pz_arena_round(to);
    pz_arena_block_t *block = arena->owner;

    if (data == NULL || data != arena->newest || was == 0 || now == 0) {
        return -1;
    }
    if (now > was
        && (now - was > arena->budget - arena->used
            || now - was > block->size - block->used))
    {
        return -1;
    }
    block->used = block->used - was + now;
    arena->used = arena->used - was + now;
    pz_arena_hide(data, was);
    pz_arena_show(data, to);
    return 0;
}

int
pz_arena_copy(pz_arena_t *arena, pz_str_t from, pz_str_t *copy)
{
    char *data;

    if (from.len == SIZE_MAX) {
        return -1;
    }
    data = pz_arena_alloc(arena, from.len + 1);
    if (data == NULL) {
        return -1;
    }
    if (from.len != 0) {
        memcpy(data, from.data, from.len);
    }
    data[from.len] = '\0';
    copy->data = data;
    copy->len = from.len;
    return 0;
}

size_t
pz_arena_used(const pz_arena_t *arena)
{
    return arena->used;
}

size_t
pz_arena_heap(const pz_arena_t *arena)
{
    return arena->heap;
}
