/*
 * What is known of the tree that a builder would make of the tags (HTML 13.2.6),
 * without a tree; pz_tree_build.h keeps it.
 *
 * The open-element stack, the insertion mode and the list of active formatting
 * elements are kept as the standard says, so that text modes, implied elements
 * and implied end tags come out as in a browser.  Nothing is built: whoever
 * listens hears of each element when it opens and, if watched, when it closes.
 * Scripting is on (noscript is raw text), and scripts change nothing.
 *
 * A stream cannot follow an element that the builder moves to another place
 * after its bytes have gone out.  Each such place calls on_move first.
 */
#ifndef PZ_TREE_H
#define PZ_TREE_H

#include "pz_scan.h"

enum {
    PZ_NS_HTML,
    PZ_NS_SVG,
    PZ_NS_MATH
};

/* pz_node_t.flags */
#define PZ_NODE_WATCHED    0x01u    /* the listener's: tell when it ends */
#define PZ_NODE_MARKED     0x02u    /* the listener's: tell when it is popped */
#define PZ_NODE_TOUCHED    0x04u    /* the listener's: a selector has to do with it */
#define PZ_NODE_FORMATTING 0x08u    /* in the list of active formatting elements */
#define PZ_NODE_FOSTERED   0x10u    /* its parent is the table's, not the node below */
#define PZ_NODE_MATH_TEXT  0x20u    /* a MathML text integration point */
#define PZ_NODE_HTML_POINT 0x40u    /* an HTML integration point */
#define PZ_NODE_FORM       0x80u    /* what the form element pointer points to */

typedef struct {
    uint64_t key;
    uint32_t af;            /* PZ_AF_* of an HTML element */
    uint8_t  atom;          /* of an HTML element; 0 for others */
    uint8_t  ns;
    uint8_t  flags;
    uint8_t  close_len;     /* not 0: where it is on top in body, an end tag whose name is the key
                               and so long does no more than to pop it */
    uint32_t children;      /* element children so far */

    /* the listener's; zero at first */
    uint32_t marks;
    uint32_t types;
    uint32_t actions;
} pz_node_t;

typedef struct {
    uint64_t key;
    uint32_t attrs;         /* a hash of the attributes, whatever their order */
    uint32_t node;          /* where it stands on the stack; 0: it is closed */
    uint8_t  atom;          /* PZ_ATOM_NONE: a marker */
    uint8_t  touched;
} pz_format_t;

/* How an element is opened. */
#define PZ_OPENS_VOID     0x1u     /* it closes at once */
#define PZ_OPENS_IMPLIED  0x2u     /* there is no tag of it in the page */
#define PZ_OPENS_BY_TEXT  0x4u     /* implied, and by text */
#define PZ_OPENS_CLONE    0x8u     /* a formatting element, opened anew */
#define PZ_OPENS_CUT      0x10u    /* with VOID: it is closed before its content comes */
#define PZ_OPENS_MERGE    0x20u    /* nothing opens: the present tag gives `node`, which is html or
                                      body, the attributes that it has not */

typedef enum {
    PZ_MOVE_CLONE,      /* a formatting element opens anew as `node`; `touched`: as the first */
    PZ_MOVE_ADOPT,      /* elements from `node` on are rearranged */
    PZ_MOVE_FOSTER,     /* what opens now becomes a child of `node`: in front of a table in it */
    PZ_MOVE_FOSTER_TEXT,    /* the same of text */
    PZ_MOVE_FORGET,     /* entry `node` of the list of formatting elements goes: no more clones */
    PZ_MOVE_FRAMESET,   /* body, `node`, leaves the document: a frameset takes its place */
    PZ_MOVE_NO_FRAMESET,    /* it does not: what came before keeps it out */
    PZ_MOVE_MARKER,     /* an element goes, and leaves its marker in that list: none in front of
                           it opens anew until that is gone */
    PZ_MOVE_REMOVE      /* the element at `node` leaves the stack, not its descendants */
} pz_tree_move_t;

typedef struct {
    /* `node` is on the stack, its parent below it (see pz_tree_parent); on top, but with MERGE */
    void (*on_open)(void *data, unsigned node, unsigned how);

    /*
     * It ends: by its own end tag (`own`), or in front of the present tag.
     * `popped` is 0 for body and html, which stay open behind their end tags; of
     * body also if it is not watched itself, but something else that is open.
     */
    void (*on_close)(void *data, unsigned node, int own, int popped);

    void (*on_move)(void *data, pz_tree_move_t move, unsigned node, int touched);
} pz_tree_ops_t;

typedef struct {
    pz_node_t           *nodes;     /* nodes[0] is the document */
    pz_format_t         *formats;
    uint8_t             *templates; /* the stack of template insertion modes */
    const pz_tree_ops_t *ops;
    void                *data;
    pz_arena_t          *arena;
    const pz_tag_t      *tag;       /* the present tag; NULL in text and at the end */
    uint64_t             work;      /* steps on the stack, and how many are allowed: */
    uint64_t             budget;    /*   linear time on any input */

    uint32_t             n, room, max;
    uint32_t             nformats, formats_room;
    uint32_t             ntemplates, templates_room;
    uint32_t             closed_formats;    /* formats with no node: text reopens them */
    uint32_t             open_p;
    uint64_t             over_key;  /* of the popped node in whose place the newest one stands */
    uint8_t              over_flags;
    uint8_t              over_atom;
    uint32_t             own;       /* the node that the present end tag closes */
    uint8_t              mode;
    uint8_t              text;      /* pz_text_mode_t behind the present start tag */
    uint8_t              raw;       /* inside raw text */
    uint8_t              newline;   /* behind the present start tag a newline is dropped */
    uint8_t              quirks;
    uint8_t              frameset_ok;
    uint8_t              foster;
    uint8_t              form;      /* the form element pointer is set */
    uint8_t              head;      /* head's PZ_NODE_TOUCHED once it is closed */
    uint8_t              displaced; /* what opens now goes elsewhere than its bytes stand */
    uint8_t              by_text;
    uint8_t              again;     /* the rules hand the present tag on to those of the new mode */
    uint8_t              failed;    /* no memory, or too deep: see below */
    uint8_t              deep;
} pz_tree_t;

/* Whether a CDATA section may open here. */
static inline int
pz_tree_in_foreign(const pz_tree_t *tree)
{
    return tree->nodes[tree->n - 1].ns != PZ_NS_HTML;
}

/* Where the builder would put a fostered element that stands at `node`. */
unsigned pz_tree_foster_parent(const pz_tree_t *tree, unsigned node);

/* The node that is the parent, in the DOM, of `node`. */
unsigned pz_tree_parent(const pz_tree_t *tree, unsigned node);

#endif
