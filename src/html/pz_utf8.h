/*
 * A code point in UTF-8.
 */
#ifndef PZ_UTF8_H
#define PZ_UTF8_H

#include <stddef.h>

/* Writes up to 4 bytes, returns how many.  What is no code point, or 0, becomes U+FFFD. */
size_t pz_utf8_put(char *out, unsigned long c);

#endif
