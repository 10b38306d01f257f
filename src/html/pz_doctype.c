#include "pz_doctype.h"
#include "pz_find.h"

/* Public identifiers that begin so choose quirks mode. */
static const char *const quirky_prefixes[] = {
    "+//silmaril//dtd html pro v0r11 19970101//",
    "-//as//dtd html 3.0 aswedit + extensions//",
    "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
    "-//ietf//dtd html 2.0 level 1//", "-//ietf//dtd html 2.0 level 2//",
    "-//ietf//dtd html 2.0 strict level 1//", "-//ietf//dtd html 2.0 strict level 2//",
    "-//ietf//dtd html 2.0 strict//", "-//ietf//dtd html 2.0//",
    "-//ietf//dtd html 2.1e//", "-//ietf//dtd html 3.0//", "-//ietf//dtd html 3.2 final//",
    "-//ietf//dtd html 3.2//", "-//ietf//dtd html 3//", "-//ietf//dtd html level 0//",
    "-//ietf//dtd html level 1//", "-//ietf//dtd html level 2//",
    "-//ietf//dtd html level 3//", "-//ietf//dtd html strict level 0//",
    "-//ietf//dtd html strict level 1//", "-//ietf//dtd html strict level 2//",
    "-//ietf//dtd html strict level 3//", "-//ietf//dtd html strict//",
    "-//ietf//dtd html//", "-//metrius//dtd metrius presentational//",
    "-//microsoft//dtd internet explorer 2.0 html strict//",
    "-//microsoft//dtd internet explorer 2.0 html//",
    "-//microsoft//dtd internet explorer 2.0 tables//",
    "-//microsoft//dtd internet explorer 3.0 html strict//",
    "-//microsoft//dtd internet explorer 3.0 html//",
    "-//microsoft//dtd internet explorer 3.0 tables//",
    "-//netscape comm. corp.//dtd html//", "-//netscape comm. corp.//dtd strict html//",
    "-//o'reilly and associates//dtd html 2.0//",
    "-//o'reilly and associates//dtd html extended 1.0//",
    "-//o'reilly and associates//dtd html extended relaxed 1.0//",
    "-//sq//dtd html 2.0 hotmetal + extensions//",
    "-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//",
    "-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//",
    "-//spyglass//dtd html 2.0 extended//", "-//sun microsystems corp.//dtd hotjava html//",
    "-//sun microsystems corp.//dtd hotjava strict html//",
    "-//w3c//dtd html 3 1995-03-24//", "-//w3c//dtd html 3.2 draft//",
    "-//w3c//dtd html 3.2 final//", "-//w3c//dtd html 3.2//", "-//w3c//dtd html 3.2s draft//",
    "-//w3c//dtd html 4.0 frameset//", "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental 19960712//", "-//w3c//dtd html experimental 970421//",
    "-//w3c//dtd w3 html//", "-//w3o//dtd w3 html 3.0//", "-//webtechs//dtd mozilla html 2.0//",
    "-//webtechs//dtd mozilla html//",
};

static const char *const quirky_ids[] = {
    "-//w3o//dtd w3 html strict 3.0//en//", "-/w3c/dtd html 4.0 transitional/en", "html",
};


static const char *
skip_space(const char *p, const char *end)
{
    while (p < end && pz_is_space(*p)) {
        p++;
    }

    return p;
}


/*
 * A quoted identifier at `p`.  Returns the place behind it; NULL when it is not
 * closed, which ends the doctype.
 */
static const char *
read_id(const char *p, const char *end, pz_str_t *id)
{
    const char *close = pz_find(p + 1, end, *p);

    *id = (pz_str_t) { p + 1, (size_t) (close - p - 1) };

    return close == end ? NULL : close + 1;
}


static int
is_quote(const char *p, const char *end)
{
    return p < end && (*p == '"' || *p == '\'');
}


void
pz_doctype_read(pz_str_t bytes, pz_doctype_t *d)
{
    const char *p = bytes.data + (bytes.len < 9 ? bytes.len : 9);
    const char *end = bytes.data + bytes.len;
    int         cut = bytes.len == 0 || end[-1] != '>';
    int         is_public;

    *d = (pz_doctype_t) { .force_quirks = 1 };
    end -= !cut;
    if (p > end) {
        return;
    }

    p = skip_space(p, end);
    if (p == end) {
        return;
    }

    d->name.data = p;
    p = pz_find_space(p, end, '>', '>');
    d->name.len = (size_t) (p - d->name.data);

    p = skip_space(p, end);
    if (p == end) {
        d->force_quirks = cut;
        return;
    }

    is_public = pz_str_ieq((pz_str_t) { p, end - p < 6 ? (size_t) (end - p) : 6 },
                           PZ_STR("public"));
    if (!is_public && !pz_str_ieq((pz_str_t) { p, end - p < 6 ? (size_t) (end - p) : 6 },
                                  PZ_STR("system")))
    {
        return;
    }

    p = skip_space(p + 6, end);
    if (!is_quote(p, end)) {
        return;
    }

    p = read_id(p, end, is_public ? &d->public_id : &d->system_id);
    if (p == NULL) {
        return;
    }

    p = skip_space(p, end);
    if (is_public && p < end) {
        if (!is_quote(p, end)) {
            return;
        }
        p = read_id(p, end, &d->system_id);
        if (p == NULL) {
            return;
        }
        p = skip_space(p, end);
    }

    /* what stands behind a system identifier is ignored, and is no quirk */
    d->force_quirks = cut && p == end;
}


static int
starts(pz_str_t id, const char *prefix)
{
    pz_str_t p = pz_str_from(prefix);

    return pz_str_ieq(pz_str_head(id, p.len), p);
}


int
pz_doctype_is_quirky(pz_str_t bytes)
{
    pz_doctype_t d;
    int          no_system;

    pz_doctype_read(bytes, &d);
    no_system = d.system_id.data == NULL;

    if (d.force_quirks || !pz_str_ieq(d.name, PZ_STR("html"))
        || pz_str_ieq(d.system_id,
                      PZ_STR("http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd"))
        || (no_system && (starts(d.public_id, "-//W3C//DTD HTML 4.01 Frameset//")
                          || starts(d.public_id, "-//W3C//DTD HTML 4.01 Transitional//"))))
    {
        return 1;
    }

    for (size_t i = 0; i < sizeof(quirky_ids) / sizeof(quirky_ids[0]); i++) {
        if (pz_str_ieq(d.public_id, pz_str_from(quirky_ids[i]))) {
            return 1;
        }
    }

    for (size_t i = 0; i < sizeof(quirky_prefixes) / sizeof(quirky_prefixes[0]); i++) {
        if (starts(d.public_id, quirky_prefixes[i])) {
            return 1;
        }
    }

    return 0;
}
