/*
 * The directives, each with its own reading.
 */
#include "ngx_pz_conf.h"
#include "ngx_pz_conf_cache.h"
#include "ngx_pz_store_conf.h"
#include "ngx_pz_endpoint.h"
#include "ngx_pz_sign.h"

#define NGX_PZ_ANYWHERE  (NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF)


static char *
ngx_pz_directive_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_str_t           *value;
    ngx_pz_loc_conf_t   *conf = data;
    ngx_pz_main_conf_t  *main;

    if (conf->settings.mode != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);

    conf->file = cf->conf_file->file.name;
    conf->line = cf->conf_file->line;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        conf->settings.mode = NGX_PZ_MODE_OFF;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "on") == 0) {
        conf->settings.mode = NGX_PZ_MODE_ON;
        main->used = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "shadow") == 0) {
        return "\"shadow\" is not supported yet: use \"on\" or \"off\"";
    }

    return "takes \"on\" or \"off\"";
}


static char *
ngx_pz_directive_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_str_t            *value;
    ngx_pz_loc_conf_t    *conf = data;
    ngx_pz_main_conf_t   *main;
    ngx_pz_store_conf_t  *redis, **slot;
    ngx_http_core_loc_conf_t  **place;

    if (conf->settings.redis != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);

    value = cf->args->elts;
    redis = ngx_pz_store_configure(cf, value + 1, cf->args->nelts - 1);
    slot = ngx_array_push(&main->redis);
    place = ngx_array_push(&main->places);

    if (redis == NULL || slot == NULL || place == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = redis;
    *place = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    conf->settings.redis = redis;
    conf->settings.store = main->redis.nelts - 1;

    return NGX_CONF_OK;
}


static char *
ngx_pz_directive_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_str_t           *value;
    ngx_pz_loc_conf_t   *conf = data;
    ngx_pz_main_conf_t  *main;

    if (conf->settings.cache != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        conf->settings.cache = NULL;
        return NGX_CONF_OK;
    }

    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);
    conf->settings.cache = ngx_pz_conf_cache(cf, &main->caches);

    return conf->settings.cache != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* The same path named twice is one rulebook. */
static char *
ngx_pz_directive_rules(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_str_t           *value;
    ngx_uint_t           i;
    ngx_pz_loc_conf_t   *conf = data;
    ngx_pz_rulebook_t  **book, *made;
    ngx_pz_main_conf_t  *main;

    if (conf->settings.rules.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);

    if (value[1].len == 0) {
        return "needs a path";
    }

    if (ngx_conf_full_name(cf->cycle, &value[1], 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    conf->settings.rules = value[1];
    book = main->books.elts;

    for (i = 0; i < main->books.nelts; i++) {
        if (book[i]->path.len == value[1].len
            && ngx_strcmp(book[i]->path.data, value[1].data) == 0)
        {
            conf->settings.rulebook = i;
            return NGX_CONF_OK;
        }
    }

    made = ngx_pz_rulebook_create(cf, &value[1]);
    book = ngx_array_push(&main->books);

    if (made == NULL || book == NULL) {
        return NGX_CONF_ERROR;
    }

    *book = made;
    conf->settings.rulebook = main->books.nelts - 1;

    return NGX_CONF_OK;
}


static char *
ngx_pz_directive_secret(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_str_t          *value;
    ngx_pz_loc_conf_t  *conf = data;

    if (conf->settings.keys != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_conf_full_name(cf->cycle, &value[1], 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    conf->settings.keys = ngx_pz_keys_read(cf, &value[1]);

    return conf->settings.keys != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_uint_t
ngx_pz_directive_is_name(ngx_str_t *name)
{
    size_t  i;
    u_char  c;

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && i != 0) || c == '_')) {
            return 0;
        }
    }

    return name->len != 0;
}


/* Facts of the request itself cannot be overridden. */
static ngx_uint_t
ngx_pz_directive_is_own_fact(ngx_str_t *name)
{
    pz_str_t    value;
    pz_facts_t  none;

    ngx_memzero(&none, sizeof(pz_facts_t));

    none.path = none.host = none.query = none.language = none.referrer = PZ_STR("x");

    return pz_facts_get(&none, (pz_str_t) { (char *) name->data, name->len }, &value)
           == 0;
}


static char *
ngx_pz_directive_context(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_str_t                         *value;
    ngx_uint_t                         i;
    ngx_pz_context_t                  *fact;
    ngx_pz_loc_conf_t                 *conf = data;
    ngx_http_compile_complex_value_t   ccv;

    value = cf->args->elts;

    if (!ngx_pz_directive_is_name(&value[1])) {
        return "needs a name of lower-case letters, digits and \"_\": rules read it as ctx.NAME";
    }

    if (ngx_pz_directive_is_own_fact(&value[1])) {
        return "cannot replace a fact that the module itself gives: choose another name";
    }

    if (conf->settings.context == NGX_CONF_UNSET_PTR) {
        conf->settings.context = ngx_array_create(cf->pool, 4, sizeof(ngx_pz_context_t));
        if (conf->settings.context == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    fact = conf->settings.context->elts;

    for (i = 0; i < conf->settings.context->nelts; i++) {
        if (fact[i].name.len == value[1].len
            && ngx_strncmp(fact[i].name.data, value[1].data, value[1].len) == 0)
        {
            return "names the same fact twice";
        }
    }

    fact = ngx_array_push(conf->settings.context);
    if (fact == NULL) {
        return NGX_CONF_ERROR;
    }

    fact->name = value[1];

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));
    ccv.cf = cf;
    ccv.value = &value[2];
    ccv.complex_value = &fact->value;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_pz_directive_deadline(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t  *deadline = data;

    return *deadline == 0 ? "must be more than 0" : NGX_CONF_OK;
}


static char *
ngx_pz_directive_field_value(ngx_conf_t *cf, void *post, void *data)
{
    size_t      i;
    ngx_str_t  *value = data;

    for (i = 0; i < value->len; i++) {
        if (value->data[i] < ' ' || value->data[i] == 0x7f) {
            return "must not hold control characters";
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_pz_directive_serve(ngx_conf_t *cf, ngx_pz_loc_conf_t *conf,
    ngx_http_handler_pt handler)
{
    ngx_pz_main_conf_t        *main;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    main = ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module);

    if (clcf->handler != NULL && clcf->handler != handler) {
        return "cannot share a location with another content handler";
    }

    clcf->handler = handler;
    conf->serves = 1;
    main->served = 1;

    return NGX_CONF_OK;
}


static char *
ngx_pz_directive_admin(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    return ngx_pz_directive_serve(cf, data, ngx_pz_admin_handler);
}


static char *
ngx_pz_directive_public(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    return ngx_pz_directive_serve(cf, data, ngx_pz_public_handler);
}


static ngx_conf_enum_t  ngx_pz_directive_waits[] = {
    { ngx_string("response"), NGX_PZ_WAIT_RESPONSE },
    { ngx_string("access"), NGX_PZ_WAIT_ACCESS },
    { ngx_null_string, 0 }
};

static ngx_conf_post_t  ngx_pz_directive_deadline_post = { ngx_pz_directive_deadline };
static ngx_conf_post_t  ngx_pz_directive_field_post = { ngx_pz_directive_field_value };

static ngx_str_t  ngx_pz_directive_default_types[] = {
    ngx_string("text/html"),
    ngx_null_string
};

#define NGX_PZ_AT(field)  offsetof(ngx_pz_loc_conf_t, field)


ngx_command_t  ngx_http_personalize_commands[] = {

    { ngx_string("personalize"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_pz_directive_mode, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("personalize_redis"),
      NGX_PZ_ANYWHERE|NGX_CONF_1MORE,
      ngx_pz_directive_redis, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("personalize_cache"),
      NGX_PZ_ANYWHERE|NGX_CONF_1MORE,
      ngx_pz_directive_cache, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("personalize_index"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.index), NULL },

    { ngx_string("personalize_rules"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_pz_directive_rules, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("personalize_secret"),
      NGX_PZ_ANYWHERE|NGX_CONF_TAKE1,
      ngx_pz_directive_secret, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("personalize_visitor"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.visitor), NULL },

    { ngx_string("personalize_consent"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.consent), NULL },

    { ngx_string("personalize_context"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE2,
      ngx_pz_directive_context, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("personalize_deadline"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.deadline), &ngx_pz_directive_deadline_post },

    { ngx_string("personalize_wait"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.wait), ngx_pz_directive_waits },

    { ngx_string("personalize_types"),
      NGX_PZ_ANYWHERE|NGX_CONF_1MORE,
      ngx_http_types_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(types_keys), &ngx_pz_directive_default_types[0] },

    { ngx_string("personalize_max_buffer"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.max_buffer), NULL },

    { ngx_string("personalize_cache_control"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.cache_control), &ngx_pz_directive_field_post },

    { ngx_string("personalize_errors"),
      NGX_PZ_ANYWHERE|NGX_HTTP_LIF_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
      NGX_PZ_AT(settings.errors), NULL },

    { ngx_string("personalize_public"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_pz_directive_public, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("personalize_admin"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_pz_directive_admin, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

      ngx_null_command
};
