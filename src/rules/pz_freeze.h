/*
 * Nothing that a rule's function does may be there for the next visitor.
 *
 * A function reaches three kinds of state: its environment (read-only by
 * itself), tables in locals of its file, which are frozen here, and those
 * locals themselves, which are guarded: put back after each call.
 */
#ifndef PZ_FREEZE_H
#define PZ_FREEZE_H

#include <lua.h>

/* Push the read-only view of the table at `index`: the same view each time. */
void pz_freeze_push(lua_State *L, int index);

/* Push the table behind the view at `index` and return 1; or push nothing and return 0. */
int pz_freeze_peek(lua_State *L, int index);

/*
 * Freeze and guard all that the function on top can reach through its locals;
 * replace it by the guard, a list for pz_freeze_check.  Functions of another
 * environment than `environment` (an index) are the engine's and left alone.
 */
void pz_freeze_guard(lua_State *L, int environment);

/*
 * Put back the locals that a call has changed.  Returns the name of the first
 * that was (owned by the function: copy it), or NULL.
 */
const char *pz_freeze_check(lua_State *L, int guard);

#endif
