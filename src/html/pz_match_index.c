/*
 * The tests of all selectors, filed by what an element must have for them.
 */
#include "pz_find.h"
#include "pz_match_index.h"


/* A bit for how a class name begins, whatever its case. */
static inline unsigned
start_of(unsigned char first, unsigned char second)
{
    return ((first & 31u) << 5 ^ (second | 0x20u)) & (PZ_MATCH_STARTS - 1);
}


/*
 * What cannot be told by two bytes may begin anyhow; of a name that begins with
 * what the quick look takes for the space between two, any class may be it.
 */
static void
file_start(pz_matcher_t *m, pz_str_t name)
{
    if ((unsigned char) name.data[0] <= ' ') {
        m->attrs |= pz_attr_bit("class", 5);

    } else if (name.len < 2) {
        memset(m->starts, 0xff, sizeof(m->starts));

    } else {
        unsigned start = start_of((unsigned char) name.data[0], (unsigned char) name.data[1]);

        m->starts[start / 64] |= 1ull << (start & 63);
    }
}


void
pz_match_file(pz_matcher_t *m, uint32_t i)
{
    const pz_compound_t *c = m->tests[i].compound;
    unsigned             atom;
    uint32_t            *head = &m->any;

    switch (c->key_kind) {
    case PZ_KEY_ID:
        m->ids |= pz_match_bit(c->key);
        break;
    case PZ_KEY_CLASS:
        m->classes |= pz_match_bit(c->key);
        file_start(m, c->key_name);
        break;
    case PZ_KEY_TYPE:
        atom = pz_atom_from(c->key);
        m->atoms[atom / 64] |= 1ull << (atom & 63);
        break;
    case PZ_KEY_ATTR:
        m->attrs |= pz_attr_bit(c->key_name.data, c->key_name.len);
        break;
    default:
        break;
    }

    if (c->key_kind != PZ_KEY_ANY) {
        head = &m->slots[pz_match_slot(m, c->key_kind, c->key)];
    }

    m->tests[i].next = *head;
    *head = i;
}


static int
has_key(const pz_matcher_t *m, pz_key_kind_t kind, uint64_t key)
{
    uint32_t i = m->slots[pz_match_slot(m, kind, key)];

    while (i && (m->tests[i].compound->key_kind != kind || m->tests[i].compound->key != key)) {
        i = m->tests[i].next;
    }

    return i != 0;
}


/* The class name that begins at `p`: is it one that is asked for?  Hardly ever: kept out of line. */
static __attribute__((noinline)) int
asks_class(const pz_matcher_t *m, const char *p, const char *end, const char *readable)
{
    const char *to = pz_find_space(p, readable, ' ', ' ');
    uint64_t    key;

    to = to < end ? to : end;
    key = pz_key(p, (size_t) (to - p), readable);

    return (m->classes & pz_match_bit(key)) && has_key(m, PZ_KEY_CLASS, key);
}


/* The blanks of bytes that cannot be read whole. */
static uint32_t
blanks_of_rest(const char *p, const char *end)
{
    char rest[PZ_FIND_WORDS] = { 0 };

    memcpy(rest, p, (size_t) (end - p));

    return pz_find_blanks(rest);
}


int
pz_match_asks_classes(const pz_matcher_t *m, pz_str_t value, const char *readable)
{
    const char *p = value.data, *end = p + value.len;
    uint32_t    before = 1;

    for ( ; p < end; p += PZ_FIND_WORDS) {
        uint32_t blanks = readable - p > PZ_FIND_WORDS ? pz_find_blanks(p)
                                                       : blanks_of_rest(p, end);
        uint32_t starts;

        if (end - p < PZ_FIND_WORDS) {
            blanks |= ~0u << (end - p);
        }

        for (starts = ~blanks & (blanks << 1 | before); starts; starts &= starts - 1) {
            const char *word = p + __builtin_ctz(starts);
            unsigned    start = start_of((unsigned char) word[0], (unsigned char) word[1]);

            if ((m->starts[start / 64] >> (start & 63) & 1)
                && asks_class(m, word, end, readable))
            {
                return 1;
            }
        }

        before = blanks >> (PZ_FIND_WORDS - 1);
    }

    return 0;
}


int
pz_match_asks_id(const pz_matcher_t *m, pz_str_t id, const char *readable)
{
    uint64_t key = pz_key(id.data, id.len, readable);

    return (m->ids & pz_match_bit(key)) && has_key(m, PZ_KEY_ID, key);
}


int
pz_match_asks_type(const pz_matcher_t *m, uint64_t key)
{
    return has_key(m, PZ_KEY_TYPE, key);
}
