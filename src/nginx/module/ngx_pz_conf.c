/*
 * The configurations: made, merged, checked.
 */
#include "ngx_pz_conf.h"
#include "ngx_pz_store_conf.h"

#define NGX_PZ_DEADLINE       20            /* ms */
#define NGX_PZ_MAX_BUFFER     65536
#define NGX_PZ_CACHE_CONTROL  "private, no-cache"


static ngx_str_t  ngx_pz_conf_html_types[] = {
    ngx_string("text/html"),
    ngx_null_string
};


void *
ngx_pz_conf_create_main(ngx_conf_t *cf)
{
    ngx_pz_main_conf_t  *main;

    main = ngx_pcalloc(cf->pool, sizeof(ngx_pz_main_conf_t));

    if (main == NULL
        || ngx_array_init(&main->redis, cf->pool, 1, sizeof(ngx_pz_store_conf_t *))
           != NGX_OK
        || ngx_array_init(&main->caches, cf->pool, 1, sizeof(ngx_pz_cache_t *))
        || ngx_array_init(&main->places, cf->pool, 1, sizeof(ngx_http_core_loc_conf_t *))
           != NGX_OK
        || ngx_array_init(&main->books, cf->pool, 1, sizeof(ngx_pz_rulebook_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return main;
}


void *
ngx_pz_conf_create_loc(ngx_conf_t *cf)
{
    ngx_pz_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_pz_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->settings.mode = NGX_CONF_UNSET_UINT;
    conf->settings.wait = NGX_CONF_UNSET_UINT;
    conf->settings.redis = NGX_CONF_UNSET_PTR;
    conf->settings.cache = NGX_CONF_UNSET_PTR;
    conf->settings.index = NGX_CONF_UNSET;
    conf->settings.keys = NGX_CONF_UNSET_PTR;
    conf->settings.visitor = NGX_CONF_UNSET_PTR;
    conf->settings.consent = NGX_CONF_UNSET_PTR;
    conf->settings.context = NGX_CONF_UNSET_PTR;
    conf->settings.deadline = NGX_CONF_UNSET_MSEC;
    conf->settings.max_buffer = NGX_CONF_UNSET_SIZE;
    conf->settings.errors = NGX_CONF_UNSET;

    return conf;
}


static char *
ngx_pz_conf_missing(ngx_conf_t *cf, ngx_pz_loc_conf_t *conf, const char *directive,
    const char *what)
{
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"personalize on\" needs \"%s\" %s in %V:%ui",
                  directive, what, &conf->file, conf->line);

    return NGX_CONF_ERROR;
}


/* What `personalize on` cannot do without. */
static char *
ngx_pz_conf_check(ngx_conf_t *cf, ngx_pz_loc_conf_t *conf)
{
    ngx_pz_settings_t   *settings;
    ngx_pz_main_conf_t  *main;

    settings = &conf->settings;

    if (settings->mode == NGX_PZ_MODE_OFF) {
        return NGX_CONF_OK;
    }

    if (settings->rules.len == 0) {
        return ngx_pz_conf_missing(cf, conf, "personalize_rules",
                                   "(a file, a folder of *.lua or a glob)");
    }

    if (settings->redis == NULL) {
        return ngx_pz_conf_missing(cf, conf, "personalize_redis",
                                   "(such as redis://127.0.0.1:6379/0)");
    }

    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);

    if (settings->keys == NULL && settings->visitor == NULL && !main->warned) {
        main->warned = 1;
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"personalize on\" without \"personalize_secret\": visitor ids are "
                      "not signed, so anybody can take another's; in %V:%ui",
                      &conf->file, conf->line);
    }

    return NGX_CONF_OK;
}


/* Redis has to tell of changes where a location serves from memory what it would tell. */
static void
ngx_pz_conf_watch(ngx_pz_main_conf_t *main, const ngx_pz_settings_t *settings)
{
    ngx_pz_store_conf_t  **redis;

    if (settings->mode == NGX_PZ_MODE_OFF || settings->redis == NULL
        || settings->cache == NULL || !settings->cache->push)
    {
        return;
    }

    redis = main->redis.elts;
    redis[settings->store]->watched = 1;
}


char *
ngx_pz_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_pz_settings_t   *prev, *settings;
    ngx_pz_loc_conf_t   *from = parent, *conf = child;
    ngx_pz_main_conf_t  *main;

    prev = &from->settings;
    settings = &conf->settings;

    /* not when it is made: for the http block there is no main_conf to ask yet */
    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);
    settings->worker = &main->worker;

    if (conf->line == 0) {
        conf->file = from->file;
        conf->line = from->line;
    }

    if (settings->redis == NGX_CONF_UNSET_PTR) {
        settings->store = prev->store;
    }

    if (settings->rules.data == NULL) {
        settings->rulebook = prev->rulebook;
    }

    ngx_conf_merge_uint_value(settings->mode,
                              conf->serves ? NGX_PZ_MODE_OFF : prev->mode,
                              NGX_PZ_MODE_OFF);
    ngx_conf_merge_uint_value(settings->wait, prev->wait, NGX_PZ_WAIT_RESPONSE);
    ngx_conf_merge_ptr_value(settings->redis, prev->redis, NULL);
    ngx_conf_merge_ptr_value(settings->cache, prev->cache, NULL);
    ngx_conf_merge_value(settings->index, prev->index, 1);
    ngx_conf_merge_str_value(settings->rules, prev->rules, "");
    ngx_conf_merge_ptr_value(settings->keys, prev->keys, NULL);
    ngx_conf_merge_ptr_value(settings->visitor, prev->visitor, NULL);
    ngx_conf_merge_ptr_value(settings->consent, prev->consent, NULL);
    ngx_conf_merge_ptr_value(settings->context, prev->context, NULL);
    ngx_conf_merge_msec_value(settings->deadline, prev->deadline, NGX_PZ_DEADLINE);
    ngx_conf_merge_size_value(settings->max_buffer, prev->max_buffer,
                              NGX_PZ_MAX_BUFFER);
    ngx_conf_merge_str_value(settings->cache_control, prev->cache_control,
                             NGX_PZ_CACHE_CONTROL);
    ngx_conf_merge_value(settings->errors, prev->errors, 0);

    ngx_pz_conf_watch(main, settings);

    if (ngx_http_merge_types(cf, &conf->types_keys, &settings->types,
                             &from->types_keys, &prev->types,
                             ngx_pz_conf_html_types)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_pz_conf_check(cf, conf);
}


void
ngx_pz_conf_resolvers(ngx_pz_main_conf_t *main)
{
    ngx_uint_t                  i;
    ngx_pz_store_conf_t       **redis;
    ngx_http_core_loc_conf_t  **places;

    redis = main->redis.elts;
    places = main->places.elts;

    for (i = 0; i < main->redis.nelts; i++) {
        ngx_pz_store_conf_resolver(redis[i], places[i]->resolver, places[i]->resolver_timeout);
    }
}
