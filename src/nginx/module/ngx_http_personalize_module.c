/*
 * ngx_http_personalize_module: pages personalized as they leave the server.
 */
#include "ngx_pz_conf.h"
#include "ngx_pz_pipeline.h"
#include "ngx_pz_variables.h"
#include "ngx_pz_worker_start.h"


/*
 * Filters that compress must come behind us: a compressed page cannot be
 * edited.  Those of others stand where their load_module line puts them; what
 * stands later in the list of modules runs earlier.
 */
static void
ngx_http_personalize_check_order(ngx_conf_t *cf)
{
    ngx_uint_t     i, k, behind;
    ngx_module_t  *module;

    static const char *const  compressors[] = {
        "ngx_http_brotli_filter_module", "ngx_http_zstd_filter_module"
    };

    behind = 0;

    for (i = 0; cf->cycle->modules[i]; i++) {
        module = cf->cycle->modules[i];

        if (module == &ngx_http_personalize_module) {
            behind = 1;
            continue;
        }

        for (k = 0; behind && k < sizeof(compressors) / sizeof(compressors[0]); k++) {
            if (ngx_strcmp(module->name, compressors[k]) == 0) {
                ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                                   "%s is loaded after ngx_http_personalize_module: pages will "
                                   "leave without its compression; put its load_module line first",
                                   module->name);
            }
        }
    }
}


/* Where it is on nowhere, nothing is hooked, and no request pays for it. */
static ngx_int_t
ngx_http_personalize_init(ngx_conf_t *cf)
{
    ngx_pz_main_conf_t  *main;

    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);

    if (!main->used && !main->served) {
        return NGX_OK;
    }

    ngx_http_personalize_check_order(cf);
    ngx_pz_conf_resolvers(main);

    main->counters = ngx_pz_counters_zone(cf, &ngx_http_personalize_module);

    if (main->counters == NULL) {
        return NGX_ERROR;
    }

    return main->used ? ngx_pz_pipeline_install(cf) : NGX_OK;
}


/* The cache manager runs this as well, and has no business with visitors. */
static ngx_int_t
ngx_http_personalize_init_process(ngx_cycle_t *cycle)
{
    ngx_pz_main_conf_t  *main;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE) {
        return NGX_OK;
    }

    main = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_personalize_module);

    if (main == NULL || main->counters == NULL) {
        return NGX_OK;
    }

    main->worker = ngx_pz_worker_start(cycle, &main->redis, &main->caches, &main->books,
                                       ngx_pz_counters_of(main->counters));

    return main->worker != NULL ? NGX_OK : NGX_ERROR;
}


static ngx_http_module_t  ngx_http_personalize_module_ctx = {
    ngx_pz_variables_add,              /* preconfiguration */
    ngx_http_personalize_init,         /* postconfiguration */

    ngx_pz_conf_create_main,           /* create main configuration */
    NULL,                              /* init main configuration */

    NULL,                              /* create server configuration */
    NULL,                              /* merge server configuration */

    ngx_pz_conf_create_loc,            /* create location configuration */
    ngx_pz_conf_merge_loc              /* merge location configuration */
};


ngx_module_t  ngx_http_personalize_module = {
    NGX_MODULE_V1,
    &ngx_http_personalize_module_ctx,  /* module context */
    ngx_http_personalize_commands,     /* module directives */
    NGX_HTTP_MODULE,                   /* module type */
    NULL,                              /* init master */
    NULL,                              /* init module */
    ngx_http_personalize_init_process, /* init process */
    NULL,                              /* init thread */
    NULL,                              /* exit thread */
    NULL,                              /* exit process */
    NULL,                              /* exit master */
    NGX_MODULE_V1_PADDING
};
