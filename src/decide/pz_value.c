/*
 * Texts as typed values.
 */
#include "pz_profile.h"
#include "pz_time.h"

static const pz_str_t pz_type_words[] = {
    { "text", 4 }, { "number", 6 }, { "time", 4 }, { "flag", 4 }, { "list", 4 }
};

#define PZ_TYPES  (sizeof(pz_type_words) / sizeof(pz_type_words[0]))

const char *
pz_type_name(pz_type_t type)
{
    return (size_t) type < PZ_TYPES ? pz_type_words[type].data : "unknown";
}

int
pz_type_from(pz_str_t word)
{
    size_t i;

    for (i = 0; i < PZ_TYPES; i++) {
        if (pz_str_eq(word, pz_type_words[i])) {
            return (int) i;
        }
    }
    return -1;
}

static int
pz_value_time(pz_str_t text, double *seconds)
{
    pz_time_t time;

    if (pz_str_to_number(text, seconds) != 0) {
        if (pz_time_parse(text, &time) != 0) {
            return -1;
        }
        *seconds = (double) (time.clock - time.offset);
    }
    /* so that it also fits an integer wherever it goes from here */
    return *seconds >= (double) PZ_TIME_MIN && *seconds <= (double) PZ_TIME_MAX ? 0 : -1;
}

static int
pz_value_flag(pz_str_t text, double *flag)
{
    static const pz_str_t words[] = {
        { "0", 1 }, { "1", 1 }, { "false", 5 }, { "true", 4 },
        { "no", 2 }, { "yes", 3 }, { "off", 3 }, { "on", 2 }
    };
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (pz_str_ieq(text, words[i])) {
            *flag = i % 2;
            return 0;
        }
    }
    return -1;
}

pz_value_t
pz_value_read(pz_type_t type, pz_str_t text)
{
    int        failed;
    pz_value_t value = { .type = type };

    switch (type) {
    case PZ_TYPE_NUMBER:
        text = pz_str_trim(text);
        failed = pz_str_to_number(text, &value.number);
        break;
    case PZ_TYPE_TIME:
        text = pz_str_trim(text);
        failed = pz_value_time(text, &value.number);
        break;
    case PZ_TYPE_FLAG:
        text = pz_str_trim(text);
        failed = pz_value_flag(text, &value.number);
        break;
    default:
        failed = 0;
    }
    if (failed) {
        value.number = 0;
        return value;
    }
    value.present = 1;
    value.text = text;
    return value;
}
