/*
 * A tag's bytes: where it ends, and its attributes (HTML 13.2.5.32-40).
 */
#ifndef PZ_TAG_H
#define PZ_TAG_H

#include "pz_atom.h"

typedef struct {
    pz_str_t name;      /* as written */
    pz_str_t value;     /* as written, without its quotes; data is NULL when there is none */
    char     quote;     /* '"', '\'' or 0 */
    pz_str_t whole;     /* from the name's first byte to the value's end, quotes and all */
} pz_attr_t;

/* A complete start or end tag.  The bytes belong to whoever scanned it. */
typedef struct {
    pz_str_t whole;         /* from '<' to '>' */
    pz_str_t name;          /* as written */
    uint64_t key;
    uint8_t  atom;
    uint8_t  end;           /* an end tag */
    uint8_t  self_closing;
    pz_str_t id;            /* the values of the first id and class; data NULL without one */
    pz_str_t class_;
    uint64_t names;         /* pz_attr_bit of every attribute's name */
} pz_tag_t;

/* One of 64 bits for an attribute's name, whatever its case. */
static inline uint64_t
pz_attr_bit(const char *name, size_t len)
{
    return 1ull << ((len * 5 + (unsigned char) (name[0] | 0x20)) & 63);
}

/*
 * Read attributes from `p`, behind the tag's name, up to the '>'.  Fills id,
 * class_, names and self_closing.  Returns the place behind '>', or NULL when
 * the tag does not end before `end`.
 */
const char *pz_tag_walk(pz_tag_t *tag, const char *p, const char *end);

/* The same where '>' follows the name. */
static inline const char *
pz_tag_bare(pz_tag_t *tag, const char *p)
{
    tag->id = tag->class_ = PZ_STR_NONE;
    tag->names = 0;
    tag->self_closing = 0;

    return p + 1;
}

/*
 * The next attribute of a complete tag; start with *at = NULL.  0 when there
 * are no more.  Duplicates are given too: the first of a name counts.
 */
int pz_tag_next_attr(const pz_tag_t *tag, const char **at, pz_attr_t *attr);

/* The first attribute of that name (any case); 0 when there is none. */
int pz_tag_find_attr(const pz_tag_t *tag, pz_str_t name, pz_attr_t *attr);

/*
 * The same grammar, a byte at a time, for a tag that the end of a chunk cuts:
 * one state is all that is remembered.
 */
typedef enum {
    PZ_TAG_NAME,
    PZ_TAG_BEFORE_ATTR,
    PZ_TAG_ATTR_NAME,
    PZ_TAG_AFTER_NAME,
    PZ_TAG_BEFORE_VALUE,
    PZ_TAG_DOUBLE_QUOTED,
    PZ_TAG_SINGLE_QUOTED,
    PZ_TAG_UNQUOTED,
    PZ_TAG_CLOSED
} pz_tag_state_t;

/* Advance from `p`; returns the place behind '>' with *state PZ_TAG_CLOSED, or `end`. */
const char *pz_tag_resume(pz_tag_state_t *state, const char *p, const char *end);

#endif
