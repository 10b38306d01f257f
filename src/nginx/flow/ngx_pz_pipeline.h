/*
 * The pipeline: the only file that knows the order of the stages.
 *
 *   PREACCESS      visitor, lookup
 *   ACCESS         (personalize_wait access: wait for the lookup, decide)
 *   HEADER FILTER  eligible?  wait for the lookup; decide; head; ask for content
 *   BODY FILTER    rewrite
 *   LOG            record
 */
#ifndef NGX_PZ_PIPELINE_H
#define NGX_PZ_PIPELINE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* Hook into the phases and the filters, after the configuration was read. */
ngx_int_t ngx_pz_pipeline_install(ngx_conf_t *cf);

#endif
