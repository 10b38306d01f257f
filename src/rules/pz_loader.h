/*
 * Loading, in its order: the prelude, the rule files, the compiler.
 */
#ifndef PZ_LOADER_H
#define PZ_LOADER_H

#include "pz_loading.h"

/* Run the prelude, then every file, then compile: errors are in `loading`. */
void pz_loader_run(pz_loading_t *loading);

#endif
