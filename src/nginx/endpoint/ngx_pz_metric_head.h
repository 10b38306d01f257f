/*
 * What stands in front of a family of metrics: its help and its type.
 */
#ifndef NGX_PZ_METRIC_HEAD_H
#define NGX_PZ_METRIC_HEAD_H

#include "pz_sb.h"

/* `name` is without "personalize_" and `suffix` ("_total", or ""); `type` as Prometheus has it. */
void ngx_pz_metric_head(pz_sb_t *sb, const char *name, const char *suffix, const char *type);

#endif
