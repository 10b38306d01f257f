/*
 * The placement index, for one response.
 */
#include "ngx_pz_cache_places.h"
#include "ngx_pz_index.h"
#include "ngx_pz_page_key.h"

#define NGX_PZ_INDEX_MAX  16384    /* bytes of places: a page with more is tokenized */
#define NGX_PZ_INDEX_KEY  1024     /* bytes of a key, with its URI */

/*
 * A place so near to the page's begin or end is read together with all that is
 * between: that goes out from memory anyway, and would be read once more.
 */
#define NGX_PZ_INDEX_NEAR  4096

/* Where the bytes to check come from: a file. */
typedef struct {
    ngx_pz_index_t  *index;
    ngx_fd_t         fd;
    off_t            begin;
} ngx_pz_index_file_t;


/* What is done to the page, how its bytes come, and which it is. */
static ngx_int_t
ngx_pz_index_key(ngx_pz_index_t *index, ngx_pz_source_t *source, ngx_buf_t *file,
    uint64_t signature, pz_str_t transport)
{
    pz_sb_t   sb;
    pz_str_t  text;

    text.data = (char *) &signature;
    text.len = sizeof(signature);

    pz_sb_init(&sb, index->pr->arena, NGX_PZ_INDEX_KEY);
    pz_sb_add(&sb, text);
    pz_sb_add(&sb, transport);
    pz_sb_byte(&sb, source->inflate != NULL);

    return ngx_pz_page_key(index->pr, file, &sb) == NGX_OK
           && pz_sb_done(&sb, &index->key) == 0 ? NGX_OK : NGX_DECLINED;
}


u_char *
ngx_pz_index_bytes(ngx_pz_index_t *index, uint64_t from, size_t len)
{
    ngx_uint_t             i;
    ngx_pz_index_block_t  *block;

    for (i = 0; i < index->nblocks; i++) {
        block = &index->blocks[i];

        if (from >= block->from && from + len <= block->from + block->bytes.len) {
            return (u_char *) block->bytes.data + (from - block->from);
        }
    }

    return NULL;
}


static int
ngx_pz_index_pread(ngx_pz_index_file_t *file, uint64_t from, size_t len, char *to)
{
    return pread(file->fd, to, len, file->begin + (off_t) from) == (ssize_t) len ? 0 : -1;
}


/* Read from `from` to `to`, and keep it.  NULL: there is no room for it, or it cannot be read. */
static char *
ngx_pz_index_read_block(ngx_pz_index_file_t *file, uint64_t from, uint64_t to)
{
    char                  *bytes;
    size_t                 len;
    ngx_pz_index_block_t  *block;

    len = (size_t) (to - from);

    if (file->index->nblocks == NGX_PZ_INDEX_BLOCKS) {
        return NULL;
    }

    bytes = pz_arena_alloc(file->index->pr->arena, len);

    if (bytes == NULL || ngx_pz_index_pread(file, from, len, bytes) != 0) {
        return NULL;
    }

    block = &file->index->blocks[file->index->nblocks++];
    block->from = from;
    block->bytes.data = bytes;
    block->bytes.len = len;

    return bytes;
}


static int
ngx_pz_index_read_file(void *data, uint64_t from, size_t len, char *to)
{
    uint64_t              begin, end, total;
    u_char               *bytes;
    ngx_pz_index_file_t  *file = data;

    bytes = ngx_pz_index_bytes(file->index, from, len);

    if (bytes == NULL) {
        total = file->index->places.total;
        begin = from + len < NGX_PZ_INDEX_NEAR ? 0 : from;
        end = total - from < NGX_PZ_INDEX_NEAR ? total : from + len;

        if (end - begin == len || end > total || end - begin > NGX_PZ_INDEX_NEAR) {
            return ngx_pz_index_pread(file, from, len, to);
        }

        bytes = (u_char *) ngx_pz_index_read_block(file, begin, end);

        if (bytes == NULL) {
            return ngx_pz_index_pread(file, from, len, to);
        }

        bytes += from - begin;
    }

    ngx_memcpy(to, bytes, len);

    return 0;
}


static int
ngx_pz_index_read_memory(void *data, uint64_t from, size_t len, char *to)
{
    ngx_pz_loan_t  *loan = data;

    if (from > loan->len || len > loan->len - from) {
        return -1;
    }

    ngx_memcpy(to, loan->memory + from, len);

    return 0;
}


static ngx_uint_t
ngx_pz_index_check_file(ngx_pz_index_t *index, ngx_pz_source_t *source, ngx_buf_t *buf)
{
    ngx_pz_index_file_t  file;

    if (index->places.total != (uint64_t) (buf->file_last - buf->file_pos)) {
        return 0;
    }

    if (source->loan != NULL && source->loan->len != 0) {
        return pz_places_check(&index->places, ngx_pz_index_read_memory, source->loan);
    }

    file.index = index;
    file.fd = buf->file->fd;
    file.begin = buf->file_pos;

    return pz_places_check(&index->places, ngx_pz_index_read_file, &file);
}


static int
ngx_pz_index_on_span(void *data, const pz_span_t *span)
{
    (void) data;
    (void) span;

    return 0;
}


/*
 * A dry run over what has come: while nothing has gone out, the way back to the
 * tokenizer is open.  Of what comes later each place is checked when it comes.
 */
static ngx_uint_t
ngx_pz_index_check_chain(ngx_pz_index_t *index, ngx_pz_source_t *source)
{
    pz_str_t           bytes;
    ngx_chain_t       *cl;
    pz_replay_t       *replay;
    ngx_pz_request_t  *pr;

    pr = index->pr;

    if (!pz_places_stream(&index->places)) {
        return 0;
    }

    if (source->inflate != NULL) {
        return 1;
    }

    if (index->places.total != (uint64_t) pr->length) {
        return 0;
    }

    replay = pz_replay_create(pr->arena, pr->decision.plan.edits,
                              pr->decision.plan.nedits, &index->places,
                              ngx_pz_index_on_span, NULL);
    if (replay == NULL) {
        return 0;
    }

    for (cl = source->in; cl && ngx_buf_in_memory(cl->buf); cl = cl->next) {
        bytes.data = (char *) cl->buf->pos;
        bytes.len = cl->buf->last - cl->buf->pos;
        (void) pz_replay_feed(replay, bytes);
    }

    return !pz_replay_failed(replay);
}


/*
 * Files are as many as there are.  URIs are as many as people make up, each with
 * another argument: those that come once in a while do not push profiles out of
 * the zone.
 */
static void
ngx_pz_index_miss(ngx_pz_index_t *index, ngx_buf_t *file)
{
    uint32_t    hash, *group;
    ngx_uint_t  i;

    ngx_pz_request_count(index->pr, PLACES_MISS);

    if (file != NULL) {
        return;
    }

    hash = (uint32_t) pz_hash_words(PZ_HASH_WORDS_BASIS, index->key);
    group = index->pr->worker->missed[hash % NGX_PZ_WORKER_MISSED];

    for (i = 0; i < NGX_PZ_WORKER_MISSED_GROUP; i++) {
        if (group[i] == hash) {
            return;
        }
    }

    ngx_memmove(group + 1, group, (NGX_PZ_WORKER_MISSED_GROUP - 1) * sizeof(uint32_t));
    group[0] = hash;
    index->key = PZ_STR_NONE;
}


static ngx_int_t
ngx_pz_index_find(ngx_pz_index_t *index, ngx_pz_source_t *source, ngx_buf_t *file)
{
    pz_str_t           bytes;
    ngx_uint_t         right;
    ngx_pz_request_t  *pr;

    pr = index->pr;

    if (ngx_pz_cache_places_get(pr->settings->cache->cache, index->key, pr->arena, &bytes)
        != NGX_OK
        || pz_places_read(pr->arena, bytes, &index->places) != 0)
    {
        ngx_pz_index_miss(index, file);
        return NGX_DECLINED;
    }

    right = (file != NULL) ? ngx_pz_index_check_file(index, source, file)
                           : ngx_pz_index_check_chain(index, source);

    if (!right) {
        ngx_pz_index_forget(index);
        return NGX_DECLINED;
    }

    ngx_pz_request_count(pr, PLACES_HIT);

    return NGX_OK;
}


ngx_int_t
ngx_pz_index_open(ngx_pz_index_t *index, ngx_pz_request_t *pr,
    ngx_pz_source_t *source, ngx_buf_t *file, const pz_rewriter_options_t *options,
    pz_str_t transport)
{
    uint64_t  signature;

    index->pr = pr;

    if (!pr->settings->index || pr->settings->cache == NULL) {
        return NGX_DECLINED;
    }

    signature = pz_places_signature(pr->decision.plan.edits, pr->decision.plan.nedits,
                                    options);

    if (signature == 0
        || ngx_pz_index_key(index, source, file, signature, transport) != NGX_OK)
    {
        ngx_pz_request_count(pr, PLACES_UNFIT);
        index->key = PZ_STR_NONE;
        return NGX_DECLINED;
    }

    if (ngx_pz_index_find(index, source, file) != NGX_OK) {
        return NGX_DECLINED;
    }

    index->found = 1;
    index->trusted = (file != NULL);

    return NGX_OK;
}


void
ngx_pz_index_keep(ngx_pz_index_t *index, pz_recorder_t *recorder,
    const pz_rewriter_t *rewriter, ngx_uint_t ascii)
{
    pz_str_t           bytes;
    pz_places_t        places;
    ngx_pz_request_t  *pr;

    pr = index->pr;

    if (pz_recorder_end(recorder, rewriter, (int) ascii, &places) == 0
        && pz_places_write(&places, pr->arena, NGX_PZ_INDEX_MAX, &bytes) == 0
        && ngx_pz_cache_places_put(pr->settings->cache->cache, index->key, bytes) == NGX_OK)
    {
        ngx_pz_request_count(pr, PLACES_KEPT);

    } else {
        ngx_pz_request_count(pr, PLACES_REFUSED);
    }
}


void
ngx_pz_index_forget(ngx_pz_index_t *index)
{
    ngx_pz_request_count(index->pr, PLACES_MISMATCH);
    ngx_pz_cache_places_drop(index->pr->settings->cache->cache, index->key);
}
