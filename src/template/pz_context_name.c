#include "pz_context_name.h"

typedef struct {
    const char *name;
    unsigned    is;
} pz_context_name_t;

static const pz_context_name_t pz_context_elements[] = {
    { "animate", PZ_ELEMENT_CLOSED },
    { "animatemotion", PZ_ELEMENT_CLOSED },
    { "animatetransform", PZ_ELEMENT_CLOSED },
    { "applet", PZ_ELEMENT_CLOSED },
    { "base", PZ_ELEMENT_CLOSED },
    { "button", PZ_ELEMENT_FRAME },
    { "embed", PZ_ELEMENT_CLOSED },
    { "form", PZ_ELEMENT_FRAME },
    { "frame", PZ_ELEMENT_FRAME },
    { "iframe", PZ_ELEMENT_FRAME | PZ_ELEMENT_RAW },
    { "input", PZ_ELEMENT_FRAME },
    { "link", PZ_ELEMENT_CLOSED },
    { "math", PZ_ELEMENT_FOREIGN },
    { "meta", PZ_ELEMENT_CLOSED },
    { "noembed", PZ_ELEMENT_RAW },
    { "noframes", PZ_ELEMENT_RAW },
    { "object", PZ_ELEMENT_CLOSED },
    { "param", PZ_ELEMENT_CLOSED },
    { "plaintext", PZ_ELEMENT_REST },
    { "script", PZ_ELEMENT_CLOSED | PZ_ELEMENT_RAW | PZ_ELEMENT_SCRIPT },
    { "set", PZ_ELEMENT_CLOSED },
    { "style", PZ_ELEMENT_CLOSED | PZ_ELEMENT_RAW },
    { "svg", PZ_ELEMENT_FOREIGN },
    { "textarea", PZ_ELEMENT_TITLE },
    { "title", PZ_ELEMENT_TITLE },
    { "xmp", PZ_ELEMENT_RAW },
};

static const char *const pz_context_url_attributes[] = {
    "action", "background", "cite", "codebase", "data", "formaction", "href", "icon",
    "dynsrc",
    "longdesc", "lowsrc", "manifest", "poster", "src", "xlink:href"
};

static const char *const pz_context_closed_attributes[] = {
    "archive", "attributename", "http-equiv", "imagesrcset", "ping", "srcdoc",
    "srcset", "style"
};

/*
 * Beginnings of names whose value is a program: to browsers, or to a script
 * library that reads attributes (Vue, Alpine, AngularJS, htmx, Knockout ...).
 */
static const char *const pz_context_programs[] = {
    "on", "v-", "x-", "ng-", "hx-", "data-ng-", "data-hx-", "data-on-",
    "data-on:", "data-bind",
    "data-x-", "data-v-"
};

#define PZ_COUNT(array)  (sizeof(array) / sizeof((array)[0]))

static int
pz_context_starts(pz_str_t name, const char *prefix)
{
    pz_str_t p = pz_str_from(prefix);

    return pz_str_ieq(pz_str_head(name, p.len), p);
}

unsigned
pz_context_element(pz_str_t name)
{
    size_t i;

    for (i = 0; i < PZ_COUNT(pz_context_elements); i++) {
        if (pz_str_ieq(name, pz_str_from(pz_context_elements[i].name))) {
            return pz_context_elements[i].is;
        }
    }
    return 0;
}

/* ":class", "@click", "[x]": directives, whose values are programs too. */
static int
pz_context_is_plain_name(pz_str_t name)
{
    char   c;
    size_t i;

    for (i = 0; i < name.len; i++) {
        c = pz_lower(name.data[i]);
        if (!(c >= 'a' && c <= 'z')
            && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':')))
        {
            return 0;
        }
    }
    return name.len != 0;
}

unsigned
pz_context_attribute(pz_str_t name)
{
    size_t i;

    if (!pz_context_is_plain_name(name)) {
        return PZ_ATTRIBUTE_CLOSED;
    }
    for (i = 0; i < PZ_COUNT(pz_context_programs); i++) {
        if (pz_context_starts(name, pz_context_programs[i])) {
            return PZ_ATTRIBUTE_CLOSED;
        }
    }
    for (i = 0; i < PZ_COUNT(pz_context_closed_attributes); i++) {
        if (pz_str_ieq(name, pz_str_from(pz_context_closed_attributes[i]))) {
            return PZ_ATTRIBUTE_CLOSED;
        }
    }
    for (i = 0; i < PZ_COUNT(pz_context_url_attributes); i++) {
        if (pz_str_ieq(name, pz_str_from(pz_context_url_attributes[i]))) {
            return PZ_ATTRIBUTE_URL;
        }
    }
    return 0;
}
