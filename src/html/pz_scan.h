/*
 * The tokenizer: where each construct of a page begins and ends (HTML 13.2.5),
 * however the page is cut into chunks.
 *
 * It finds boundaries and does not build tokens: who needs a token's text reads
 * it from the bytes.  A tag and a doctype come whole, and are copied only when
 * a chunk's end cuts them; text, comments and CDATA come in pieces and are never
 * copied, but for an opening of a few bytes that a chunk's end cuts.
 */
#ifndef PZ_SCAN_H
#define PZ_SCAN_H

#include "pz_arena.h"
#include "pz_tag.h"

/* What the tree builder told the tokenizer to read. */
typedef enum {
    PZ_TEXT_DATA,
    PZ_TEXT_RCDATA,
    PZ_TEXT_RAWTEXT,
    PZ_TEXT_SCRIPT,
    PZ_TEXT_PLAINTEXT
} pz_text_mode_t;

typedef enum {
    PZ_SCAN_MORE,           /* the chunk is used up */
    PZ_SCAN_TAG,            /* `tag` */
    PZ_SCAN_DOCTYPE,        /* `bytes`, from '<' to '>' */
    PZ_SCAN_TEXT,           /* `bytes` */
    PZ_SCAN_COMMENT,        /* `bytes`: a piece of its data */
    PZ_SCAN_COMMENT_END,    /* `bytes`: the last piece, its last `trim` bytes close it */
    PZ_SCAN_CDATA,
    PZ_SCAN_CDATA_END,
    PZ_SCAN_LIMIT,          /* a tag longer than max_tag: give up */
    PZ_SCAN_MEMORY          /* the arena has no room: give up */
} pz_scan_event_t;

#define PZ_SCAN_NAME  16    /* the longest name that ends raw text is shorter */

typedef struct {
    /* the consumer's */
    uint8_t     want_text;      /* tell of text in DATA, and of raw text */
    uint8_t     want_comments;  /* tell of comments and CDATA */
    uint8_t     cdata;          /* in foreign content: <![CDATA[ opens a section */
    size_t      max_tag;
    pz_arena_t *arena;

    /* what an event tells */
    pz_tag_t    tag;
    pz_str_t    bytes;
    unsigned    trim;
    const char *from;           /* where in this chunk the construct stands, or the chunk's start */
    pz_str_t    carry;          /* its bytes that came with earlier chunks and have not gone out */

    /* the tokenizer's own */
    const char *start, *p, *end;
    const char *body;           /* where this chunk's part of a comment, CDATA or script began */
    uint8_t     state;
    uint8_t     mode;           /* pz_text_mode_t */
    uint8_t     level;          /* of a script: 1 escaped, 2 double escaped */
    uint8_t     seen;           /* how many bytes of `tail` there are */
    uint8_t     tail_end;       /* unused bytes of the last chunk, newest last */
    uint8_t     tag_state;
    char        tail[3];
    uint8_t     raw_len;
    char        raw[PZ_SCAN_NAME];
    char       *hold;
    size_t      held, room;
} pz_scan_t;

void pz_scan_init(pz_scan_t *scan, pz_arena_t *arena, size_t max_tag);

/* How to read from here on; `name` ends raw text (as pz_tag_t.name, any case). */
void pz_scan_set_mode(pz_scan_t *scan, pz_text_mode_t mode, pz_str_t name);

/* Begin inside a CDATA section: for the conformance tests. */
void pz_scan_set_cdata(pz_scan_t *scan);

/*
 * Start on a chunk, then ask for events until PZ_SCAN_MORE.  An event's bytes
 * are valid until the next call.  Whoever gets an event with a `carry` passes it
 * on (or not) and clears it.
 */
void pz_scan_feed(pz_scan_t *scan, pz_str_t chunk);
pz_scan_event_t pz_scan_next(pz_scan_t *scan);

/*
 * The page has ended: at most one more event, then PZ_SCAN_MORE.  A tag that is
 * not complete is no token: its bytes stand in `carry`.
 */
pz_scan_event_t pz_scan_end(pz_scan_t *scan);

/* Whether the page could end here with nothing open but elements. */
int pz_scan_at_data(const pz_scan_t *scan);

#endif
