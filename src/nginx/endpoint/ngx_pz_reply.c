#include "ngx_pz_reply.h"

#include "ngx_pz_request.h"

#define NGX_PZ_ERROR_MAX    1024
#define NGX_PZ_REPLY_SLACK  4096


ngx_uint_t
ngx_pz_route_is(ngx_http_request_t *r, const char *route)
{
    pz_str_t                   path, wanted;
    ngx_uint_t                 prefix;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    path = ngx_pz_str(r->uri);
    wanted = pz_str_from(route);

    prefix = !clcf->exact_match && !clcf->noname;
#if (NGX_PCRE)
    prefix = prefix && clcf->regex == NULL;
#endif

    if (prefix && pz_str_starts(path, ngx_pz_str(clcf->name))) {
        path = pz_str_skip(path, clcf->name.len);

        if (path.len > 0 && path.data[0] == '/') {
            path = pz_str_skip(path, 1);
        }

        return pz_str_eq(path, wanted);
    }

    return wanted.len > 0
           && path.len > wanted.len
           && pz_str_ends(path, wanted)
           && path.data[path.len - wanted.len - 1] == '/';
}


static void
ngx_pz_reply_arena_cleanup(void *data)
{
    pz_arena_destroy(data);
}


pz_arena_t *
ngx_pz_reply_arena(ngx_http_request_t *r, size_t budget)
{
    pz_arena_t          *arena;
    ngx_pool_cleanup_t  *cleanup;

    cleanup = ngx_pool_cleanup_add(r->pool, 0);
    if (cleanup == NULL) {
        return NULL;
    }

    arena = pz_arena_create(budget, 0);
    if (arena == NULL) {
        return NULL;
    }

    cleanup->handler = ngx_pz_reply_arena_cleanup;
    cleanup->data = arena;

    return arena;
}


ngx_int_t
ngx_pz_reply_header(ngx_http_request_t *r, const char *name, ngx_str_t *value)
{
    ngx_table_elt_t  *header;

    header = ngx_list_push(&r->headers_out.headers);
    if (header == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(header, sizeof(ngx_table_elt_t));
    header->hash = 1;
    header->key = ngx_pz_ngx_str(pz_str_from(name));
    header->value = *value;

    return NGX_OK;
}


static ngx_int_t
ngx_pz_reply_head(ngx_http_request_t *r, ngx_uint_t status, const char *type, size_t length)
{
    ngx_str_t  no_store = ngx_string("no-store");
    ngx_str_t  nosniff = ngx_string("nosniff");

    r->headers_out.status = status;
    r->headers_out.content_length_n = length;
    r->headers_out.content_type = ngx_pz_ngx_str(pz_str_from(type));
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (ngx_pz_reply_header(r, "Cache-Control", &no_store) != NGX_OK
        || ngx_pz_reply_header(r, "X-Content-Type-Options", &nosniff) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_send_header(r);
}


ngx_int_t
ngx_pz_reply_send(ngx_http_request_t *r, ngx_uint_t status, const char *type, pz_str_t body)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    if (body.len == 0) {
        r->header_only = 1;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_pz_reply_head(r, status, type, body.len);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b->pos = (u_char *) body.data;
    b->last = b->pos + body.len;
    b->memory = 1;
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_pz_reply_text(ngx_http_request_t *r, ngx_uint_t status, const char *type, pz_sb_t *sb)
{
    pz_str_t  body;

    if (pz_sb_done(sb, &body) != 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "personalize: the reply to \"%V\" does not fit", &r->uri);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pz_reply_send(r, status, type, body);
}


ngx_int_t
ngx_pz_json_open(ngx_http_request_t *r, ngx_pz_json_reply_t *reply, size_t max)
{
    pz_arena_t  *arena;

    /* The builder doubles its room, and the old one may stay behind. */
    arena = ngx_pz_reply_arena(r, 2 * max + NGX_PZ_REPLY_SLACK);
    if (arena == NULL) {
        return NGX_ERROR;
    }

    pz_sb_init(&reply->sb, arena, max);
    pz_json_begin(&reply->w, &reply->sb);
    pz_json_object(&reply->w);

    return NGX_OK;
}


ngx_int_t
ngx_pz_json_send(ngx_http_request_t *r, ngx_pz_json_reply_t *reply, ngx_uint_t status)
{
    pz_json_object_end(&reply->w);
    pz_sb_byte(&reply->sb, '\n');

    return ngx_pz_reply_text(r, status, "application/json", &reply->sb);
}


ngx_int_t
ngx_pz_reply_error(ngx_http_request_t *r, ngx_uint_t status, const char *text)
{
    ngx_pz_json_reply_t  reply;

    if (ngx_pz_json_open(r, &reply, NGX_PZ_ERROR_MAX) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_pz_json_text(&reply.w, "error", pz_str_from(text));

    return ngx_pz_json_send(r, &reply, status);
}


ngx_int_t
ngx_pz_reply_not_allowed(ngx_http_request_t *r, const char *allow)
{
    ngx_str_t  methods;

    methods = ngx_pz_ngx_str(pz_str_from(allow));

    if (ngx_pz_reply_header(r, "Allow", &methods) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_pz_reply_error(r, NGX_HTTP_NOT_ALLOWED,
                              "this method is not allowed here: see the Allow header");
}


ngx_int_t
ngx_pz_reply_hold(ngx_http_request_t *r)
{
    r->main->count++;

    /* Without this a client that leaves would be noticed at the answer only. */
    if (!r->discard_body) {
        r->read_event_handler = ngx_http_test_reading;
    }

    return NGX_DONE;
}


void
ngx_pz_reply_resume(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = r->connection;
    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


void
ngx_pz_json_text(pz_json_writer_t *w, const char *name, pz_str_t text)
{
    pz_json_key(w, pz_str_from(name));
    pz_json_string(w, text);
}


void
ngx_pz_json_number(pz_json_writer_t *w, const char *name, double number)
{
    pz_json_key(w, pz_str_from(name));
    pz_json_number(w, number);
}


void
ngx_pz_json_bool(pz_json_writer_t *w, const char *name, ngx_uint_t truth)
{
    pz_json_key(w, pz_str_from(name));
    pz_json_bool(w, truth != 0);
}


void
ngx_pz_json_time(pz_json_writer_t *w, const char *name, int64_t seconds)
{
    u_char    text[sizeof("-2147483648-02-02T02:02:02Z")], *end;
    ngx_tm_t  tm;

    ngx_gmtime((time_t) seconds, &tm);
    end = ngx_snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.ngx_tm_year,
                       tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec);

    ngx_pz_json_text(w, name, (pz_str_t) { (char *) text, (size_t) (end - text) });
}


void
ngx_pz_json_object(pz_json_writer_t *w, const char *name)
{
    pz_json_key(w, pz_str_from(name));
    pz_json_object(w);
}


void
ngx_pz_json_array(pz_json_writer_t *w, const char *name)
{
    pz_json_key(w, pz_str_from(name));
    pz_json_array(w);
}
