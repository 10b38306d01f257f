/*
 * A price as people read it.
 */
#ifndef PZ_PRICE_H
#define PZ_PRICE_H

#include "pz_sb.h"

/*
 * Append "฿1,290", "$12.50" or "1,290.50 XYZ" for a price in a currency (an
 * ISO 4217 code, in any case, or nothing).  A price that is no number stands
 * as it was written.
 */
void pz_price_add(pz_sb_t *sb, pz_str_t price, pz_str_t currency);

#endif
