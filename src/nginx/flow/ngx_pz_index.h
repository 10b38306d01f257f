/*
 * The placement index, for one response: places of its page that are kept are
 * found and checked; places that are found out are kept.
 */
#ifndef NGX_PZ_INDEX_H
#define NGX_PZ_INDEX_H

#include "ngx_pz_request.h"
#include "ngx_pz_source.h"
#include "pz_recorder.h"
#include "pz_replay.h"

/* Bytes of a file that were read to check it. */
typedef struct {
    uint64_t           from;
    pz_str_t           bytes;
} ngx_pz_index_block_t;

#define NGX_PZ_INDEX_BLOCKS  2

typedef struct {
    ngx_pz_request_t  *pr;
    pz_str_t           key;          /* of the page and the edits; empty: not to be kept */
    pz_places_t        places;
    ngx_pz_index_block_t  blocks[NGX_PZ_INDEX_BLOCKS];
    ngx_uint_t         nblocks;
    unsigned           found:1;
    unsigned           trusted:1;    /* all of the places have been checked */
} ngx_pz_index_t;

/*
 * Look the page up whose first bytes wait in `source`.  `file` is the whole page
 * as a file buffer, or NULL.  NGX_OK: index->places are those of the page, as
 * far as what has come shows; NGX_DECLINED: tokenize.
 */
ngx_int_t ngx_pz_index_open(ngx_pz_index_t *index, ngx_pz_request_t *pr,
    ngx_pz_source_t *source, ngx_buf_t *file, const pz_rewriter_options_t *options,
    pz_str_t transport);

/* Bytes of the file that are in memory already, and live as long as the request; or NULL. */
u_char *ngx_pz_index_bytes(ngx_pz_index_t *index, uint64_t from, size_t len);

/* Keep what was recorded, all of the page being read. */
void ngx_pz_index_keep(ngx_pz_index_t *index, pz_recorder_t *recorder,
    const pz_rewriter_t *rewriter, ngx_uint_t ascii);

/* The page was another one after all. */
void ngx_pz_index_forget(ngx_pz_index_t *index);

#endif
