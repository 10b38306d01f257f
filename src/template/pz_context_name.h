/*
 * What a template must know of HTML's elements and attributes.
 */
#ifndef PZ_CONTEXT_NAME_H
#define PZ_CONTEXT_NAME_H

#include "pz_str.h"

#define PZ_ELEMENT_CLOSED   0x01    /* no value in its tag: it loads or runs things */
#define PZ_ELEMENT_FRAME    0x02    /* a value may not choose its URL's host */
#define PZ_ELEMENT_RAW      0x04    /* its content is no markup */
#define PZ_ELEMENT_TITLE    0x08    /* the same, but with character references */
#define PZ_ELEMENT_SCRIPT   0x10    /* RAW with rules of its own */
#define PZ_ELEMENT_REST     0x20    /* everything behind it is text: never */
#define PZ_ELEMENT_FOREIGN  0x40    /* svg and math */

#define PZ_ATTRIBUTE_URL    0x01
#define PZ_ATTRIBUTE_CLOSED 0x02    /* a program, a style, a page or a list of URLs */

unsigned pz_context_element(pz_str_t name);
unsigned pz_context_attribute(pz_str_t name);

#endif
