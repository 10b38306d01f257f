/*
 * JSON: what is read and written is the same when it is read again, and what
 * is written can stand in a script element.
 */
#include <stdlib.h>

#include "pz_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_value(pz_json_writer_t *w, const pz_json_t *value)
{
    const pz_json_t *child;

    switch (value->type) {
    case PZ_JSON_NULL:
        pz_json_null(w);
        return;
    case PZ_JSON_BOOL:
        pz_json_bool(w, value->number != 0);
        return;
    case PZ_JSON_NUMBER:
        pz_json_number(w, value->number);
        return;
    case PZ_JSON_STRING:
        pz_json_string(w, value->text);
        return;
    case PZ_JSON_ARRAY:
        pz_json_array(w);
        for (child = value->first; child != NULL; child = child->next) {
            write_value(w, child);
        }
        pz_json_array_end(w);
        return;
    case PZ_JSON_OBJECT:
        pz_json_object(w);
        for (child = value->first; child != NULL; child = child->next) {
            pz_json_key(w, child->name);
            write_value(w, child);
        }
        pz_json_object_end(w);
    }
}

static void
check_same(const pz_json_t *a, const pz_json_t *b)
{
    const pz_json_t *x, *y;

    if (a->type != b->type || a->number != b->number || !pz_str_eq(a->name, b->name)
        || (a->type == PZ_JSON_STRING && !pz_str_eq(a->text, b->text)))
    {
        abort();
    }
    for (x = a->first, y = b->first; x != NULL && y != NULL; x = x->next, y = y->next) {
        check_same(x, y);
    }
    if (x != NULL || y != NULL) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           i;
    pz_sb_t          sb;
    pz_str_t         text = { (const char *) data, size };
    pz_json_t       *value, *again;
    pz_arena_t      *arena = pz_arena_create(64 << 20, 0);
    pz_error_t       error;
    pz_json_writer_t w;

    value = pz_json_read(arena, text, &error);
    if (value == NULL) {
        if (error.line == 0 || error.text[0] == '\0') {
            abort();
        }
        pz_arena_destroy(arena);
        return 0;
    }
    pz_sb_init(&sb, arena, SIZE_MAX);
    pz_json_begin(&w, &sb);
    write_value(&w, value);
    if (pz_sb_done(&sb, &text) != 0) {
        abort();
    }
    for (i = 0; i < text.len; i++) {
        if (text.data[i] == '<' || text.data[i] == '>' || text.data[i] == '&') {
            abort();
        }
    }
    again = pz_json_read(arena, text, NULL);
    if (again == NULL) {
        abort();
    }
    check_same(value, again);
    pz_arena_destroy(arena);
    return 0;
}
