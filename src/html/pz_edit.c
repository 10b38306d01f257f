#include "pz_edit.h"
#include "pz_find.h"

static const char *const names[] = {
    "before", "after", "prepend", "append", "replace", "inner", "remove",
    "set_attr", "remove_attr", "add_class", "remove_class",
};


const char *
pz_edit_op_name(pz_edit_op_t op)
{
    return names[op];
}


int
pz_edit_op_from(pz_str_t name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t n = 0;

        while (n < name.len && names[i][n]
               && (name.data[n] == '-' ? '_' : name.data[n]) == names[i][n])
        {
            n++;
        }
        if (n == name.len && names[i][n] == '\0') {
            return (int) i;
        }
    }

    return -1;
}


int
pz_edit_op_inserts(pz_edit_op_t op)
{
    return op <= PZ_EDIT_INNER;
}


int
pz_edit_check_name(pz_edit_op_t op, pz_str_t name)
{
    int is_class = op == PZ_EDIT_ADD_CLASS || op == PZ_EDIT_REMOVE_CLASS;

    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char) name.data[i];

        if (pz_is_space((char) c) || c == 0 || (!is_class && (c <= ' ' || c == 0x7f
            || strchr("\"'<>/=", c))))
        {
            return -1;
        }
    }

    return name.len ? 0 : -1;
}


typedef enum {
    PZ_HOLDS_TEXT = 1,      /* its content is no markup: what is escaped as HTML stays so */
    PZ_RUNS = 2             /* its attributes load or run things */
} pz_edit_danger_t;

/* title and textarea are not here: their text is, but for tags, read as markup is. */
static unsigned
danger_of(pz_str_t name)
{
    static const struct {
        const char *name;
        unsigned    danger;
    } elements[] = {
        { "animate", PZ_RUNS }, { "animatemotion", PZ_RUNS }, { "animatetransform", PZ_RUNS },
        { "applet", PZ_RUNS }, { "base", PZ_RUNS }, { "embed", PZ_RUNS },
        { "iframe", PZ_HOLDS_TEXT }, { "noembed", PZ_HOLDS_TEXT },
        { "noframes", PZ_HOLDS_TEXT }, { "noscript", PZ_HOLDS_TEXT }, { "object", PZ_RUNS },
        { "plaintext", PZ_HOLDS_TEXT }, { "script", PZ_HOLDS_TEXT | PZ_RUNS },
        { "set", PZ_RUNS }, { "style", PZ_HOLDS_TEXT }, { "xmp", PZ_HOLDS_TEXT },
    };

    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        if (pz_str_ieq(name, pz_str_from(elements[i].name))) {
            return elements[i].danger;
        }
    }

    return 0;
}


int
pz_edit_is_unsafe(const pz_edit_t *edit, pz_str_t name, int in_code)
{
    if (!edit->has_values) {
        return 0;
    }

    switch (edit->op) {
    case PZ_EDIT_BEFORE:
    case PZ_EDIT_AFTER:
    case PZ_EDIT_REPLACE:
        return in_code;
    case PZ_EDIT_PREPEND:
    case PZ_EDIT_APPEND:
    case PZ_EDIT_INNER:
        return in_code || (danger_of(name) & PZ_HOLDS_TEXT);
    case PZ_EDIT_SET_ATTR:
        return (danger_of(name) & PZ_RUNS) != 0;
    default:
        return 0;
    }
}
