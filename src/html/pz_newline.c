#include "pz_newline.h"


/* Where in the page insertions stand now. */
static uint64_t
place_of(const pz_rewriter_t *rw, const char *at)
{
    return rw->out.base + (uint64_t) (at - rw->out.chunk) - rw->scan.carry.len;
}


static void
write_newline(pz_rewriter_t *rw)
{
    pz_out_to(&rw->out, rw->at);
    pz_out_made(&rw->out, PZ_STR("\n"));
    rw->newline_safe = 1;
}


void
pz_newline_begin(pz_rewriter_t *rw)
{
    uint64_t place = rw->out.base + (uint64_t) (rw->behind - rw->out.chunk);

    if (rw->newline != place) {
        rw->newline = place;
        rw->newline_safe = 0;
        rw->newline_cr = 0;
    }
}


void
pz_newline_prepend(pz_rewriter_t *rw)
{
    pz_newline_begin(rw);
    write_newline(rw);
    rw->newline_skip = 1;
}


void
pz_newline_content(pz_rewriter_t *rw, pz_str_t content)
{
    if (content.len == 0 || rw->newline_safe || place_of(rw, rw->at) != rw->newline) {
        return;
    }

    if (content.data[0] == '\n' || content.data[0] == '\r') {
        write_newline(rw);
    }
    rw->newline_safe = 1;
}


void
pz_newline_tag(pz_rewriter_t *rw)
{
    rw->newline_safe |= place_of(rw, rw->at) == rw->newline;
}


void
pz_newline_remove(pz_rewriter_t *rw)
{
    if (!rw->newline_safe && place_of(rw, rw->at) == rw->newline) {
        write_newline(rw);
    }
}


/* A CR and the LF behind it are one newline, also in two chunks. */
void
pz_newline_skip(pz_rewriter_t *rw, const char *p, const char *end)
{
    if (p == end) {
        return;
    }

    pz_out_to(&rw->out, p);
    if (rw->newline_skip == 1 && *p == '\r') {
        rw->newline_skip = 2;
        rw->out.at = ++p;
        if (p == end) {
            return;
        }
    }

    if (*p == '\n') {
        p++;
    }
    rw->out.at = p;
    rw->newline_skip = 0;
}


pz_str_t
pz_newline_strip(pz_rewriter_t *rw, pz_str_t text)
{
    /* text that was cut begins with a '<' */
    if (text.len == 0 || rw->scan.carry.len || place_of(rw, text.data) != rw->newline) {
        return text;
    }

    if (text.data[0] == '\r' && !rw->newline_cr) {
        text = pz_str_skip(text, 1);
        if (text.len == 0) {
            rw->newline++;
            rw->newline_cr = 1;
            return text;
        }
    }

    return text.data[0] == '\n' ? pz_str_skip(text, 1) : text;
}
