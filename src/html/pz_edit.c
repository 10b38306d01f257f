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
