/*
 * Foreign content: SVG and MathML (HTML 13.2.6, the dispatcher, and 13.2.6.5).
 */
#include "pz_tree_rules.h"


static int
is_html_encoding(const pz_tag_t *tag)
{
    pz_attr_t attr;

    return pz_tag_find_attr(tag, PZ_STR("encoding"), &attr)
           && (pz_str_ieq(attr.value, PZ_STR("text/html"))
               || pz_str_ieq(attr.value, PZ_STR("application/xhtml+xml")));
}


void
pz_tree_insert_foreign(pz_tree_t *t, unsigned ns)
{
    unsigned  atom = t->tag->atom;
    pz_node_t node = { .key = t->tag->key, .ns = (uint8_t) ns };

    if (ns == PZ_NS_SVG) {
        if (atom == PZ_ATOM_FOREIGNOBJECT || atom == PZ_ATOM_DESC || atom == PZ_ATOM_TITLE) {
            node.flags = PZ_NODE_HTML_POINT;
            node.af = PZ_AF_SCOPE | PZ_AF_SPECIAL;
        }

    } else if (atom == PZ_ATOM_MI || atom == PZ_ATOM_MO || atom == PZ_ATOM_MN
               || atom == PZ_ATOM_MS || atom == PZ_ATOM_MTEXT)
    {
        node.flags = PZ_NODE_MATH_TEXT;
        node.af = PZ_AF_SCOPE | PZ_AF_SPECIAL;

    } else if (atom == PZ_ATOM_ANNOTATION_XML) {
        node.flags = is_html_encoding(t->tag) ? PZ_NODE_HTML_POINT : 0;
        node.af = PZ_AF_SCOPE | PZ_AF_SPECIAL;
    }

    if (pz_tree_push(t, &node, t->tag->self_closing ? PZ_OPENS_VOID : 0)
        && t->tag->self_closing)
    {
        pz_tree_pop(t);
    }
}


/* The dispatcher: whether this start tag is read by the rules of HTML content. */
static int
is_html_content(const pz_tree_t *t)
{
    const pz_node_t *top = pz_tree_top(t);
    unsigned         atom = t->tag->atom;

    if (top->flags & PZ_NODE_HTML_POINT) {
        return 1;
    }

    if (top->flags & PZ_NODE_MATH_TEXT) {
        return atom != PZ_ATOM_MGLYPH && atom != PZ_ATOM_MALIGNMARK;
    }

    return atom == PZ_ATOM_SVG && top->ns == PZ_NS_MATH
           && top->key == pz_atom_keys[PZ_ATOM_ANNOTATION_XML];
}


static int
breaks_out(const pz_tag_t *tag)
{
    pz_attr_t attr;

    return (pz_atom_flags[tag->atom] & PZ_AF_BREAKOUT)
           || (tag->atom == PZ_ATOM_FONT
               && (pz_tag_find_attr(tag, PZ_STR("color"), &attr)
                   || pz_tag_find_attr(tag, PZ_STR("face"), &attr)
                   || pz_tag_find_attr(tag, PZ_STR("size"), &attr)));
}


static void
break_out(pz_tree_t *t)
{
    const pz_node_t *top;

    do {
        pz_tree_pop(t);
        top = pz_tree_top(t);
    } while (top->ns != PZ_NS_HTML
             && !(top->flags & (PZ_NODE_HTML_POINT | PZ_NODE_MATH_TEXT)));

    pz_tree_again(t);
}


int
pz_rules_foreign_start(pz_tree_t *t)
{
    if (is_html_content(t)) {
        return 0;
    }

    if (breaks_out(t->tag)) {
        break_out(t);
    } else {
        pz_tree_insert_foreign(t, pz_tree_top(t)->ns);
    }

    return 1;
}


int
pz_rules_foreign_end(pz_tree_t *t)
{
    unsigned atom = t->tag->atom;

    if (atom == PZ_ATOM_BR || atom == PZ_ATOM_P) {
        break_out(t);
        return 1;
    }

    for (unsigned i = t->n - 1; i > 0; i--) {
        t->work++;
        if (t->nodes[i].ns == PZ_NS_HTML) {
            return 0;
        }
        if (t->nodes[i].key == t->tag->key) {
            pz_tree_pop_to(t, i, 1);
            return 1;
        }
    }

    return 0;
}
