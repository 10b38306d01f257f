#include "pz_suggest.h"

#include <string.h>

#define PZ_SUGGEST_MAX  32


static unsigned
pz_suggest_least(unsigned a, unsigned b)
{
    return (a < b) ? a : b;
}


unsigned
pz_suggest_distance(const char *a, const char *b)
{
    size_t   i, j, la = strlen(a), lb = strlen(b);
    unsigned rows[3][PZ_SUGGEST_MAX + 1];
    unsigned cost, best;

    if (la > PZ_SUGGEST_MAX || lb > PZ_SUGGEST_MAX) {
        return PZ_SUGGEST_MAX;
    }
    for (j = 0; j <= lb; j++) {
        rows[0][j] = (unsigned) j;
    }
    for (i = 1; i <= la; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *over = rows[(i + 1) % 3];

        row[0] = (unsigned) i;
        for (j = 1; j <= lb; j++) {
            cost = (a[i - 1] != b[j - 1]);
            best = pz_suggest_least(above[j] + 1, row[j - 1] + 1);
            best = pz_suggest_least(best, above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = pz_suggest_least(best, over[j - 2] + 1);
            }
            row[j] = best;
        }
    }
    return rows[la % 3][lb];
}


/* Ties go to the lesser word: the order of a Lua table is no order. */
const char *
pz_suggest_key(lua_State *L, int index, const char *word)
{
    const char *key, *found = NULL;
    unsigned    d, least;

    least = (strlen(word) > 4) ? 3 : 2;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING) {
            continue;
        }
        key = lua_tostring(L, -1);
        d = pz_suggest_distance(word, key);
        if (d < least || (found != NULL && d == least && strcmp(key, found) < 0)) {
            least = d;
            found = key;
        }
    }
    return found;
}
