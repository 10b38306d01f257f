#include "ngx_pz_probe.h"

typedef struct {
    ngx_http_request_t   *request;
    ngx_pz_probe_main_t  *probe;
    pz_arena_t           *commands;
    pz_arena_t           *replies;
    ngx_pz_query_t        query;
    ngx_event_t           cancel;
    ngx_msec_t            began;
    ngx_uint_t            in_send;
} ngx_pz_probe_ctx_t;

static void *ngx_http_pz_probe_create_main(ngx_conf_t *cf);
static char *ngx_http_pz_probe_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_pz_probe_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_pz_probe(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_http_pz_probe_init_process(ngx_cycle_t *cycle);

static ngx_command_t  ngx_http_pz_probe_commands[] = {

    { ngx_string("pz_probe_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_pz_probe_redis,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pz_probe_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_http_pz_probe_cache,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pz_probe"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_pz_probe,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};

static ngx_http_module_t  ngx_http_pz_probe_module_ctx = {
    NULL, NULL, ngx_http_pz_probe_create_main, NULL, NULL, NULL, NULL, NULL
};

ngx_module_t  ngx_http_pz_probe_module = {
    NGX_MODULE_V1,
    &ngx_http_pz_probe_module_ctx,
    ngx_http_pz_probe_commands,
    NGX_HTTP_MODULE,
    NULL,
    NULL,
    ngx_http_pz_probe_init_process,
    NULL,
    NULL,
    NULL,
    NULL,
    NGX_MODULE_V1_PADDING
};


static void *
ngx_http_pz_probe_create_main(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_pz_probe_main_t));
}


/* An address in front of those that the URL has. */
static ngx_int_t
ngx_http_pz_probe_before(ngx_conf_t *cf, ngx_pz_store_conf_t *conf, ngx_str_t *before)
{
    ngx_url_t    first;
    ngx_addr_t  *addrs;

    ngx_memzero(&first, sizeof(ngx_url_t));
    first.url = *before;

    if (ngx_parse_url(cf->pool, &first) != NGX_OK) {
        return NGX_ERROR;
    }

    addrs = ngx_palloc(cf->pool, (first.naddrs + conf->naddrs) * sizeof(ngx_addr_t));
    if (addrs == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(addrs, first.addrs, first.naddrs * sizeof(ngx_addr_t));
    ngx_memcpy(addrs + first.naddrs, conf->addrs, conf->naddrs * sizeof(ngx_addr_t));
    conf->addrs = addrs;
    conf->naddrs += first.naddrs;
    conf->names = NULL;

    return NGX_OK;
}


/* The module's own words, and before=ADDRESS and warm. */
static char *
ngx_http_pz_probe_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t            *value, before;
    ngx_uint_t            i, n;
    ngx_pz_probe_main_t  *probe = conf;

    value = cf->args->elts;
    ngx_str_null(&before);
    n = 1;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_strcmp(value[i].data, "warm") == 0) {
            probe->warm = 1;

        } else if (ngx_strncmp(value[i].data, "before=", 7) == 0) {
            before.data = value[i].data + 7;
            before.len = value[i].len - 7;

        } else {
            value[n++] = value[i];
        }
    }

    probe->place = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    probe->conf = ngx_pz_store_configure(cf, value + 1, n - 1);

    if (probe->conf == NULL
        || (before.len > 0 && ngx_http_pz_probe_before(cf, probe->conf, &before) != NGX_OK))
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static void
ngx_http_pz_probe_on_event(void *data, ngx_pz_store_event_e event)
{
    ngx_pz_probe_main_t  *probe = data;

    probe->events[event]++;
}


/* NAME SIZE */
static char *
ngx_http_pz_probe_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t            *value = cf->args->elts;
    ngx_pz_probe_main_t  *probe = conf;

    probe->cache = ngx_pz_cache_zone(cf, &value[1], ngx_parse_size(&value[2]),
                                     &ngx_http_pz_probe_module);

    return probe->cache != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_pz_probe_init_process(ngx_cycle_t *cycle)
{
    ngx_pz_probe_main_t  *probe;

    probe = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_pz_probe_module);

    if (probe != NULL && probe->cache != NULL) {
        ngx_pz_cache_attach(probe->cache, cycle, NULL,
                            (u_char *) "the first server" "the other server", 2);
    }

    if (probe == NULL || probe->conf == NULL) {
        return NGX_OK;
    }

    ngx_pz_store_conf_resolver(probe->conf, probe->place->resolver,
                               probe->place->resolver_timeout);
    probe->store = ngx_pz_store_create(cycle, probe->conf, ngx_http_pz_probe_on_event, probe);
    if (probe->store == NULL) {
        return NGX_ERROR;
    }

    if (probe->warm) {
        ngx_pz_store_warm(probe->store);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_pz_probe_state(ngx_http_request_t *r, ngx_pz_probe_main_t *probe,
    pz_arena_t *arena)
{
    static const char *const names[] = {
        "connected", "connect_failed", "lost", "timed_out", "late", "protocol",
        "refused_breaker", "refused_full", "breaker_opened", "replied", "error_reply",
        "moved", "asked", "again", "uncovered", "mapped", "near"
    };

    pz_sb_t                sb;
    ngx_uint_t             i;
    ngx_pz_store_status_t  status;

    ngx_pz_store_status(probe->store, &status);

    pz_sb_init(&sb, arena, 4096);
    pz_sb_printf(&sb, "state=%s\npending=%u\nfailures=%u\nretry_in=%u\npid=%d\n",
                 status.state, (unsigned) status.pending, (unsigned) status.failures,
                 (unsigned) status.retry_in, (int) ngx_pid);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        pz_sb_printf(&sb, "%s=%u\n", names[i], (unsigned) probe->events[i]);
    }

    return ngx_pz_probe_send_text(r, &sb);
}


static void
ngx_http_pz_probe_answer(ngx_pz_probe_ctx_t *ctx, const char *status)
{
    pz_sb_t     sb;
    ngx_uint_t  i;

    pz_sb_init(&sb, ctx->commands, 1024 * 1024);
    pz_sb_printf(&sb, "status=%s\nms=%u\nreplies=%u\n", status,
                 (unsigned) (ngx_current_msec - ctx->began), (unsigned) ctx->query.received);

    for (i = 0; i < ctx->query.received; i++) {
        ngx_pz_probe_reply(&sb, ctx->query.replies[i], 0);
    }

    ngx_http_finalize_request(ctx->request, ngx_pz_probe_send_text(ctx->request, &sb));
}


static void
ngx_http_pz_probe_done(ngx_pz_query_t *query)
{
    ngx_connection_t    *c;
    ngx_pz_probe_ctx_t  *ctx = query->data;

    if (ctx->in_send) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0, "probe: done() from inside send()");
    }

    if (ctx->cancel.timer_set) {
        ngx_del_timer(&ctx->cancel);
    }

    c = ctx->request->connection;
    ngx_http_pz_probe_answer(ctx, ngx_pz_probe_status(query->status));
    ngx_http_run_posted_requests(c);
}


static void
ngx_http_pz_probe_on_cancel(ngx_event_t *ev)
{
    ngx_connection_t    *c;
    ngx_pz_probe_ctx_t  *ctx = ev->data;

    c = ctx->request->connection;
    ngx_pz_store_cancel(ctx->probe->store, &ctx->query);
    ngx_http_pz_probe_answer(ctx, "cancelled");
    ngx_http_run_posted_requests(c);
}


static void
ngx_http_pz_probe_cleanup(void *data)
{
    ngx_pz_probe_ctx_t  *ctx = data;

    if (ctx->cancel.timer_set) {
        ngx_del_timer(&ctx->cancel);
    }

    ngx_pz_store_cancel(ctx->probe->store, &ctx->query);
    pz_arena_destroy(ctx->commands);
    pz_arena_destroy(ctx->replies);
}


static ngx_pz_probe_ctx_t *
ngx_http_pz_probe_ctx(ngx_http_request_t *r, ngx_pz_probe_main_t *probe)
{
    ngx_pz_probe_ctx_t  *ctx;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_pz_probe_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_pz_probe_ctx_t));
    cln->handler = ngx_http_pz_probe_cleanup;

    ctx->request = r;
    ctx->probe = probe;
    ctx->began = ngx_current_msec;
    ctx->commands = pz_arena_create(8 * 1024 * 1024, 0);
    ctx->replies = pz_arena_create(ngx_pz_probe_number(r, "arena", 8 * 1024 * 1024), 0);
    ctx->cancel.handler = ngx_http_pz_probe_on_cancel;
    ctx->cancel.data = ctx;
    ctx->cancel.log = r->connection->log;

    return ctx->commands != NULL && ctx->replies != NULL ? ctx : NULL;
}


static ngx_int_t
ngx_http_pz_probe_query(ngx_http_request_t *r, ngx_pz_probe_ctx_t *ctx)
{
    ngx_int_t        rc;
    pz_str_t         last;
    ngx_uint_t       cancel;
    ngx_pz_query_t  *query = &ctx->query;

    if (ngx_pz_probe_commands(r, ctx->commands, 0, &query->commands, &query->expected, &last)
        != NGX_OK)
    {
        return NGX_HTTP_BAD_REQUEST;
    }

    query->timeout = ngx_pz_probe_number(r, "t", 0);
    query->reads = ngx_pz_probe_number(r, "reads", 0);
    query->arena = ctx->replies;
    query->done = ngx_http_pz_probe_done;
    query->data = ctx;

    ctx->in_send = 1;
    rc = ngx_pz_store_send(ctx->probe->store, query);
    ctx->in_send = 0;

    r->main->count++;

    if (rc != NGX_OK) {
        ngx_http_pz_probe_answer(ctx, ngx_pz_probe_status(query->status));
        return NGX_DONE;
    }

    cancel = ngx_pz_probe_number(r, "cancel", 0);
    if (cancel > 0) {
        ngx_add_timer(&ctx->cancel, cancel);
    }

    return NGX_DONE;
}


static ngx_int_t
ngx_http_pz_probe_handler(ngx_http_request_t *r)
{
    ngx_int_t             rc;
    ngx_pz_probe_ctx_t   *ctx;
    ngx_pz_probe_main_t  *probe;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    probe = ngx_http_get_module_main_conf(r, ngx_http_pz_probe_module);

    if (ngx_pz_probe_number(r, "model", 0) > 0 && probe->cache != NULL) {
        return ngx_pz_probe_cache(r, probe);
    }

    if (ngx_pz_probe_number(r, "burst", 0) > 0) {
        return ngx_pz_probe_burst(r, probe);
    }

    ctx = ngx_http_pz_probe_ctx(r, probe);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_pz_probe_number(r, "state", 0)) {
        return ngx_http_pz_probe_state(r, probe, ctx->commands);
    }

    return ngx_http_pz_probe_query(r, ctx);
}


static char *
ngx_http_pz_probe(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_pz_probe_handler;

    return NGX_CONF_OK;
}
