/*
 * The rewriter's output: what of the present chunk has gone out, and how far.
 * Untouched bytes wait until something has to go before them, so that they
 * leave as one span.
 */
#ifndef PZ_OUT_H
#define PZ_OUT_H

#include "pz_rewriter.h"

typedef struct {
    pz_rewriter_on_span_pt on_span;
    void                  *data;
    const char            *chunk;
    uint64_t               base;    /* where in the page the chunk begins */
    const char            *at;      /* what stands before it in the chunk has gone out */
    int                    drop;    /* input is not passed on: its element goes */
    unsigned               spare;   /* while drop: 1 + the slot for it, if that is filled */
    int                    dead;    /* on_span said so */
} pz_out_t;

static inline void
pz_out_span(pz_out_t *out, pz_span_t span)
{
    if (out->spare && (span.kind == PZ_SPAN_INPUT || span.kind == PZ_SPAN_COPY)) {
        span.slot = out->spare - 1;
        span.spare = 1;
    }

    if (!out->dead && (span.bytes.len || span.kind == PZ_SPAN_SLOT)
        && out->on_span(out->data, &span))
    {
        out->dead = 1;
    }
}

/* The chunk's bytes up to `to` go out, or are dropped. */
static inline void
pz_out_to(pz_out_t *out, const char *to)
{
    if (to > out->at) {
        if (!out->drop || out->spare) {
            pz_out_span(out, (pz_span_t) { .kind = PZ_SPAN_INPUT,
                                           .bytes = { out->at, (size_t) (to - out->at) },
                                           .at = out->base + (uint64_t) (out->at - out->chunk) });
        }
        out->at = to;
    }
}

/* What was dropped has come to its end. */
static inline void
pz_out_resume(pz_out_t *out)
{
    out->drop = 0;
    out->spare = 0;
}

/* What the rewriter has written. */
static inline void
pz_out_made(pz_out_t *out, pz_str_t bytes)
{
    pz_out_span(out, (pz_span_t) { .kind = PZ_SPAN_COPY, .bytes = bytes, .at = PZ_SPAN_MADE });
}

/* The page's bytes right in front of the chunk, which have been kept. */
static inline void
pz_out_kept(pz_out_t *out, pz_str_t bytes)
{
    pz_out_span(out, (pz_span_t) { .kind = PZ_SPAN_COPY, .bytes = bytes,
                                   .at = out->base - bytes.len });
}

#endif
