/*
 * The tests of all selectors, filed by what an element must have for them: an
 * id, a class, a name, an attribute.
 */
#ifndef PZ_MATCH_INDEX_H
#define PZ_MATCH_INDEX_H

#include "pz_matcher.h"

/* A key's bit in the small filters. */
static inline uint64_t
pz_match_bit(uint64_t key)
{
    return 1ull << ((key * PZ_KEY_MIX) >> 58);
}

/* Which of pz_matcher_t.slots a key's tests hang on, beside others'. */
static inline uint32_t
pz_match_slot(const pz_matcher_t *m, pz_key_kind_t kind, uint64_t key)
{
    return (uint32_t) (((key ^ kind) * PZ_KEY_MIX) >> 32) & m->mask;
}

/* File test number `i`. */
void pz_match_file(pz_matcher_t *m, uint32_t i);

int pz_match_asks_type(const pz_matcher_t *m, uint64_t key);
int pz_match_asks_id(const pz_matcher_t *m, pz_str_t id, const char *readable);
int pz_match_asks_classes(const pz_matcher_t *m, pz_str_t value, const char *readable);

/*
 * The quick look: 0 when none of the filed tests asks for this tag's element.
 * Tests for every element, and those that count or look at neighbours, are not
 * asked here.  Bytes behind the tag up to `readable` may be read.
 */
static inline int
pz_match_asks(const pz_matcher_t *m, const pz_tag_t *tag, const char *readable)
{
    return ((m->atoms[tag->atom / 64] >> (tag->atom & 63) & 1) && pz_match_asks_type(m, tag->key))
           || (m->ids && tag->id.len && pz_match_asks_id(m, tag->id, readable))
           || (m->classes && tag->class_.len && pz_match_asks_classes(m, tag->class_, readable))
           || (m->attrs & tag->names);
}

#endif
