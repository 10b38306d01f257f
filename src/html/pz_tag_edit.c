#include "pz_tag_edit.h"
#include "pz_escape.h"
#include "pz_find.h"
#include "pz_reference.h"

/* What the edits leave of one attribute. */
typedef struct {
    const pz_attr_t *attr;      /* as the page has it; NULL: it has not */
    pz_str_t         set;       /* the value that an edit gave it */
    int              is_set;
    int              removed;
    size_t           from;      /* class edits count from this hit on */
    int              changed;
} outcome_t;


int
pz_tag_edit_is(pz_edit_op_t op)
{
    return op >= PZ_EDIT_SET_ATTR;
}


static int
is_class_edit(const pz_edit_t *edit)
{
    return edit->op == PZ_EDIT_ADD_CLASS || edit->op == PZ_EDIT_REMOVE_CLASS;
}


static outcome_t
judge(const pz_tag_edits_t *te, pz_str_t name, const pz_attr_t *attr)
{
    outcome_t o = { .attr = attr, .removed = attr == NULL };
    int       is_class = pz_str_ieq(name, PZ_STR("class"));

    for (size_t i = 0; i < te->nhits; i++) {
        const pz_edit_t *edit = &te->edits[te->hits[i]];

        if (edit->op == PZ_EDIT_SET_ATTR && pz_str_ieq(edit->name, name)) {
            o.is_set = o.changed = 1;
            o.removed = 0;
            o.set = edit->content;
            o.from = i + 1;

        } else if (edit->op == PZ_EDIT_REMOVE_ATTR && pz_str_ieq(edit->name, name)) {
            o.changed |= !o.removed;
            o.set = PZ_STR_NONE;        /* classes that are added later start from nothing */
            o.is_set = 1;
            o.removed = 1;
            o.from = i + 1;

        } else if (is_class && edit->op == PZ_EDIT_ADD_CLASS) {
            o.removed = 0;
            o.changed = 1;

        } else if (is_class && edit->op == PZ_EDIT_REMOVE_CLASS) {
            o.changed |= !o.removed;
        }
    }

    return o;
}


/* How the class edits from hit `from` on end for `name`: -1 removed, 1 added, 0 neither. */
static int
class_verdict(const pz_tag_edits_t *te, size_t from, pz_str_t name)
{
    for (size_t i = te->nhits; i-- > from; ) {
        const pz_edit_t *edit = &te->edits[te->hits[i]];

        if (is_class_edit(edit) && pz_str_eq(edit->name, name)) {
            return edit->op == PZ_EDIT_ADD_CLASS ? 1 : -1;
        }
    }

    return 0;
}


/* Whether one of these hits removes the class: what adds it again puts it last. */
static int
class_removed(const pz_tag_edits_t *te, size_t from, size_t to, pz_str_t name)
{
    for (size_t i = from; i < to; i++) {
        const pz_edit_t *edit = &te->edits[te->hits[i]];

        if (edit->op == PZ_EDIT_REMOVE_CLASS && pz_str_eq(edit->name, name)) {
            return 1;
        }
    }

    return 0;
}


static int
next_word(pz_str_t *rest, pz_str_t *word)
{
    size_t i = 0, n;

    if (rest->len == 0) {
        return 0;
    }

    while (i < rest->len && pz_is_space(rest->data[i])) {
        i++;
    }
    for (n = i; n < rest->len && !pz_is_space(rest->data[n]); n++) { /* void */ }

    *word = (pz_str_t) { rest->data + i, n - i };
    *rest = pz_str_skip(*rest, n);

    return word->len > 0;
}


/* The class as it is compared: those that the page has may have references. */
static pz_str_t
plain_word(const pz_tag_edits_t *te, const outcome_t *o, pz_str_t word)
{
    return o->is_set ? word : pz_reference_decode(te->plain, word);
}


static int
has_word(const pz_tag_edits_t *te, const outcome_t *o, pz_str_t list, pz_str_t name)
{
    pz_str_t word;

    while (next_word(&list, &word)) {
        if (pz_str_eq(plain_word(te, o, word), name)) {
            return 1;
        }
    }

    return 0;
}


static void
add_word(pz_sb_t *sb, pz_str_t word, int escape, int ascii, int *words)
{
    if ((*words)++) {
        pz_sb_byte(sb, ' ');
    }

    if (escape) {
        pz_escape_attr(sb, word, ascii);
    } else {
        pz_sb_add(sb, word);
    }
}


/* Whether hit `i` is the one that gives the element a class that it keeps. */
static int
is_added_by(const pz_tag_edits_t *te, const outcome_t *o, size_t i, pz_str_t base)
{
    pz_str_t name = te->edits[te->hits[i]].name;

    if (te->edits[te->hits[i]].op != PZ_EDIT_ADD_CLASS
        || class_removed(te, i + 1, te->nhits, name))
    {
        return 0;
    }

    for (size_t k = i; k-- > o->from; ) {
        const pz_edit_t *edit = &te->edits[te->hits[k]];

        if (is_class_edit(edit) && pz_str_eq(edit->name, name)) {
            return edit->op == PZ_EDIT_REMOVE_CLASS;
        }
    }

    return !has_word(te, o, base, name);
}


/* The classes that were there and stay, then those that are added. */
static void
add_classes(pz_sb_t *sb, const pz_tag_edits_t *te, const outcome_t *o, pz_str_t base)
{
    pz_str_t rest = base, word;
    int      words = 0;

    while (next_word(&rest, &word)) {
        if (!class_removed(te, o->from, te->nhits, plain_word(te, o, word))) {
            add_word(sb, word, o->is_set, te->ascii, &words);
        }
    }

    for (size_t i = o->from; i < te->nhits; i++) {
        if (is_added_by(te, o, i, base)) {
            add_word(sb, te->edits[te->hits[i]].name, 1, te->ascii, &words);
        }
    }
}


/* The quote that the value was written with, if it may stay inside it. */
static char
quote_for(const outcome_t *o)
{
    return o->attr && !o->is_set && o->attr->quote ? o->attr->quote : '"';
}


static void
add_attr(pz_sb_t *sb, const pz_tag_edits_t *te, pz_str_t name, const outcome_t *o)
{
    pz_str_t base = o->is_set ? o->set : o->attr ? o->attr->value : PZ_STR_NONE;
    char     quote = quote_for(o);
    int      class_edits = 0;

    for (size_t i = o->from; i < te->nhits; i++) {
        class_edits |= is_class_edit(&te->edits[te->hits[i]]);
    }

    pz_sb_add(sb, name);
    pz_sb_byte(sb, '=');
    pz_sb_byte(sb, quote);
    if (class_edits && pz_str_ieq(name, PZ_STR("class"))) {
        /* an unquoted value may hold a quote: a reference is right in either */
        if (!o->is_set && o->attr && !o->attr->quote && pz_str_find_byte(base, '"') >= 0) {
            pz_sb_t clean;
            pz_str_t text;

            pz_sb_init(&clean, sb->arena, base.len * 8 + 16);
            for (size_t i = 0; i < base.len; i++) {
                if (base.data[i] == '"') {
                    pz_sb_literal(&clean, "&quot;");
                } else {
                    pz_sb_byte(&clean, base.data[i]);
                }
            }
            if (pz_sb_done(&clean, &text) == 0) {
                base = text;
            }
        }
        add_classes(sb, te, o, base);
    } else {
        pz_escape_attr(sb, base, te->ascii);
    }
    pz_sb_byte(sb, quote);
}


/* Whether class edits would leave the list as it is. */
static int
same_classes(const pz_tag_edits_t *te, const outcome_t *o)
{
    pz_str_t value = o->attr ? o->attr->value : PZ_STR_NONE;

    if (o->is_set || o->from) {
        return 0;
    }

    for (size_t i = 0; i < te->nhits; i++) {
        const pz_edit_t *edit = &te->edits[te->hits[i]];
        int              had = has_word(te, o, value, edit->name);

        if (is_class_edit(edit)
            && ((class_verdict(te, 0, edit->name) > 0) != had
                || (had && class_removed(te, 0, te->nhits, edit->name))))
        {
            return 0;
        }
    }

    return 1;
}


static outcome_t
judge_all(const pz_tag_edits_t *te, pz_str_t name, const pz_attr_t *attr)
{
    outcome_t o = judge(te, name, attr);

    if (o.changed && pz_str_ieq(name, PZ_STR("class")) && same_classes(te, &o)) {
        o.changed = 0;
        o.removed = attr == NULL;
    }

    return o;
}


/* Attributes that the tag does not have: behind its name, where nothing can swallow them. */
static int
add_new(pz_sb_t *sb, const pz_tag_t *tag, const pz_tag_edits_t *te)
{
    pz_attr_t attr;
    int       added = 0;

    for (size_t i = 0; i < te->nhits; i++) {
        const pz_edit_t *edit = &te->edits[te->hits[i]];
        pz_str_t         name = is_class_edit(edit) ? PZ_STR("class") : edit->name;
        int              again = 0;

        for (size_t k = 0; k < i; k++) {
            const pz_edit_t *e = &te->edits[te->hits[k]];

            again |= pz_tag_edit_is(e->op)
                     && pz_str_ieq(is_class_edit(e) ? PZ_STR("class") : e->name, name);
        }

        if (!pz_tag_edit_is(edit->op) || again || pz_tag_find_attr(tag, name, &attr)) {
            continue;
        }

        outcome_t o = judge_all(te, name, NULL);

        if (o.changed && !o.removed) {
            pz_sb_byte(sb, ' ');
            add_attr(sb, te, name, &o);
            added = 1;
        }
    }

    return added;
}


int
pz_tag_edit(pz_sb_t *sb, const pz_tag_t *tag, const pz_tag_edits_t *te)
{
    const char *at = NULL, *done = tag->name.data + tag->name.len;
    const char *end = tag->whole.data + tag->whole.len;
    pz_attr_t   attr, first;
    int         changed;

    pz_sb_add(sb, (pz_str_t) { tag->whole.data, (size_t) (done - tag->whole.data) });
    changed = add_new(sb, tag, te);

    while (pz_tag_next_attr(tag, &at, &attr)) {
        outcome_t o = judge_all(te, attr.name, &attr);

        if (!o.changed) {
            continue;
        }

        /* a duplicate has no effect, until the first of its name is gone */
        if (!o.removed && pz_tag_find_attr(tag, attr.name, &first)
            && first.whole.data != attr.whole.data)
        {
            continue;
        }

        changed = 1;
        pz_sb_add(sb, (pz_str_t) { done, (size_t) (attr.whole.data - done) });
        done = attr.whole.data + attr.whole.len;
        if (!o.removed) {
            add_attr(sb, te, attr.name, &o);
        }
    }

    pz_sb_add(sb, (pz_str_t) { done, (size_t) (end - done) });

    return changed;
}
