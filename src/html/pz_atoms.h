/*
 * Element names that tree construction treats by name (HTML 13.2.4.2, 13.2.6),
 * with what is special about each: the one list behind pz_atom_t, the name
 * table and the flags.  An X-macro: PZ_ATOM(symbol, "name", flags).
 *
 * After a change run t/tools/html/make-atoms, which writes pz_atom_slots.h.
 */
#ifndef PZ_ATOMS_H
#define PZ_ATOMS_H

#define PZ_AF_VOID      0x0001u   /* no content, no end tag */
#define PZ_AF_SPECIAL   0x0002u   /* the "special" category */
#define PZ_AF_FORMAT    0x0004u   /* the "formatting" category */
#define PZ_AF_SCOPE     0x0008u   /* bounds a scope */
#define PZ_AF_BLOCK     0x0010u   /* its start tag closes a p, and that is all */
#define PZ_AF_BLOCK_END 0x0020u   /* its end tag closes to it, if it is in scope */
#define PZ_AF_IMPLIED   0x0040u   /* closed by "generate implied end tags" */
#define PZ_AF_THOROUGH  0x0080u   /* closed by the "thorough" form too */
#define PZ_AF_BREAKOUT  0x0100u   /* ends foreign content */
#define PZ_AF_HEADING   0x0200u
#define PZ_AF_TABLE     0x0400u   /* a part of a table: caption ... tr */
#define PZ_AF_HEAD      0x0800u   /* handled as in head wherever it stands */
#define PZ_AF_ONCE      0x1000u   /* html, head, body: once a document */
#define PZ_AF_SECTION   0x2000u   /* tbody, tfoot, thead */
#define PZ_AF_FOSTERS   0x4000u   /* table, sections and tr: other content moves out */
#define PZ_AF_PLAIN     0x8000u   /* in body, its start tag opens it, and that is all */
#define PZ_AF_LEAF      0x10000u  /* in body, its start tag opens and closes it, and that is all */

#define PZ_AFG_BLOCK  (PZ_AF_SPECIAL | PZ_AF_BLOCK | PZ_AF_BLOCK_END)
#define PZ_AFG_VOID   (PZ_AF_SPECIAL | PZ_AF_VOID)
#define PZ_AFG_LEAF   (PZ_AFG_VOID | PZ_AF_LEAF)
#define PZ_AFG_H      (PZ_AF_SPECIAL | PZ_AF_HEADING | PZ_AF_BREAKOUT)
#define PZ_AFG_FB     (PZ_AF_FORMAT | PZ_AF_BREAKOUT)
#define PZ_AFG_PART   (PZ_AF_SPECIAL | PZ_AF_TABLE | PZ_AF_THOROUGH)
#define PZ_AFG_TABLE  (PZ_AF_SPECIAL | PZ_AF_SCOPE | PZ_AF_BREAKOUT | PZ_AF_FOSTERS)

#define PZ_ATOMS(PZ_ATOM)                                                     \
    PZ_ATOM(A, "a", PZ_AF_FORMAT)                                             \
    PZ_ATOM(ADDRESS, "address", PZ_AFG_BLOCK)                                 \
    PZ_ATOM(ANNOTATION_XML, "annotation-xml", 0)                              \
    PZ_ATOM(APPLET, "applet", PZ_AF_SPECIAL | PZ_AF_SCOPE)                    \
    PZ_ATOM(AREA, "area", PZ_AFG_LEAF)                                        \
    PZ_ATOM(ARTICLE, "article", PZ_AFG_BLOCK)                                 \
    PZ_ATOM(ASIDE, "aside", PZ_AFG_BLOCK)                                     \
    PZ_ATOM(B, "b", PZ_AFG_FB)                                                \
    PZ_ATOM(BASE, "base", PZ_AFG_VOID | PZ_AF_HEAD)                           \
    PZ_ATOM(BASEFONT, "basefont", PZ_AFG_VOID | PZ_AF_HEAD)                   \
    PZ_ATOM(BGSOUND, "bgsound", PZ_AFG_VOID | PZ_AF_HEAD)                     \
    PZ_ATOM(BIG, "big", PZ_AFG_FB)                                            \
    PZ_ATOM(BLOCKQUOTE, "blockquote", PZ_AFG_BLOCK | PZ_AF_BREAKOUT)          \
    PZ_ATOM(BODY, "body", PZ_AF_SPECIAL | PZ_AF_BREAKOUT | PZ_AF_ONCE)        \
    PZ_ATOM(BR, "br", PZ_AFG_LEAF | PZ_AF_BREAKOUT)                           \
    PZ_ATOM(BUTTON, "button", PZ_AF_SPECIAL | PZ_AF_BLOCK_END)                \
    PZ_ATOM(CAPTION, "caption", PZ_AFG_PART | PZ_AF_SCOPE)                    \
    PZ_ATOM(CENTER, "center", PZ_AFG_BLOCK | PZ_AF_BREAKOUT)                  \
    PZ_ATOM(CODE, "code", PZ_AFG_FB)                                          \
    PZ_ATOM(COL, "col", PZ_AFG_VOID | PZ_AF_TABLE)                            \
    PZ_ATOM(COLGROUP, "colgroup", PZ_AFG_PART)                                \
    PZ_ATOM(DD, "dd", PZ_AF_SPECIAL | PZ_AF_IMPLIED | PZ_AF_BREAKOUT)         \
    PZ_ATOM(DESC, "desc", 0)                                                  \
    PZ_ATOM(DETAILS, "details", PZ_AFG_BLOCK)                                 \
    PZ_ATOM(DIALOG, "dialog", PZ_AF_BLOCK | PZ_AF_BLOCK_END)                  \
    PZ_ATOM(DIR, "dir", PZ_AFG_BLOCK)                                         \
    PZ_ATOM(DIV, "div", PZ_AFG_BLOCK | PZ_AF_BREAKOUT)                        \
    PZ_ATOM(DL, "dl", PZ_AFG_BLOCK | PZ_AF_BREAKOUT)                          \
    PZ_ATOM(DT, "dt", PZ_AF_SPECIAL | PZ_AF_IMPLIED | PZ_AF_BREAKOUT)         \
    PZ_ATOM(EM, "em", PZ_AFG_FB)                                              \
    PZ_ATOM(EMBED, "embed", PZ_AFG_LEAF | PZ_AF_BREAKOUT)                     \
    PZ_ATOM(FIELDSET, "fieldset", PZ_AFG_BLOCK)                               \
    PZ_ATOM(FIGCAPTION, "figcaption", PZ_AFG_BLOCK)                           \
    PZ_ATOM(FIGURE, "figure", PZ_AFG_BLOCK)                                   \
    PZ_ATOM(FONT, "font", PZ_AF_FORMAT)                                       \
    PZ_ATOM(FOOTER, "footer", PZ_AFG_BLOCK)                                   \
    PZ_ATOM(FOREIGNOBJECT, "foreignobject", 0)                                \
    PZ_ATOM(FORM, "form", PZ_AF_SPECIAL)                                      \
    PZ_ATOM(FRAME, "frame", PZ_AFG_VOID)                                      \
    PZ_ATOM(FRAMESET, "frameset", PZ_AF_SPECIAL)                              \
    PZ_ATOM(H1, "h1", PZ_AFG_H)                                               \
    PZ_ATOM(H2, "h2", PZ_AFG_H)                                               \
    PZ_ATOM(H3, "h3", PZ_AFG_H)                                               \
    PZ_ATOM(H4, "h4", PZ_AFG_H)                                               \
    PZ_ATOM(H5, "h5", PZ_AFG_H)                                               \
    PZ_ATOM(H6, "h6", PZ_AFG_H)                                               \
    PZ_ATOM(HEAD, "head", PZ_AF_SPECIAL | PZ_AF_BREAKOUT | PZ_AF_ONCE)        \
    PZ_ATOM(HEADER, "header", PZ_AFG_BLOCK)                                   \
    PZ_ATOM(HGROUP, "hgroup", PZ_AFG_BLOCK)                                   \
    PZ_ATOM(HR, "hr", PZ_AFG_VOID | PZ_AF_BREAKOUT)                           \
    PZ_ATOM(HTML, "html", PZ_AF_SPECIAL | PZ_AF_SCOPE | PZ_AF_ONCE)           \
    PZ_ATOM(I, "i", PZ_AFG_FB)                                                \
    PZ_ATOM(IFRAME, "iframe", PZ_AF_SPECIAL)                                  \
    PZ_ATOM(IMAGE, "image", 0)                                                \
    PZ_ATOM(IMG, "img", PZ_AFG_LEAF | PZ_AF_BREAKOUT)                         \
    PZ_ATOM(INPUT, "input", PZ_AFG_LEAF)                                      \
    PZ_ATOM(KEYGEN, "keygen", PZ_AFG_LEAF)                                    \
    PZ_ATOM(LI, "li", PZ_AF_SPECIAL | PZ_AF_IMPLIED | PZ_AF_BREAKOUT)         \
    PZ_ATOM(LINK, "link", PZ_AFG_VOID | PZ_AF_HEAD)                           \
    PZ_ATOM(LISTING, "listing", PZ_AF_SPECIAL | PZ_AF_BLOCK_END | PZ_AF_BREAKOUT) \
    PZ_ATOM(MAIN, "main", PZ_AFG_BLOCK)                                       \
    PZ_ATOM(MALIGNMARK, "malignmark", 0)                                      \
    PZ_ATOM(MARQUEE, "marquee", PZ_AF_SPECIAL | PZ_AF_SCOPE)                  \
    PZ_ATOM(MATH, "math", 0)                                                  \
    PZ_ATOM(MENU, "menu", PZ_AFG_BLOCK | PZ_AF_BREAKOUT)                      \
    PZ_ATOM(META, "meta", PZ_AFG_VOID | PZ_AF_HEAD | PZ_AF_BREAKOUT)          \
    PZ_ATOM(MGLYPH, "mglyph", 0)                                              \
    PZ_ATOM(MI, "mi", 0)                                                      \
    PZ_ATOM(MN, "mn", 0)                                                      \
    PZ_ATOM(MO, "mo", 0)                                                      \
    PZ_ATOM(MS, "ms", 0)                                                      \
    PZ_ATOM(MTEXT, "mtext", 0)                                                \
    PZ_ATOM(NAV, "nav", PZ_AFG_BLOCK)                                         \
    PZ_ATOM(NOBR, "nobr", PZ_AFG_FB)                                          \
    PZ_ATOM(NOEMBED, "noembed", PZ_AF_SPECIAL)                                \
    PZ_ATOM(NOFRAMES, "noframes", PZ_AF_SPECIAL | PZ_AF_HEAD)                 \
    PZ_ATOM(NOSCRIPT, "noscript", PZ_AF_SPECIAL)                              \
    PZ_ATOM(OBJECT, "object", PZ_AF_SPECIAL | PZ_AF_SCOPE)                    \
    PZ_ATOM(OL, "ol", PZ_AFG_BLOCK | PZ_AF_BREAKOUT)                          \
    PZ_ATOM(OPTGROUP, "optgroup", PZ_AF_IMPLIED)                              \
    PZ_ATOM(OPTION, "option", PZ_AF_IMPLIED)                                  \
    PZ_ATOM(P, "p", PZ_AF_SPECIAL | PZ_AF_BLOCK | PZ_AF_IMPLIED | PZ_AF_BREAKOUT) \
    PZ_ATOM(PARAM, "param", PZ_AFG_LEAF)                                      \
    PZ_ATOM(PLAINTEXT, "plaintext", PZ_AF_SPECIAL)                            \
    PZ_ATOM(PRE, "pre", PZ_AF_SPECIAL | PZ_AF_BLOCK_END | PZ_AF_BREAKOUT)     \
    PZ_ATOM(RB, "rb", PZ_AF_IMPLIED)                                          \
    PZ_ATOM(RP, "rp", PZ_AF_IMPLIED)                                          \
    PZ_ATOM(RT, "rt", PZ_AF_IMPLIED)                                          \
    PZ_ATOM(RTC, "rtc", PZ_AF_IMPLIED)                                        \
    PZ_ATOM(RUBY, "ruby", PZ_AF_PLAIN | PZ_AF_BREAKOUT)                       \
    PZ_ATOM(S, "s", PZ_AFG_FB)                                                \
    PZ_ATOM(SCRIPT, "script", PZ_AF_SPECIAL | PZ_AF_HEAD)                     \
    PZ_ATOM(SEARCH, "search", PZ_AFG_BLOCK)                                   \
    PZ_ATOM(SECTION, "section", PZ_AFG_BLOCK)                                 \
    PZ_ATOM(SELECT, "select", PZ_AF_SPECIAL)                                  \
    PZ_ATOM(SMALL, "small", PZ_AFG_FB)                                        \
    PZ_ATOM(SOURCE, "source", PZ_AFG_LEAF)                                    \
    PZ_ATOM(SPAN, "span", PZ_AF_PLAIN | PZ_AF_BREAKOUT)                       \
    PZ_ATOM(STRIKE, "strike", PZ_AFG_FB)                                      \
    PZ_ATOM(STRONG, "strong", PZ_AFG_FB)                                      \
    PZ_ATOM(STYLE, "style", PZ_AF_SPECIAL | PZ_AF_HEAD)                       \
    PZ_ATOM(SUB, "sub", PZ_AF_PLAIN | PZ_AF_BREAKOUT)                         \
    PZ_ATOM(SUMMARY, "summary", PZ_AFG_BLOCK)                                 \
    PZ_ATOM(SUP, "sup", PZ_AF_PLAIN | PZ_AF_BREAKOUT)                         \
    PZ_ATOM(SVG, "svg", 0)                                                    \
    PZ_ATOM(TABLE, "table", PZ_AFG_TABLE)                                     \
    PZ_ATOM(TBODY, "tbody", PZ_AFG_PART | PZ_AF_SECTION | PZ_AF_FOSTERS)      \
    PZ_ATOM(TD, "td", PZ_AFG_PART | PZ_AF_SCOPE)                              \
    PZ_ATOM(TEMPLATE, "template", PZ_AF_SPECIAL | PZ_AF_SCOPE | PZ_AF_HEAD)   \
    PZ_ATOM(TEXTAREA, "textarea", PZ_AF_SPECIAL)                              \
    PZ_ATOM(TFOOT, "tfoot", PZ_AFG_PART | PZ_AF_SECTION | PZ_AF_FOSTERS)      \
    PZ_ATOM(TH, "th", PZ_AFG_PART | PZ_AF_SCOPE)                              \
    PZ_ATOM(THEAD, "thead", PZ_AFG_PART | PZ_AF_SECTION | PZ_AF_FOSTERS)      \
    PZ_ATOM(TITLE, "title", PZ_AF_SPECIAL | PZ_AF_HEAD)                       \
    PZ_ATOM(TR, "tr", PZ_AFG_PART | PZ_AF_FOSTERS)                            \
    PZ_ATOM(TRACK, "track", PZ_AFG_LEAF)                                      \
    PZ_ATOM(TT, "tt", PZ_AFG_FB)                                              \
    PZ_ATOM(U, "u", PZ_AFG_FB)                                                \
    PZ_ATOM(UL, "ul", PZ_AFG_BLOCK | PZ_AF_BREAKOUT)                          \
    PZ_ATOM(VAR, "var", PZ_AF_PLAIN | PZ_AF_BREAKOUT)                         \
    PZ_ATOM(WBR, "wbr", PZ_AFG_LEAF)                                          \
    PZ_ATOM(XMP, "xmp", PZ_AF_SPECIAL)

#endif
