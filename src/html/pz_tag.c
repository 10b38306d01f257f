#include "pz_tag.h"
#include "pz_find.h"


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


static inline void
note_attr(pz_tag_t *tag, const pz_attr_t *attr)
{
    const char *n = attr->name.data;

    tag->names |= pz_attr_bit(n, attr->name.len);

    if (attr->name.len == 2) {
        if ((n[0] | 0x20) == 'i' && (n[1] | 0x20) == 'd' && !tag->id.data) {
            tag->id = attr->value.data ? attr->value : (pz_str_t) { n, 0 };
        }

    } else if (attr->name.len == 5 && (n[0] | 0x20) == 'c' && !tag->class_.data
               && pz_str_ieq(attr->name, PZ_STR("class")))
    {
        tag->class_ = attr->value.data ? attr->value : (pz_str_t) { n, 0 };
    }
}


const char *
pz_tag_walk(pz_tag_t *tag, const char *p, const char *end)
{
    pz_attr_t attr;

    tag->id = tag->class_ = PZ_STR_NONE;
    tag->names = 0;
    tag->self_closing = 0;

    for ( ;; ) {
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

        p = read_attr(p, end, &attr);
        if (p == NULL) {
            return NULL;
        }

        note_attr(tag, &attr);
    }
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
