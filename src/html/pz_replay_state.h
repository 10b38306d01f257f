/*
 * Inside of replaying: the page's bytes as they come (pz_replay.c), and the
 * splices that are reached in them (pz_replay_run.c).
 */
#ifndef PZ_REPLAY_STATE_H
#define PZ_REPLAY_STATE_H

#include "pz_replay.h"

struct pz_replay_s {
    pz_arena_t             *arena;
    const pz_edit_t        *edits;
    size_t                  nedits;
    const pz_places_t      *places;
    pz_rewriter_on_span_pt  on_span;
    void                   *data;

    pz_str_t               *ascii;      /* contents as an ASCII page takes them */
    size_t                  next;       /* splice */
    uint64_t                at;         /* the page up to here has been dealt with */
    uint64_t                going;      /* bytes that the present splice still takes out */
    char                    tail[PZ_PLACES_AROUND];     /* the page's bytes in front of `at` */
    size_t                  ntail;
    char                   *hold;       /* bytes of a place that a chunk's end cut */
    size_t                  held, hold_room;
    uint8_t                 trusted;
    uint8_t                 failed;
    uint8_t                 dead;       /* on_span said so */
    pz_rewriter_outcome_t   outcome;
};

/* Bytes of the page that are dealt with together; `data` is NULL when they are skipped. */
typedef struct {
    pz_span_kind_t kind;
    const char    *data;
    size_t         len;
    size_t         used;
} pz_replay_segment_t;

/* The next splice, or NULL: there is none, or the page is another one. */
const pz_splice_t *pz_replay_next(const pz_replay_t *rp);

/* How many bytes from the splice on are to be seen before it is known to be right. */
uint64_t pz_replay_wanted(const pz_replay_t *rp, const pz_splice_t *splice);

/* As far as it goes: what is left of the segment is a place that has not all come. */
void pz_replay_run(pz_replay_t *rp, pz_replay_segment_t *seg);

/* The page has ended: the splices that stand there. */
void pz_replay_run_end(pz_replay_t *rp);

#endif
