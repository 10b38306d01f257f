/*
 * The chain that leaves: references to the page's own buffers, copies of split
 * tags, inserted content, and slots whose content is still on its way.
 *
 * A buffer that came in is given back (its pos moved to its last) when the last
 * reference to it has been sent: that is what nginx's pipe and copy filter wait
 * for before they use its memory again.
 */
#ifndef NGX_PZ_OUTPUT_H
#define NGX_PZ_OUTPUT_H

#include <ngx_config.h>
#include <ngx_core.h>

/*
 * The content of a slot: NGX_OK with *html (empty: nothing to insert),
 * NGX_AGAIN while it is on its way.
 */
typedef ngx_int_t (*ngx_pz_output_fill_pt)(void *data, ngx_uint_t slot,
    ngx_str_t *html);

typedef struct {
    ngx_pool_t             *pool;
    ngx_pz_output_fill_pt   fill;
    void                   *data;

    ngx_chain_t            *out;        /* not sent yet, slots among it */
    ngx_chain_t           **last;
    ngx_chain_t            *busy;       /* sent on, not taken yet */
    ngx_chain_t            *free;       /* links with buffers to use again */
    ngx_chain_t            *copies;     /* the same, with memory of their own */
    ngx_buf_t              *newest;     /* the last reference to the input now being read */
    ngx_uint_t              spare;      /* what is added goes if this slot (plus 1) stays empty */
    unsigned                waiting:1;  /* a slot keeps back what is behind it */
} ngx_pz_output_t;

void ngx_pz_output_init(ngx_pz_output_t *output, ngx_pool_t *pool,
    ngx_pz_output_fill_pt fill, void *data);

/* Append; each NGX_OK, or NGX_ERROR: no memory. */

/* bytes of the input now being read */
ngx_int_t ngx_pz_output_refer(ngx_pz_output_t *output, u_char *data, size_t len);

/* a copy of bytes that go away */
ngx_int_t ngx_pz_output_copy(ngx_pz_output_t *output, u_char *data, size_t len);

/* bytes that live as long as the request */
ngx_int_t ngx_pz_output_keep(ngx_pz_output_t *output, u_char *data, size_t len);

/* a range of a file, for sendfile */
ngx_int_t ngx_pz_output_file(ngx_pz_output_t *output, ngx_buf_t *file, off_t from,
    off_t to);

ngx_int_t ngx_pz_output_slot(ngx_pz_output_t *output, ngx_uint_t slot);

/* flush, sync and last as `from` has them, behind all that was appended */
ngx_int_t ngx_pz_output_marks(ngx_pz_output_t *output, ngx_buf_t *from);

/*
 * The input has been read: give it back with its last reference, or at once
 * when there is none.  `hurry`: its memory is wanted back as soon as possible.
 */
void ngx_pz_output_give_back(ngx_pz_output_t *output, ngx_buf_t *input,
    ngx_uint_t hurry);

/* Take what may go now: all up to the first slot that is not filled.  NULL: nothing. */
ngx_int_t ngx_pz_output_take(ngx_pz_output_t *output, ngx_chain_t **ready);

/* `sent` was handed on: watch it, and collect what has been taken from before. */
void ngx_pz_output_sent(ngx_pz_output_t *output, ngx_chain_t *sent);

/* Bytes of memory behind the slot that waits. */
size_t ngx_pz_output_held(ngx_pz_output_t *output);

#endif
