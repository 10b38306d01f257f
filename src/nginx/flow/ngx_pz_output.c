/*
 * The chain that leaves.
 */
#include "ngx_pz_output.h"

#define NGX_PZ_OUTPUT_COPY  256     /* bytes of memory for copies of split tags */

/* What a buffer of ours is, in its tag. */
static const u_char  ngx_pz_output_reference, ngx_pz_output_copied,
                     ngx_pz_output_special, ngx_pz_output_slot_mark;

#define ngx_pz_output_tag(kind)  ((ngx_buf_tag_t) &ngx_pz_output_##kind)


void
ngx_pz_output_init(ngx_pz_output_t *output, ngx_pool_t *pool,
    ngx_pz_output_fill_pt fill, void *data)
{
    ngx_memzero(output, sizeof(ngx_pz_output_t));

    output->pool = pool;
    output->fill = fill;
    output->data = data;
    output->last = &output->out;
}


static void
ngx_pz_output_append(ngx_pz_output_t *output, ngx_chain_t *cl)
{
    cl->next = NULL;
    *output->last = cl;
    output->last = &cl->next;
}


static ngx_buf_t *
ngx_pz_output_new(ngx_pz_output_t *output, ngx_buf_tag_t tag)
{
    ngx_chain_t  *cl;

    cl = ngx_chain_get_free_buf(output->pool, &output->free);
    if (cl == NULL) {
        return NULL;
    }

    ngx_memzero(cl->buf, sizeof(ngx_buf_t));
    cl->buf->tag = tag;
    cl->buf->num = (int) output->spare;

    ngx_pz_output_append(output, cl);

    return cl->buf;
}


static ngx_buf_t *
ngx_pz_output_memory(ngx_pz_output_t *output, u_char *data, size_t len)
{
    ngx_buf_t  *b;

    b = ngx_pz_output_new(output, ngx_pz_output_tag(reference));

    if (b != NULL) {
        b->memory = 1;
        b->pos = data;
        b->last = data + len;
    }

    return b;
}


ngx_int_t
ngx_pz_output_refer(ngx_pz_output_t *output, u_char *data, size_t len)
{
    if (len == 0) {
        return NGX_OK;
    }

    output->newest = ngx_pz_output_memory(output, data, len);

    return output->newest != NULL ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_pz_output_keep(ngx_pz_output_t *output, u_char *data, size_t len)
{
    if (len == 0) {
        return NGX_OK;
    }

    return ngx_pz_output_memory(output, data, len) != NULL ? NGX_OK : NGX_ERROR;
}


/* A buffer with memory of its own for `len` bytes, used again when it fits. */
static ngx_chain_t *
ngx_pz_output_copy_buf(ngx_pz_output_t *output, size_t len)
{
    u_char        *memory;
    size_t         size;
    ngx_chain_t   *cl, **link;

    for (link = &output->copies; *link; link = &(*link)->next) {
        cl = *link;

        if ((size_t) (cl->buf->end - cl->buf->start) >= len) {
            *link = cl->next;
            return cl;
        }
    }

    size = ngx_max(len, NGX_PZ_OUTPUT_COPY);
    memory = ngx_palloc(output->pool, size);
    cl = ngx_chain_get_free_buf(output->pool, &output->free);

    if (memory == NULL || cl == NULL) {
        return NULL;
    }

    cl->buf->start = memory;
    cl->buf->end = memory + size;

    return cl;
}


ngx_int_t
ngx_pz_output_copy(ngx_pz_output_t *output, u_char *data, size_t len)
{
    u_char       *start, *end;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (len == 0) {
        return NGX_OK;
    }

    cl = ngx_pz_output_copy_buf(output, len);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    b = cl->buf;
    start = b->start;
    end = b->end;

    ngx_memzero(b, sizeof(ngx_buf_t));

    b->tag = ngx_pz_output_tag(copied);
    b->num = (int) output->spare;
    b->temporary = 1;
    b->start = start;
    b->end = end;
    b->pos = start;
    b->last = ngx_cpymem(start, data, len);

    ngx_pz_output_append(output, cl);

    return NGX_OK;
}


ngx_int_t
ngx_pz_output_file(ngx_pz_output_t *output, ngx_buf_t *file, off_t from, off_t to)
{
    ngx_buf_t  *b;

    b = ngx_pz_output_new(output, ngx_pz_output_tag(reference));
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->in_file = 1;
    b->file = file->file;
    b->file_pos = from;
    b->file_last = to;

    output->newest = b;

    return NGX_OK;
}


ngx_int_t
ngx_pz_output_slot(ngx_pz_output_t *output, ngx_uint_t slot)
{
    ngx_buf_t  *b;

    b = ngx_pz_output_new(output, ngx_pz_output_tag(slot_mark));
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->num = (int) slot + 1;

    return NGX_OK;
}


/* The buffer at the end, when marks may go on it. */
static ngx_buf_t *
ngx_pz_output_tail(ngx_pz_output_t *output)
{
    ngx_chain_t  *cl;

    if (output->out == NULL) {
        return NULL;
    }

    cl = (ngx_chain_t *) ((u_char *) output->last - offsetof(ngx_chain_t, next));

    return cl->buf->tag == ngx_pz_output_tag(slot_mark) ? NULL : cl->buf;
}


ngx_int_t
ngx_pz_output_marks(ngx_pz_output_t *output, ngx_buf_t *from)
{
    ngx_buf_t  *b;

    if (!from->flush && !from->last_buf && !from->last_in_chain && !from->sync) {
        return NGX_OK;
    }

    b = ngx_pz_output_tail(output);

    if (b == NULL) {
        b = ngx_pz_output_new(output, ngx_pz_output_tag(special));
        if (b == NULL) {
            return NGX_ERROR;
        }

        b->sync = 1;
    }

    b->flush |= from->flush;
    b->last_buf |= from->last_buf;
    b->last_in_chain |= from->last_in_chain;

    return NGX_OK;
}


static void
ngx_pz_output_release(ngx_buf_t *input)
{
    input->pos = input->last;

    if (input->in_file) {
        input->file_pos = input->file_last;
    }
}


void
ngx_pz_output_give_back(ngx_pz_output_t *output, ngx_buf_t *input,
    ngx_uint_t hurry)
{
    if (output->newest == NULL) {
        ngx_pz_output_release(input);
        return;
    }

    output->newest->shadow = input;
    output->newest->recycled = hurry ? 1 : input->recycled;
    output->newest = NULL;
}


static void
ngx_pz_output_unlink(ngx_pz_output_t *output, ngx_chain_t **link)
{
    if (output->last == &(*link)->next) {
        output->last = link;
    }

    *link = (*link)->next;
}


/* Put the content in the slot's place; the link goes when there is none. */
static ngx_int_t
ngx_pz_output_fill_slot(ngx_pz_output_t *output, ngx_chain_t **link)
{
    ngx_int_t     rc;
    ngx_str_t     html;
    ngx_chain_t  *cl;

    cl = *link;

    rc = output->fill(output->data, cl->buf->num - 1, &html);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memzero(cl->buf, sizeof(ngx_buf_t));

    if (html.len != 0) {
        cl->buf->tag = ngx_pz_output_tag(reference);
        cl->buf->memory = 1;
        cl->buf->pos = html.data;
        cl->buf->last = html.data + html.len;

        return NGX_OK;
    }

    ngx_pz_output_unlink(output, link);

    cl->next = output->free;
    output->free = cl;

    return NGX_DECLINED;
}


/*
 * Bytes that a slot replaces: kept when it has stayed empty.  Else they go; what
 * hangs on them (an input to give back, a flush) goes on without them.
 */
static ngx_int_t
ngx_pz_output_judge_spare(ngx_pz_output_t *output, ngx_chain_t **link)
{
    ngx_buf_t     b;
    ngx_int_t     rc;
    ngx_str_t     html;
    ngx_chain_t  *cl;

    cl = *link;

    rc = output->fill(output->data, cl->buf->num - 1, &html);

    if (rc != NGX_OK || html.len == 0) {
        return rc;
    }

    if (cl->buf->tag == ngx_pz_output_tag(copied)
        && !cl->buf->flush && !cl->buf->last_buf && !cl->buf->last_in_chain)
    {
        ngx_pz_output_unlink(output, link);
        cl->next = output->copies;
        output->copies = cl;

        return NGX_DECLINED;
    }

    b = *cl->buf;

    ngx_memzero(cl->buf, sizeof(ngx_buf_t));

    cl->buf->tag = ngx_pz_output_tag(special);
    cl->buf->sync = 1;
    cl->buf->shadow = b.shadow;
    cl->buf->flush = b.flush | b.recycled;
    cl->buf->last_buf = b.last_buf;
    cl->buf->last_in_chain = b.last_in_chain;

    return NGX_OK;
}


ngx_int_t
ngx_pz_output_take(ngx_pz_output_t *output, ngx_chain_t **ready)
{
    ngx_int_t      rc;
    ngx_chain_t  **link;

    output->waiting = 0;

    for (link = &output->out; *link; /* void */) {

        rc = NGX_OK;

        if ((*link)->buf->tag == ngx_pz_output_tag(slot_mark)) {
            rc = ngx_pz_output_fill_slot(output, link);

        } else if ((*link)->buf->num != 0) {
            rc = ngx_pz_output_judge_spare(output, link);
        }

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_AGAIN) {
            output->waiting = 1;
            break;
        }

        if (rc == NGX_OK) {
            link = &(*link)->next;
        }
    }

    if (link == &output->out) {
        *ready = NULL;
        return NGX_OK;
    }

    *ready = output->out;
    output->out = *link;
    *link = NULL;

    if (output->out == NULL) {
        output->last = &output->out;
    }

    return NGX_OK;
}


/* What comes of a link whose buffer has been taken. */
static void
ngx_pz_output_collect(ngx_pz_output_t *output, ngx_chain_t *cl)
{
    if (cl->buf->shadow != NULL) {
        ngx_pz_output_release(cl->buf->shadow);
    }

    if (cl->buf->tag == ngx_pz_output_tag(copied)) {
        cl->next = output->copies;
        output->copies = cl;
        return;
    }

    if (cl->buf->tag == ngx_pz_output_tag(special)) {
        /* of no size from the start: the write filter may still look at it */
        ngx_free_chain(output->pool, cl);
        return;
    }

    cl->next = output->free;
    output->free = cl;
}


void
ngx_pz_output_sent(ngx_pz_output_t *output, ngx_chain_t *sent)
{
    ngx_chain_t  *cl, **link;

    for (link = &output->busy; *link; link = &(*link)->next) { /* void */ }

    *link = sent;

    while (output->busy != NULL && ngx_buf_size(output->busy->buf) == 0) {
        cl = output->busy;
        output->busy = cl->next;
        ngx_pz_output_collect(output, cl);
    }
}


size_t
ngx_pz_output_held(ngx_pz_output_t *output)
{
    size_t        size;
    ngx_chain_t  *cl;

    size = 0;

    if (output->waiting) {
        for (cl = output->out->next; cl; cl = cl->next) {
            if (ngx_buf_in_memory(cl->buf)) {
                size += cl->buf->last - cl->buf->pos;
            }
        }
    }

    return size;
}
