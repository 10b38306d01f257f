#include "pz_made.h"
#include "pz_newline.h"


int
pz_made_tag(pz_rewriter_t *rw, const char *open, uint64_t key)
{
    char        text[32];
    const char *name = pz_atom_name(pz_atom_from(key));
    size_t      len = strlen(open), n = strlen(name);

    memcpy(text, open, len);
    memcpy(text + len, name, n);
    if (n == 0) {
        if (key & PZ_KEY_LONG) {
            return -1;
        }
        for ( ; key; key >>= 8) {
            text[len + n++] = (char) (key & 0xff);      /* a short name is its own key */
        }
    }
    text[len + n] = '>';

    pz_newline_tag(rw);
    pz_out_to(&rw->out, rw->at);
    pz_out_made(&rw->out, (pz_str_t) { text, len + n + 1 });

    return 0;
}


void
pz_made_body(pz_rewriter_t *rw, unsigned n)
{
    if (rw->outside && n > 1 && rw->tree.nodes[n].ns == PZ_NS_HTML && !rw->explicit_only
        && rw->outcome == PZ_OUTCOME_EDITING)
    {
        pz_made_tag(rw, "<", pz_atom_keys[PZ_ATOM_BODY]);
        rw->outside = 0;
    }
}
