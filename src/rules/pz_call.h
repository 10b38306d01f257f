/*
 * Calling the functions of rules: protected, in time, and without a trace.
 */
#ifndef PZ_CALL_H
#define PZ_CALL_H

#include "pz_scope.h"

/*
 * Call a function of the rules: 1 or 0 for what it says, -1 when it failed
 * (told to on_fault).  The text: 0, -1 when it returned nothing, -2 failed.
 */
int pz_call_truth(pz_scope_t *scope, int function);
int pz_call_text(pz_scope_t *scope, int function, pz_str_t *text);

#endif
