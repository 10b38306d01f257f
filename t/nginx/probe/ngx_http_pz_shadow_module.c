#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/*
 * A filter that stands behind the module, as one of a third party may: it hands
 * on copies of the buffers, puts off what it was given until those are sent, and
 * says nothing of wanting memory.
 */

typedef struct {
    ngx_flag_t    enable;
} ngx_http_pz_shadow_conf_t;

typedef struct {
    ngx_chain_t  *free;
    ngx_chain_t  *busy;
} ngx_http_pz_shadow_ctx_t;

static void *ngx_http_pz_shadow_create_conf(ngx_conf_t *cf);
static char *ngx_http_pz_shadow_merge_conf(ngx_conf_t *cf, void *parent, void *child);
static ngx_int_t ngx_http_pz_shadow_init(ngx_conf_t *cf);

static ngx_command_t  ngx_http_pz_shadow_commands[] = {

    { ngx_string("pz_shadow"),
      NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_pz_shadow_conf_t, enable),
      NULL },

      ngx_null_command
};

static ngx_http_module_t  ngx_http_pz_shadow_module_ctx = {
    NULL, ngx_http_pz_shadow_init, NULL, NULL, NULL, NULL,
    ngx_http_pz_shadow_create_conf, ngx_http_pz_shadow_merge_conf
};

ngx_module_t  ngx_http_pz_shadow_module = {
    NGX_MODULE_V1,
    &ngx_http_pz_shadow_module_ctx,
    ngx_http_pz_shadow_commands,
    NGX_HTTP_MODULE,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NGX_MODULE_V1_PADDING
};

static ngx_http_output_body_filter_pt  ngx_http_next_body_filter;


static ngx_http_pz_shadow_ctx_t *
ngx_http_pz_shadow_ctx(ngx_http_request_t *r)
{
    ngx_http_pz_shadow_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_pz_shadow_module);

    if (ctx == NULL) {
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_pz_shadow_ctx_t));
        ngx_http_set_ctx(r, ctx, ngx_http_pz_shadow_module);
    }

    return ctx;
}


/* Copies of the buffers, each with the one that it is of. */
static ngx_int_t
ngx_http_pz_shadow_copy(ngx_http_request_t *r, ngx_http_pz_shadow_ctx_t *ctx, ngx_chain_t *in,
    ngx_chain_t **out)
{
    ngx_chain_t  *cl, **last;

    last = out;

    for (/* void */; in != NULL; in = in->next) {
        cl = ngx_chain_get_free_buf(r->pool, &ctx->free);
        if (cl == NULL) {
            return NGX_ERROR;
        }

        *cl->buf = *in->buf;
        cl->buf->shadow = in->buf;
        cl->buf->tag = (ngx_buf_tag_t) &ngx_http_pz_shadow_module;

        *last = cl;
        last = &cl->next;
    }

    *last = NULL;

    return NGX_OK;
}


static ngx_int_t
ngx_http_pz_shadow_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_int_t                   rc;
    ngx_chain_t                *cl, *out, **link;
    ngx_http_pz_shadow_ctx_t   *ctx;
    ngx_http_pz_shadow_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_pz_shadow_module);

    if (!conf->enable) {
        return ngx_http_next_body_filter(r, in);
    }

    ctx = ngx_http_pz_shadow_ctx(r);

    if (ctx == NULL || ngx_http_pz_shadow_copy(r, ctx, in, &out) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_http_next_body_filter(r, out);

    for (link = &ctx->busy; *link != NULL; link = &(*link)->next) { /* void */ }

    *link = out;

    while (ctx->busy != NULL && ngx_buf_size(ctx->busy->buf) == 0) {
        cl = ctx->busy;
        ctx->busy = cl->next;

        cl->buf->shadow->pos = cl->buf->shadow->last;
        cl->buf->shadow->file_pos = cl->buf->shadow->file_last;

        cl->next = ctx->free;
        ctx->free = cl;
    }

    return rc;
}


static void *
ngx_http_pz_shadow_create_conf(ngx_conf_t *cf)
{
    ngx_http_pz_shadow_conf_t  *conf;

    conf = ngx_palloc(cf->pool, sizeof(ngx_http_pz_shadow_conf_t));

    if (conf != NULL) {
        conf->enable = NGX_CONF_UNSET;
    }

    return conf;
}


static char *
ngx_http_pz_shadow_merge_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_pz_shadow_conf_t  *prev = parent;
    ngx_http_pz_shadow_conf_t  *conf = child;

    (void) cf;
    ngx_conf_merge_value(conf->enable, prev->enable, 0);

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_pz_shadow_init(ngx_conf_t *cf)
{
    (void) cf;
    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_pz_shadow_body_filter;

    return NGX_OK;
}
