/*
 * Directives: from nginx.conf to ngx_pz_settings_t.
 */
#ifndef NGX_PZ_CONF_H
#define NGX_PZ_CONF_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_pz_settings.h"

typedef struct {
    ngx_array_t       redis;        /* of ngx_pz_store_conf_t * */
    ngx_array_t       places;       /* of ngx_http_core_loc_conf_t *: where each of them stands */
    ngx_array_t       caches;       /* of ngx_pz_cache_t *, each zone once */
    ngx_array_t       books;        /* of ngx_pz_rulebook_t * */
    ngx_shm_zone_t   *counters;
    ngx_pz_worker_t  *worker;       /* set once, when the worker starts */
    ngx_uint_t        used;         /* personalize is on somewhere */
    ngx_uint_t        served;       /* an endpoint is somewhere */
    ngx_uint_t        warned;       /* that ids are not signed */
} ngx_pz_main_conf_t;

/* A location's settings, and what only the merge needs. */
typedef struct {
    ngx_pz_settings_t  settings;    /* first: the flow sees this part */
    ngx_array_t       *types_keys;
    ngx_str_t          file;        /* where `personalize` stands */
    ngx_uint_t         line;
    ngx_uint_t         serves;      /* an endpoint of ours: no page to personalize */
} ngx_pz_loc_conf_t;

extern ngx_command_t  ngx_http_personalize_commands[];

void *ngx_pz_conf_create_main(ngx_conf_t *cf);
void *ngx_pz_conf_create_loc(ngx_conf_t *cf);
char *ngx_pz_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child);

/* After the merge: each Redis gets the `resolver` of the block where it was named. */
void ngx_pz_conf_resolvers(ngx_pz_main_conf_t *main);

#endif
