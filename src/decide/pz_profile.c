#include "pz_names.h"
#include "pz_schema.h"

#include <string.h>

#define PZ_DAY  86400

/* The derived field's text, kept from one question to the next. */
typedef struct {
    int64_t  days;
    pz_str_t text;
} pz_profile_days_t;

struct pz_profile_s {
    pz_arena_t        *arena;
    pz_names_t         names;
    pz_str_t          *texts;    /* as many as names had room for */
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
    size_t    room = profile->names.room;
    pz_str_t *texts = pz_arena_array(profile->arena, room, sizeof(pz_str_t));

    if (texts == NULL) {
        return -1;
    }
    if (profile->room != 0) {
        memcpy(texts, profile->texts, profile->room * sizeof(pz_str_t));
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
    profile->texts[at] = text;
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
    *text = profile->texts[n];
    return 0;
}

/* A value as it stands in the profile. */
static pz_value_t
pz_profile_stored(const pz_profile_t *profile, pz_type_t type, pz_str_t name,
    uint32_t hash)
{
    ptrdiff_t  at = pz_names_find(&profile->names, name, hash);
    pz_value_t absent = { .type = type };

    return at < 0 ? absent : pz_value_read(type, profile->texts[at]);
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
    pz_value_t last, value = { .type = PZ_TYPE_NUMBER };

    last = pz_profile_stored(profile, PZ_TYPE_TIME, source, pz_names_hash(source));
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
pz_profile_get(const pz_profile_t *profile, const pz_schema_t *schema,
    pz_str_t name, int64_t now)
{
    uint32_t hash;

    if (pz_str_eq(name, PZ_FIELD_DAYS_SINCE_ORDER)) {
        return pz_profile_days_since_order(profile, now);
    }
    hash = pz_names_hash(name);
    return pz_profile_stored(profile, pz_schema_type_hashed(schema, name, hash), name,
                             hash);
}
