#include "pz_schema.h"
#include "pz_names.h"

typedef struct {
    unsigned char type;
    unsigned char safe;
} pz_schema_field_t;

struct pz_schema_s {
    pz_arena_t        *arena;
    pz_names_t         names;
    pz_schema_field_t *fields;    /* as many as names has room for */
    size_t             room;
};

static const struct {
    const char *name;
    pz_type_t   type;
} pz_schema_builtin[] = {
    { "segments", PZ_TYPE_LIST },
    { "name", PZ_TYPE_TEXT },
    { "tier", PZ_TYPE_TEXT },
    { "points", PZ_TYPE_NUMBER },
    { "cart_total", PZ_TYPE_NUMBER },
    { "cart_count", PZ_TYPE_NUMBER },
    { "orders", PZ_TYPE_NUMBER },
    { "last_order_at", PZ_TYPE_TIME },
    { "days_since_order", PZ_TYPE_NUMBER },
};

pz_schema_t *
pz_schema_create(pz_arena_t *arena)
{
    size_t       i, n = sizeof(pz_schema_builtin) / sizeof(pz_schema_builtin[0]);
    pz_schema_t *schema = pz_arena_zalloc(arena, sizeof(pz_schema_t));

    if (schema == NULL) {
        return NULL;
    }
    schema->arena = arena;
    pz_names_init(&schema->names, arena);
    for (i = 0; i < n; i++) {
        if (pz_schema_declare(schema, pz_str_from(pz_schema_builtin[i].name),
                              pz_schema_builtin[i].type, 0) != 0)
        {
            return NULL;
        }
    }
    return schema;
}

static int
pz_schema_is_affinity(pz_str_t name)
{
    return pz_str_starts(name, PZ_STR("affinity:"));
}

/* As many fields as there is room for names. */
static int
pz_schema_grow(pz_schema_t *schema)
{
    size_t             i, room = schema->names.room;
    pz_schema_field_t *fields = pz_arena_array(schema->arena, room,
                                               sizeof(pz_schema_field_t));

    if (fields == NULL) {
        return -1;
    }
    for (i = 0; i < schema->room; i++) {
        fields[i] = schema->fields[i];
    }
    schema->fields = fields;
    schema->room = room;
    return 0;
}

int
pz_schema_declare(pz_schema_t *schema, pz_str_t name, pz_type_t type, int safe)
{
    ptrdiff_t at = pz_names_find(&schema->names, name, pz_names_hash(name));

    if (at < 0) {
        if (pz_schema_is_affinity(name) && type != PZ_TYPE_NUMBER) {
            return -2;
        }
        if (pz_arena_copy(schema->arena, name, &name) != 0) {
            return -1;
        }
        at = pz_names_add(&schema->names, name);
        if (at < 0) {
            return -1;
        }
        if (schema->room < schema->names.room && pz_schema_grow(schema) != 0) {
            pz_names_drop(&schema->names);
            return -1;
        }
        schema->fields[at].type = (unsigned char) type;
    }
    if (schema->fields[at].type != (unsigned char) type) {
        return -2;
    }
    schema->fields[at].safe |= safe != 0;
    return 0;
}

pz_field_t
pz_field_of(const pz_schema_t *schema, pz_str_t name)
{
    pz_field_t field = { .name = name, .hash = pz_names_hash(name) };
    ptrdiff_t  at = pz_names_find(&schema->names, name, field.hash);

    if (at >= 0) {
        field.type = (pz_type_t) schema->fields[at].type;
    } else {
        field.type = pz_schema_is_affinity(name) ? PZ_TYPE_NUMBER : PZ_TYPE_TEXT;
    }
    field.derived = pz_str_eq(name, PZ_FIELD_DAYS_SINCE_ORDER);
    return field;
}

pz_type_t
pz_schema_type(const pz_schema_t *schema, pz_str_t name)
{
    return pz_field_of(schema, name).type;
}

int
pz_schema_is_safe(const pz_schema_t *schema, pz_str_t name)
{
    ptrdiff_t at = pz_names_find(&schema->names, name, pz_names_hash(name));

    return at >= 0 && schema->fields[at].safe;
}
