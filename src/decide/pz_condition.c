#include "pz_condition.h"

#define PZ_FACT_PREFIX  PZ_STR("ctx.")

static const pz_str_t pz_test_words[] = {
    { "is", 2 }, { "is_not", 6 }, { "at_least", 8 }, { "at_most", 7 },
    { "more_than", 9 }, { "less_than", 9 }, { "one_of", 6 }, { "none_of", 7 },
    { "has", 3 }, { "has_not", 7 }, { "exists", 6 }
};

int
pz_test_from(pz_str_t word)
{
    size_t i;

    for (i = 0; i < sizeof(pz_test_words) / sizeof(pz_test_words[0]); i++) {
        if (pz_str_eq(word, pz_test_words[i])) {
            return (int) i;
        }
    }
    return -1;
}

int
pz_test_fits(pz_test_t test, pz_type_t type)
{
    switch (test) {
    case PZ_TEST_IS:
    case PZ_TEST_IS_NOT:
        return type != PZ_TYPE_LIST;
    case PZ_TEST_AT_LEAST:
    case PZ_TEST_AT_MOST:
    case PZ_TEST_MORE_THAN:
    case PZ_TEST_LESS_THAN:
        return type == PZ_TYPE_NUMBER || type == PZ_TYPE_TIME;
    case PZ_TEST_ONE_OF:
    case PZ_TEST_NONE_OF:
        return type != PZ_TYPE_FLAG;
    case PZ_TEST_HAS:
    case PZ_TEST_HAS_NOT:
        return type == PZ_TYPE_LIST;
    case PZ_TEST_EXISTS:
        return 1;
    }
    return 0;
}

void
pz_condition_ask(pz_condition_t *c, const pz_schema_t *schema, pz_str_t name)
{
    c->is_fact = pz_str_starts(name, PZ_FACT_PREFIX);
    c->field = pz_field_of(schema, name);
}

/* A fact is text; put to a number, a flag or a list it is read as one. */
static pz_value_t
pz_condition_fact(const pz_condition_t *c, const pz_facts_t *facts)
{
    int        is_list = c->test == PZ_TEST_HAS || c->test == PZ_TEST_HAS_NOT;
    pz_str_t   text, name = pz_str_skip(c->field.name, PZ_FACT_PREFIX.len);
    pz_type_t  type = is_list ? PZ_TYPE_LIST : c->operand.type;
    pz_value_t absent = { .type = PZ_TYPE_TEXT };

    if (c->test == PZ_TEST_EXISTS || c->list != NULL) {
        type = PZ_TYPE_TEXT;
    }
    absent.type = type;
    return pz_facts_get(facts, name, &text) == 0 ? pz_value_read(type, text) : absent;
}

/* Whether a value is what `text` says, or what `number` is where that is given. */
static int
pz_condition_same(const pz_value_t *value, const pz_value_t *operand)
{
    if (value->type == PZ_TYPE_TEXT || value->type == PZ_TYPE_LIST) {
        return pz_str_eq(value->text, operand->text);
    }
    return value->number == operand->number;
}

static int
pz_condition_has(pz_str_t list, pz_str_t wanted)
{
    pz_str_t item;

    while (pz_str_next_item(&list, ',', &item)) {
        if (pz_str_eq(item, wanted)) {
            return 1;
        }
    }
    return 0;
}

/* Whether the value, or any item of a list, is one of c->list. */
static int
pz_condition_one_of(const pz_condition_t *c, const pz_value_t *value)
{
    size_t     i;
    pz_value_t item;

    for (i = 0; i < c->nlist; i++) {
        if (value->type == PZ_TYPE_LIST) {
            if (pz_condition_has(value->text, c->list[i])) {
                return 1;
            }
            continue;
        }
        item = pz_value_read(value->type, c->list[i]);
        if (item.present && pz_condition_same(value, &item)) {
            return 1;
        }
    }
    return 0;
}

static int
pz_condition_orders(pz_test_t test, double number, double operand)
{
    switch (test) {
    case PZ_TEST_AT_LEAST:
        return number >= operand;
    case PZ_TEST_AT_MOST:
        return number <= operand;
    case PZ_TEST_MORE_THAN:
        return number > operand;
    default:
        return number < operand;
    }
}

int
pz_condition_holds(const pz_condition_t *c, const pz_profile_t *profile,
    const pz_facts_t *facts)
{
    pz_value_t value;

    value = c->is_fact ? pz_condition_fact(c, facts)
                       : pz_profile_value(profile, &c->field, facts->now);

    switch (c->test) {
    case PZ_TEST_IS:
        return pz_condition_same(&value, &c->operand);
    case PZ_TEST_IS_NOT:
        return !pz_condition_same(&value, &c->operand);
    case PZ_TEST_ONE_OF:
        return pz_condition_one_of(c, &value);
    case PZ_TEST_NONE_OF:
        return !pz_condition_one_of(c, &value);
    case PZ_TEST_HAS:
        return pz_condition_has(value.text, c->operand.text);
    case PZ_TEST_HAS_NOT:
        return !pz_condition_has(value.text, c->operand.text);
    case PZ_TEST_EXISTS:
        return value.present == (c->operand.number != 0);
    default:
        return value.present
               && pz_condition_orders(c->test, value.number, c->operand.number);
    }
}
