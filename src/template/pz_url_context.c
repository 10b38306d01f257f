#include "pz_url_context.h"

#include <string.h>

void
pz_url_context_init(pz_url_context_t *url, int is_html)
{
    memset(url, 0, sizeof(pz_url_context_t));
    url->is_html = is_html;
}

/* After a colon: the scheme is known. */
static const char *
pz_url_scheme(pz_url_context_t *url)
{
    pz_str_t scheme = { url->scheme, url->len };

    if (url->has_value) {
        return "a value may not stand in front of a \":\" in a URL: it would choose the"
               " scheme; let the value be the whole URL";
    }
    url->is_refused = !pz_template_is_scheme(scheme);
    url->state = pz_str_starts(scheme, PZ_STR("http")) ? PZ_URL_HOST : PZ_URL_PATH;
    return NULL;
}

static const char *
pz_url_name(pz_url_context_t *url, char c)
{
    if (c == ':') {
        return pz_url_scheme(url);
    }
    if (c == '/' || c == '\\') {
        /* values only, and they may all be empty: then this slash is the first */
        url->state = url->len == 0 ? PZ_URL_SLASH : PZ_URL_PATH;
    } else if (url->len < sizeof(url->scheme)) {
        url->scheme[url->len++] = pz_lower(c);
    }
    return NULL;
}

static const char *
pz_url_byte(pz_url_context_t *url, char c)
{
    int is_slash = c == '/' || c == '\\';

    if (c == '?' || c == '#') {
        url->state = PZ_URL_QUERY;
        return NULL;
    }
    switch (url->state) {
    case PZ_URL_START:
        if ((unsigned char) c <= ' ') {
            return NULL;
        }
        url->state = PZ_URL_NAME;
        return pz_url_name(url, c);
    case PZ_URL_NAME:
        return pz_url_name(url, c);
    case PZ_URL_SLASH:
        url->state = is_slash ? PZ_URL_HOST : PZ_URL_PATH;
        return NULL;
    case PZ_URL_HOST:
        if (!is_slash) {
            url->has_host = 1;
        } else if (url->has_host) {
            url->state = PZ_URL_PATH;
        }
        return NULL;
    default:
        return NULL;
    }
}

/*
 * A character reference could be the colon or the slash that decides.  Behind
 * a value "&" can only be meant to join parameters.
 */
static const char *
pz_url_reference(pz_url_context_t *url, pz_str_t rest)
{
    if (url->state >= PZ_URL_PATH) {
        return NULL;
    }
    if (!url->has_value) {
        url->is_obscure = 1;
        return NULL;
    }
    if (!pz_str_starts(rest, PZ_STR("&amp;"))) {
        return "write \"&amp;\" for the \"&\" behind a value in a URL";
    }
    url->state = PZ_URL_QUERY;
    return NULL;
}

const char *
pz_url_context_text(pz_url_context_t *url, pz_str_t text)
{
    size_t      i;
    const char *wrong;

    for (i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (url->state == PZ_URL_QUERY) {
            return NULL;
        }
        if (c == '\t' || c == '\n' || c == '\r') {
            continue;
        }
        wrong = c == '&' && url->is_html
                ? pz_url_reference(url, pz_str_skip(text, i)) : pz_url_byte(url, c);
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

const char *
pz_url_context_value(pz_url_context_t *url, pz_land_t *land)
{
    if (url->is_refused) {
        return "a value may stand only in URLs that are relative or begin with http:,"
               " https:, mailto: or tel:";
    }
    if (url->is_obscure) {
        return "write the beginning of the URL without character references (&...;)";
    }
    switch (url->state) {
    case PZ_URL_START:
        url->state = PZ_URL_NAME;
        *land = url->is_html ? PZ_LAND_URL_ATTR : PZ_LAND_URL;
        break;
    case PZ_URL_SLASH:
        *land = PZ_LAND_SEGMENT;
        url->state = PZ_URL_PATH;
        break;
    case PZ_URL_PATH:
        *land = PZ_LAND_PATH;
        break;
    case PZ_URL_HOST:
        url->has_host = 1;
        *land = PZ_LAND_COMPONENT;
        break;
    default:
        *land = PZ_LAND_COMPONENT;
    }
    url->has_value = 1;
    return NULL;
}
