/*
 * What the configuration says for a location.  Const after merge: the state of
 * a worker is in ngx_pz_worker_t, that of a request in ngx_pz_request_t.
 */
#ifndef NGX_PZ_SETTINGS_H
#define NGX_PZ_SETTINGS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_store.h"
#include "ngx_pz_worker.h"

typedef enum { NGX_PZ_MODE_OFF = 0, NGX_PZ_MODE_ON } ngx_pz_mode_e;

typedef enum { NGX_PZ_WAIT_RESPONSE = 0, NGX_PZ_WAIT_ACCESS } ngx_pz_wait_e;

/* One `personalize_context`. */
typedef struct {
    ngx_str_t                 name;
    ngx_http_complex_value_t  value;
} ngx_pz_context_t;

typedef struct {
    ngx_uint_t                 mode;
    ngx_uint_t                 wait;
    const ngx_pz_store_conf_t *redis;          /* NULL: none */
    ngx_uint_t                 store;          /* its index in the worker's stores */
    const ngx_pz_cache_conf_t *cache;          /* NULL: none */
    ngx_flag_t                 index;          /* where edits act is kept in it */
    ngx_str_t                  rules;          /* the path; empty: none */
    ngx_uint_t                 rulebook;       /* its index in the worker's rulebooks */
    ngx_array_t               *keys;           /* of ngx_pz_key_t; NULL: ids are not signed */
    ngx_http_complex_value_t  *visitor;        /* NULL: the module's own cookie */
    ngx_http_complex_value_t  *consent;        /* NULL: given */
    ngx_array_t               *context;        /* of ngx_pz_context_t; NULL: none */
    ngx_msec_t                 deadline;
    size_t                     max_buffer;
    ngx_str_t                  cache_control;
    ngx_flag_t                 errors;
    ngx_hash_t                 types;          /* besides text/html, which is in it */
    ngx_pz_worker_t          **worker;         /* where its state hangs, once there is one */
} ngx_pz_settings_t;

extern ngx_module_t  ngx_http_personalize_module;

/* The settings of the request's location. */
const ngx_pz_settings_t *ngx_pz_settings_of(ngx_http_request_t *r);

#endif
