#include "pz_tag.h"
#include "pz_find.h"

#define USUAL_NAME  (PZ_FIND_BLOCK - 2)    /* leaves two bytes of a block for =" */

/* The bytes of a name in its first eight, where it is shorter. */
static const uint64_t short_name[USUAL_NAME + 1] = {
    0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
};

/* As pz_key_load reads them. */
#define NAME_ID     0x6469u
#define NAME_CLASS  0x7373616c63u

/*
 * One attribute at `p`, which is no white space, '/' or '>'.  Returns the place
 * behind it, or NULL when `end` comes first.
 */
static inline const char *
read_attr(const char *p, const char *end, pz_attr_t *attr)
{
    const char *q;

    attr->name.data = p;
    p = pz_find_name_end(p + 1, end);      /* a leading '=' is part of the name */
    attr->name.len = (size_t) (p - attr->name.data);
    attr->value = PZ_STR_NONE;
    attr->quote = 0;

    for (q = p; q < end && pz_is_space(*q); q++) { /* void */ }
    if (q == end) {
        return NULL;
    }
    if (*q != '=') {
        return p;
    }

    do {
        q++;
    } while (q < end && pz_is_space(*q));
    if (q == end) {
        return NULL;
    }

    if (*q == '"' || *q == '\'') {
        attr->quote = *q++;
        p = pz_find(q, end, attr->quote);
        if (p == end) {
            return NULL;
        }
        attr->value = (pz_str_t) { q, (size_t) (p - q) };
        return p + 1;
    }

    p = *q == '>' ? q : pz_find_space(q, end, '>', '>');
    attr->value = (pz_str_t) { q, (size_t) (p - q) };

    return p == end ? NULL : p;
}


/* Behind white space and lone slashes: at an attribute, at '>' or at `end`. */
static inline const char *
skip_to_attr(const char *p, const char *end)
{
    while (p < end && (pz_is_space(*p) || (*p == '/' && (p + 1 == end || p[1] != '>')))) {
        p++;
    }

    return p;
}


/* What is kept of the attributes' values: those of the first id and class. */
enum { OTHER, ID, CLASS, KINDS };

typedef struct {
    pz_str_t value[KINDS];
    uint64_t names;
} notes_t;


/*
 * Which attribute comes next is as good as random: no branch asks for it.
 * Eight bytes may be read at the name.
 */
static inline void
note_usual(notes_t *notes, const pz_attr_t *attr)
{
    uint64_t name = (pz_key_load(attr->name.data) | 0x2020202020202020u)
                    & short_name[attr->name.len];
    unsigned kind = (unsigned) (name == NAME_CLASS) * CLASS | (unsigned) (name == NAME_ID) * ID;

    kind = notes->value[kind].data ? OTHER : kind;
    notes->value[kind] = attr->value;
    notes->names |= pz_attr_bit(attr->name.data, attr->name.len);
}


static inline void
note_attr(notes_t *notes, const pz_attr_t *attr)
{
    unsigned kind = pz_str_ieq(attr->name, PZ_STR("id")) ? ID
                    : pz_str_ieq(attr->name, PZ_STR("class")) ? CLASS : OTHER;

    kind = notes->value[kind].data ? OTHER : kind;
    notes->value[kind] = attr->value.data ? attr->value : (pz_str_t) { attr->name.data, 0 };
    notes->names |= pz_attr_bit(attr->name.data, attr->name.len);
}


/*
 * name="value" at `p`, where a vector can be read, as nearly all attributes are
 * written.  Returns the place behind it, `end` when the value does not end
 * before that, or NULL: it is written otherwise.
 */
static inline const char *
read_usual(const char *p, const char *end, pz_attr_t *attr)
{
    unsigned    len = pz_find_name_len(p);
    const char *q = p + len + 1;

    attr->name = (pz_str_t) { p, len };
    if (len == 0 || len > USUAL_NAME || q[-1] != '=') {
        return NULL;
    }

    /* a constant each: a quote that is not known makes a slower search */
    if (*q == '"') {
        p = pz_find(++q, end, '"');
    } else if (*q == '\'') {
        p = pz_find(++q, end, '\'');
    } else {
        return NULL;
    }
    attr->value = (pz_str_t) { q, (size_t) (p - q) };

    return p == end ? end : p + 1;
}


static inline const char *
walk(pz_tag_t *tag, notes_t *notes, const char *p, const char *end)
{
    pz_attr_t   attr;
    const char *next;

    for ( ;; ) {
        if (end - p > PZ_FIND_BLOCK) {
            p += *p == ' ';
            if (*p == '>') {
                return p + 1;
            }

            next = read_usual(p, end, &attr);
            if (next == end) {
                return NULL;
            }
            if (next) {
                note_usual(notes, &attr);
                p = next;
                continue;
            }
        }

        next = p;
        p = skip_to_attr(p, end);
        if (p == end) {
            return NULL;
        }

        if (*p == '>') {
            return p + 1;
        }

        if (*p == '/') {
            tag->self_closing = 1;
            return p + 2;
        }

        if (p > next) {
            continue;
        }

        p = read_attr(p, end, &attr);
        if (p == NULL) {
            return NULL;
        }

        note_attr(notes, &attr);
    }
}


const char *
pz_tag_walk(pz_tag_t *tag, const char *p, const char *end)
{
    notes_t notes = { .names = 0 };

    tag->self_closing = 0;
    p = walk(tag, &notes, p, end);
    tag->id = notes.value[ID];
    tag->class_ = notes.value[CLASS];
    tag->names = notes.names;

    return p;
}


int
pz_tag_next_attr(const pz_tag_t *tag, const char **at, pz_attr_t *attr)
{
    const char *p, *next, *end = tag->whole.data + tag->whole.len;

    if (tag->names == 0) {
        return 0;
    }

    p = skip_to_attr(*at ? *at : tag->name.data + tag->name.len, end);
    if (p == end || *p == '>' || *p == '/') {
        return 0;
    }

    next = read_attr(p, end, attr);
    if (next == NULL) {
        return 0;
    }

    attr->whole = (pz_str_t) { p, (size_t) (next - p) };
    if (attr->value.data == NULL) {
        attr->whole.len = attr->name.len;
    }
    *at = next;

    return 1;
}


int
pz_tag_find_attr(const pz_tag_t *tag, pz_str_t name, pz_attr_t *attr)
{
    const char *at = NULL;

    if (!name.len || !(tag->names & pz_attr_bit(name.data, name.len))) {
        return 0;
    }

    while (pz_tag_next_attr(tag, &at, attr)) {
        if (pz_str_ieq(attr->name, name)) {
            return 1;
        }
    }

    return 0;
}


/* One byte of the states that are not long runs. */
static pz_tag_state_t
step(pz_tag_state_t state, char c)
{
    switch (state) {

    case PZ_TAG_NAME:
    case PZ_TAG_BEFORE_ATTR:
        if (c == '>') {
            return PZ_TAG_CLOSED;
        }
        if (pz_is_space(c) || c == '/') {
            return PZ_TAG_BEFORE_ATTR;
        }
        return state == PZ_TAG_NAME ? PZ_TAG_NAME : PZ_TAG_ATTR_NAME;

    case PZ_TAG_ATTR_NAME:
    case PZ_TAG_AFTER_NAME:
        if (c == '>') {
            return PZ_TAG_CLOSED;
        }
        if (c == '/') {
            return PZ_TAG_BEFORE_ATTR;
        }
        if (c == '=') {
            return PZ_TAG_BEFORE_VALUE;
        }
        return pz_is_space(c) ? PZ_TAG_AFTER_NAME : PZ_TAG_ATTR_NAME;

    case PZ_TAG_BEFORE_VALUE:
        if (c == '>') {
            return PZ_TAG_CLOSED;
        }
        if (pz_is_space(c)) {
            return PZ_TAG_BEFORE_VALUE;
        }
        return c == '"' ? PZ_TAG_DOUBLE_QUOTED
               : c == '\'' ? PZ_TAG_SINGLE_QUOTED : PZ_TAG_UNQUOTED;

    case PZ_TAG_UNQUOTED:
        if (c == '>') {
            return PZ_TAG_CLOSED;
        }
        return pz_is_space(c) ? PZ_TAG_BEFORE_ATTR : PZ_TAG_UNQUOTED;

    default:
        return state;
    }
}


const char *
pz_tag_resume(pz_tag_state_t *state, const char *p, const char *end)
{
    while (p < end && *state != PZ_TAG_CLOSED) {
        if (*state == PZ_TAG_DOUBLE_QUOTED || *state == PZ_TAG_SINGLE_QUOTED) {
            p = pz_find(p, end, *state == PZ_TAG_DOUBLE_QUOTED ? '"' : '\'');
            if (p == end) {
                break;
            }
            *state = PZ_TAG_BEFORE_ATTR;
            p++;
            continue;
        }

        *state = step(*state, *p++);
    }

    return p;
}
