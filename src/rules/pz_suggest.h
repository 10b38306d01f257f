/*
 * "Did you mean": the known word nearest to a mistyped one.
 */
#ifndef PZ_SUGGEST_H
#define PZ_SUGGEST_H

#include <lua.h>

/* How many letters differ (insert, delete, change, swap); large when too long to ask. */
unsigned pz_suggest_distance(const char *a, const char *b);

/*
 * The text key of the table at `index` that is nearest to `word`; NULL when
 * none is near.  It lives as long as the key is in the table.
 */
const char *pz_suggest_key(lua_State *L, int index, const char *word);

#endif
