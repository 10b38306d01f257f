/*
 * An edit: what to do to the elements that a selector matches.
 */
#ifndef PZ_EDIT_H
#define PZ_EDIT_H

#include "pz_selector.h"

typedef enum {
    PZ_EDIT_BEFORE,         /* in front of the start tag */
    PZ_EDIT_AFTER,          /* behind the element's end */
    PZ_EDIT_PREPEND,        /* behind the start tag */
    PZ_EDIT_APPEND,         /* in front of the element's end */
    PZ_EDIT_REPLACE,        /* instead of the element */
    PZ_EDIT_INNER,          /* instead of its content */
    PZ_EDIT_REMOVE,         /* the element and its content go */
    PZ_EDIT_SET_ATTR,
    PZ_EDIT_REMOVE_ATTR,
    PZ_EDIT_ADD_CLASS,
    PZ_EDIT_REMOVE_CLASS
} pz_edit_op_t;

#define PZ_EDIT_NO_SLOT  (-1)

typedef struct {
    const pz_selector_t *selector;
    pz_edit_op_t         op;
    pz_str_t             name;      /* the attribute, or the class */
    pz_str_t             content;   /* HTML to insert, or an attribute's value as plain text,
                                       which the rewriter escapes */
    int                  slot;      /* content comes later, as this slot; or PZ_EDIT_NO_SLOT */
    unsigned             limit;     /* act on so many matches; 0: on every match */
    unsigned             has_values:1;  /* content holds data that others than the author chose */
} pz_edit_t;

/* "before", "set_attr" ... as rule files and the command write it. */
const char *pz_edit_op_name(pz_edit_op_t op);

/* The operation of that name ('-' and '_' are the same); -1 when there is none. */
int pz_edit_op_from(pz_str_t name);

/* Whether the operation inserts HTML (and so may have a slot). */
int pz_edit_op_inserts(pz_edit_op_t op);

/*
 * Whether an attribute or a class of that name can be written into a tag, for
 * rules to check when they load: 0, or -1 (empty, white space, quotes, '=' ...).
 */
int pz_edit_check_name(pz_edit_op_t op, pz_str_t name);

/*
 * Whether an edit with values would put them where no escape makes them safe:
 * into the text of an element whose content is no markup (script, style ...),
 * or an attribute of one that loads or runs things.  `name` is the element's,
 * `in_code` says that it stands inside a script or a style, as it may in SVG.
 */
int pz_edit_is_unsafe(const pz_edit_t *edit, pz_str_t name, int in_code);

#endif
