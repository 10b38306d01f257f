/*
 * Stage: the body.  Pieces of the page go through the rewriter; what comes out
 * goes on in buffers that mostly are the ones that came in.
 */
#ifndef NGX_PZ_BODY_H
#define NGX_PZ_BODY_H

#include "ngx_pz_editor.h"
#include "ngx_pz_fill.h"
#include "ngx_pz_sniff.h"

typedef struct ngx_pz_body_s  ngx_pz_body_t;

/* Our bit in connection->buffered: a page of ours is not out yet. */
#define NGX_PZ_BUFFERED  0x40

struct ngx_pz_body_s {
    ngx_pz_request_t         *pr;
    ngx_http_output_body_filter_pt  next;
    ngx_pz_source_t           source;
    ngx_pz_loan_t             loan;
    ngx_pz_output_t           output;
    ngx_pz_sniff_t            sniff;
    ngx_pz_editor_t           editor;
    off_t                     left;         /* bytes still to come; 0: nobody said how many */
    ngx_pz_fill_t             fill;
    uint64_t                  held_since;   /* by ngx_pz_clock(): a slot waits; 0: none does */
    unsigned                  opened:1;     /* its first bytes have come */
    unsigned                  ended:1;      /* all of the page has been read */
    unsigned                  held:1;       /* a slot has kept back what is behind it */
    unsigned                  passing:1;    /* nothing is edited any more */
};

/*
 * Prepare to rewrite by the plan: sets pr->body.  `fill` gives the content of
 * slots.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_pz_body_begin(ngx_pz_request_t *pr,
    ngx_http_output_body_filter_pt next, ngx_pz_encoding_e encoding,
    ngx_pz_output_fill_pt fill);

/*
 * Prepare to let the page through as it is, read into memory where it is a
 * file.  For a header that was held: filters behind us (gzip) ask for memory in
 * their header filter, and the copy filter has looked before that.
 */
ngx_int_t ngx_pz_body_pass(ngx_pz_request_t *pr,
    ngx_http_output_body_filter_pt next);

/*
 * Take `in` (NULL: just go on) and send what can be sent.  `asked`: the writer
 * asks, so what is behind us may have something to send even if we have not.
 */
ngx_int_t ngx_pz_body_push(ngx_pz_request_t *pr, ngx_chain_t *in,
    ngx_uint_t asked);

/* A slot waits, and more than personalize_max_buffer is held behind it. */
ngx_uint_t ngx_pz_body_is_full(ngx_pz_request_t *pr);

#endif
