/*
 * Most of a page is text and tags that no selector asks for, in places where
 * the standard's rules do no more than to open or close an element.  Skimming
 * takes them in one loop; everything else goes the long way, token by token.
 * Nothing may come out different for it.
 */
#ifndef PZ_SKIM_H
#define PZ_SKIM_H

#include "pz_rewrite_state.h"

/*
 * Ahead in the chunk to what has to go the long way.  1: it is a complete tag,
 * which scan.tag has now, as pz_scan_next would give it; 0: pz_scan_next has to
 * be asked.
 */
int pz_skim(pz_rewriter_t *rw);

#endif
