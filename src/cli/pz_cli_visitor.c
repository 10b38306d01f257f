#include "pz_cli_visitor.h"

#include "pz_sb.h"

#define PZ_CLI_VISITOR_FIELD  (64 * 1024)


/* What Redis would hold for it: a list is its items with commas between. */
static int
pz_cli_visitor_text(pz_cli_case_t *c, const pz_json_t *value, pz_str_t *text, pz_error_t *error)
{
    pz_sb_t          sb;
    const pz_json_t *item;

    switch (value->type) {
    case PZ_JSON_STRING:
    case PZ_JSON_NUMBER:
        *text = value->text;
        return 0;
    case PZ_JSON_BOOL:
        *text = (value->number != 0) ? PZ_STR("1") : PZ_STR("0");
        return 0;
    case PZ_JSON_ARRAY:
        break;
    default:
        return pz_error_set(error, c->visitor_path, 0,
                            "'%.*s' must be a text, a number, true, false or a list of these",
                            (int) value->name.len, value->name.data);
    }
    pz_sb_init(&sb, c->arena, PZ_CLI_VISITOR_FIELD);
    for (item = value->first; item != NULL; item = item->next) {
        if (item->type == PZ_JSON_ARRAY || pz_cli_visitor_text(c, item, text, error) != 0) {
            return pz_error_set(error, c->visitor_path, 0,
                                "'%.*s' must be a list of texts and numbers",
                                (int) value->name.len, value->name.data);
        }
        if (sb.len > 0) {
            pz_sb_byte(&sb, ',');
        }
        pz_sb_add(&sb, *text);
    }
    return pz_sb_done(&sb, text) == 0 ? 0
           : pz_error_set(error, c->visitor_path, 0, "'%.*s' is too long",
                          (int) value->name.len, value->name.data);
}


static int
pz_cli_visitor_member(pz_cli_case_t *c, const pz_json_t *member, pz_error_t *error)
{
    pz_str_t text;

    if (pz_str_starts(member->name, PZ_STR("$")) || member->type == PZ_JSON_NULL) {
        return 0;
    }
    if (pz_cli_visitor_text(c, member, &text, error) != 0) {
        return -1;
    }
    if (pz_str_eq(member->name, PZ_STR("id"))) {
        c->visitor = text;
        return 0;
    }
    if (pz_profile_add(c->profile, member->name, text) != 0) {
        return pz_error_set(error, c->visitor_path, 0, "has too many fields");
    }
    return 0;
}


int
pz_cli_visitor_read(pz_cli_case_t *c, pz_error_t *error)
{
    const pz_json_t *member;

    if (c->json->type != PZ_JSON_OBJECT) {
        return pz_error_set(error, c->visitor_path, 0,
                            "a visitor is an object: { \"name\": \"Ann\", \"orders\": 3 }");
    }
    for (member = c->json->first; member != NULL; member = member->next) {
        if (pz_cli_visitor_member(c, member, error) != 0) {
            return -1;
        }
    }
    return 0;
}
