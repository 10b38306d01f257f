#include "pz_names.h"
#include "pz_schema.h"

#include <string.h>

#define PZ_DAY  86400

/* The derived field's text, kept from one question to the next. */
typedef struct {
    int64_t  days;
    pz_str_t text;
} pz_profile_days_t;

/* A field's text, and what was read from it last. */
typedef struct {
    pz_str_t   text;
    pz_value_t value;
    int        is_read;
} pz_profile_text_t;

struct pz_profile_s {
    pz_arena_t        *arena;
    pz_names_t         names;
    pz_profile_text_t *texts;    /* as many as names had room for */
    size_t             room;
    pz_profile_days_t *days;
};

pz_profile_t *
pz_profile_create(pz_arena_t *arena)
{
    pz_profile_t *profile = pz_arena_zalloc(arena, sizeof(pz_profile_t));

    if (profile != NULL) {
        profile->arena = arena;
        pz_names_init(&profile->names, arena);
        profile->days = pz_arena_zalloc(arena, sizeof(pz_profile_days_t));
    }
    return profile == NULL || profile->days == NULL ? NULL : profile;
}

/* As many texts as there is room for names. */
static int
pz_profile_grow(pz_profile_t *profile)
{
    size_t             room = profile->names.room;
    pz_profile_text_t *texts = pz_arena_array(profile->arena, room, sizeof(pz_profile_text_t));

    if (texts == NULL) {
        return -1;
    }
    if (profile->room != 0) {
        memcpy(texts, profile->texts, profile->room * sizeof(pz_profile_text_t));
    }
    profile->texts = texts;
    profile->room = room;
    return 0;
}

int
pz_profile_add(pz_profile_t *profile, pz_str_t name, pz_str_t text)
{
    ptrdiff_t at = pz_names_add(&profile->names, name);

    if (at < 0) {
        return -1;
    }
    if (profile->room < profile->names.room && pz_profile_grow(profile) != 0) {
        pz_names_drop(&profile->names);
        return -1;
    }
    profile->texts[at].text = text;
    profile->texts[at].is_read = 0;
    return 0;
}

int
pz_profile_field(const pz_profile_t *profile, size_t n, pz_str_t *name,
    pz_str_t *text)
{
    if (n >= profile->names.n) {
        return -1;
    }
    *name = profile->names.names[n];
    *text = profile->texts[n].text;
    return 0;
}

/* A value as it stands in the profile. */
static pz_value_t
pz_profile_stored(const pz_profile_t *profile, const pz_field_t *field)
{
    ptrdiff_t          at = pz_names_find(&profile->names, field->name, field->hash);
    pz_value_t         absent = { .type = field->type };
    pz_profile_text_t *text;

    if (at < 0) {
        return absent;
    }
    text = &profile->texts[at];
    if (!text->is_read || text->value.type != field->type) {
        text->value = pz_value_read(field->type, text->text);
        text->is_read = 1;
    }
    return text->value;
}

/* What a template shows: empty where the arena has no room left. */
static pz_str_t
pz_profile_days_text(const pz_profile_t *profile, int64_t days)
{
    char     digits[24];
    size_t   at = sizeof(digits);
    int64_t  rest = days;
    pz_str_t text = PZ_STR_NONE;

    if (profile->days->text.len != 0 && profile->days->days == days) {
        return profile->days->text;
    }
    do {
        digits[--at] = (char) ('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);

    (void) pz_arena_copy(profile->arena,
                         (pz_str_t) { digits + at, sizeof(digits) - at }, &text);
    profile->days->days = days;
    profile->days->text = text;
    return text;
}

static pz_value_t
pz_profile_days_since_order(const pz_profile_t *profile, int64_t now)
{
    int64_t    days;
    pz_str_t   source = PZ_FIELD_LAST_ORDER_AT;
    pz_field_t field = { .name = source, .hash = pz_names_hash(source), .type = PZ_TYPE_TIME };
    pz_value_t last, value = { .type = PZ_TYPE_NUMBER };

    last = pz_profile_stored(profile, &field);
    if (!last.present) {
        return value;
    }
    days = now > (int64_t) last.number ? (now - (int64_t) last.number) / PZ_DAY : 0;
    value.present = 1;
    value.number = (double) days;
    value.text = pz_profile_days_text(profile, days);
    return value;
}

pz_value_t
pz_profile_value(const pz_profile_t *profile, const pz_field_t *field, int64_t now)
{
    return field->derived ? pz_profile_days_since_order(profile, now)
                          : pz_profile_stored(profile, field);
}

pz_value_t
pz_profile_get(const pz_profile_t *profile, const pz_schema_t *schema,
    pz_str_t name, int64_t now)
{
    pz_field_t field = pz_field_of(schema, name);

    return pz_profile_value(profile, &field, now);
}
