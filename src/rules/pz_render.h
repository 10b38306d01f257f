/*
 * Templates filled with what the scope knows, and with what its functions say.
 */
#ifndef PZ_RENDER_H
#define PZ_RENDER_H

#include "pz_scope.h"

/* The pz_template_lookup_pt of all templates; `data` is the scope. */
int pz_render_lookup(void *data, pz_str_t name, pz_str_t *value);

/* Render into the arena; 0, or -1 when a value may not stand there or a function failed. */
int pz_render_text(pz_scope_t *scope, const pz_content_t *content, size_t max, pz_str_t *text);
int pz_render_append(pz_scope_t *scope, const pz_content_t *content, pz_sb_t *sb);

#endif
