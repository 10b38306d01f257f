/*
 * $personalize_visitor, _segment, _segments, _status, _lookup, _lookup_time,
 * _campaigns, and _variant_NAME.
 */
#ifndef NGX_PZ_VARIABLES_H
#define NGX_PZ_VARIABLES_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

ngx_int_t ngx_pz_variables_add(ngx_conf_t *cf);

#endif
