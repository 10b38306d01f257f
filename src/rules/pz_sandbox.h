/*
 * One Lua state for rule files: a byte budget, a time budget, text chunks
 * only, an allow-list for an environment, JIT off.
 *
 * Threat model: rule authors are colleagues who make mistakes; what they
 * compute on (profiles) is hostile.  So: a mistake costs its rule and a bounded
 * time, and nothing that one visitor's run does is there in the next one.
 *
 * Nothing here is process-wide: lua-nginx-module may use the same library in
 * the same process.  See DESIGN section 9, "LuaJIT", and docs/adr/0030.
 */
#ifndef PZ_SANDBOX_H
#define PZ_SANDBOX_H

#include <lua.h>
#include <stdint.h>

#include "pz_error.h"
#include "pz_str.h"

#define PZ_SANDBOX_MAX_TEXT  (64 * 1024)   /* what a safe library function may build */

typedef struct pz_sandbox_s pz_sandbox_t;

/* Why a run ended. */
typedef enum {
    PZ_SANDBOX_OK,
    PZ_SANDBOX_ERROR,      /* it threw */
    PZ_SANDBOX_MEMORY,     /* the byte budget */
    PZ_SANDBOX_TIME        /* the time budget */
} pz_sandbox_result_t;

/* A state of at most `memory` bytes; NULL when not even the libraries fit. */
pz_sandbox_t *pz_sandbox_create(size_t memory);
void pz_sandbox_destroy(pz_sandbox_t *sb);

lua_State *pz_sandbox_lua(pz_sandbox_t *sb);
pz_sandbox_t *pz_sandbox_of(lua_State *L);

/* Whatever the C functions of this state need; NULL at first. */
void pz_sandbox_set_data(pz_sandbox_t *sb, void *data);
void *pz_sandbox_data(pz_sandbox_t *sb);

size_t pz_sandbox_memory(const pz_sandbox_t *sb);

/* No allocation above so many bytes from now on: bounds strings, and with them every operation. */
void pz_sandbox_set_max_block(pz_sandbox_t *sb, size_t bytes);

/*
 * Run `entry` protected, its one argument `data` as a light userdata, for at
 * most `microseconds` of this thread's time, and at least half of them.  On
 * failure `text` (of `size` bytes) has the message, which starts with
 * "CHUNK:LINE: " where Lua knows it.
 */
pz_sandbox_result_t pz_sandbox_run(pz_sandbox_t *sb, lua_CFunction entry,
    void *data, uint64_t microseconds, char *text, size_t size);

/*
 * Run the engine's own short work protected but without budgets: what must not
 * fail because a rule has used them up.  0, or -1 when malloc itself failed.
 */
int pz_sandbox_run_free(pz_sandbox_t *sb, lua_CFunction entry, void *data);

/* Raise an error when the time is over: for C functions with work to do. */
void pz_sandbox_tick(lua_State *L);

/*
 * Push the environment of rule files: a read-only table that has the safe part
 * of Lua's library.  `names` (at stack index `extra`, or 0) adds to it.
 */
void pz_sandbox_push_environment(lua_State *L, int extra);

/* In front of an error of a rule file's chunk: "rule7:12: text".  0, or -1 when it is not. */
int pz_sandbox_position(const char *message, unsigned *file, unsigned *line,
    const char **text);

#endif
