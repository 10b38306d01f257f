#include "ngx_pz_privacy.h"

#include "ngx_pz_cookie.h"
#include "ngx_pz_headers_in.h"
#include "ngx_pz_reply.h"
#include "ngx_pz_visitor.h"

#define NGX_PZ_PRIVACY_MAX       1024
#define NGX_PZ_PRIVACY_BUDGET    16384
#define NGX_PZ_PRIVACY_COMMAND   2048    /* bytes: a prefix and an id are bounded */
#define NGX_PZ_PRIVACY_DEADLINE  1000    /* ms: an erasure is worth waiting for */

#define ngx_pz_privacy_count(worker, event)                                    \
    ngx_pz_count((worker)->counters->events[NGX_PZ_EVENT_##event])

typedef struct {
    ngx_pz_query_t            query;
    ngx_http_request_t       *request;
    const ngx_pz_settings_t  *settings;
    ngx_pz_worker_t          *worker;
    ngx_pz_store_t           *store;
    pz_arena_t               *arena;
    ngx_str_t                 id;
    pz_str_t                  keys[2];      /* what is to go */
    unsigned                  pending:1;
} ngx_pz_privacy_t;


static ngx_uint_t
ngx_pz_privacy_knows(ngx_http_request_t *r, const ngx_pz_settings_t *settings, ngx_str_t *id)
{
    ngx_str_null(id);

    if (settings->visitor != NULL) {
        return ngx_http_complex_value(r, settings->visitor, id) == NGX_OK
               && ngx_pz_visitor_id_is_valid(id);
    }

    return ngx_pz_cookie_read(r, settings->keys, id) >= NGX_PZ_COOKIE_VALID;
}


ngx_int_t
ngx_pz_privacy_tell(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker)
{
    ngx_str_t            id;
    ngx_int_t            consents;
    ngx_pz_json_reply_t  reply;

    consents = ngx_pz_visitor_consents(r, settings);

    if (consents == NGX_ERROR || ngx_pz_json_open(r, &reply, NGX_PZ_PRIVACY_MAX) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_pz_json_bool(&reply.w, "consent", (ngx_uint_t) consents);
    ngx_pz_json_bool(&reply.w, "id_is_set", ngx_pz_privacy_knows(r, settings, &id));
    ngx_pz_json_text(&reply.w, "id_comes_from",
                     (settings->visitor != NULL) ? PZ_STR("site") : PZ_STR("cookie"));

    return ngx_pz_json_send(r, &reply, NGX_HTTP_OK);
}


/* Everything is gone that there was: take the cookie back and say so. */
static ngx_int_t
ngx_pz_privacy_clear(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    const char *profile)
{
    ngx_str_t            none = ngx_null_string, field;
    ngx_pz_json_reply_t  reply;

    if (ngx_pz_cookie_write(r, settings->keys, &none, &field) != NGX_OK
        || ngx_pz_reply_header(r, "Set-Cookie", &field) != NGX_OK
        || ngx_pz_json_open(r, &reply, NGX_PZ_PRIVACY_MAX) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_pz_json_text(&reply.w, "cookie", PZ_STR("cleared"));
    ngx_pz_json_text(&reply.w, "profile", pz_str_from(profile));

    return ngx_pz_json_send(r, &reply, NGX_HTTP_OK);
}


static ngx_int_t
ngx_pz_privacy_failed(ngx_http_request_t *r, ngx_pz_worker_t *worker, const char *why)
{
    ngx_pz_privacy_count(worker, FORGET_FAILED);

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "personalize: a visitor asked to be forgotten, and Redis could not do it: %s",
                  why);

    return ngx_pz_reply_error(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                              "your data could not be erased now: please try again later");
}


/* The profile, and the recommendations made for this visitor: one hash tag, so one command. */
static ngx_int_t
ngx_pz_privacy_command(ngx_pz_privacy_t *privacy)
{
    pz_sb_t    sb;
    pz_str_t   argv[3];
    size_t     i;

    static const char *const  names[] = { "visitor:{", "recs:visitor:{" };

    argv[0] = PZ_STR("UNLINK");

    for (i = 0; i < 2; i++) {
        pz_sb_init(&sb, privacy->arena, NGX_PZ_PRIVACY_COMMAND);
        pz_sb_add(&sb, ngx_pz_str(privacy->settings->redis->prefix));
        pz_sb_literal(&sb, names[i]);
        pz_sb_add(&sb, ngx_pz_str(privacy->id));
        pz_sb_byte(&sb, '}');

        if (pz_sb_done(&sb, &privacy->keys[i]) != 0) {
            return NGX_ERROR;
        }

        argv[i + 1] = privacy->keys[i];
    }

    pz_sb_init(&sb, privacy->arena, NGX_PZ_PRIVACY_COMMAND);
    pz_redis_command(&sb, argv, 3);

    return pz_sb_done(&sb, &privacy->query.commands) == 0 ? NGX_OK : NGX_ERROR;
}


/* Also when Redis may have done it without our hearing of it: to forget too much is no harm. */
static void
ngx_pz_privacy_invalidate(ngx_pz_privacy_t *privacy)
{
    size_t  i;

    for (i = 0; i < 2; i++) {
        ngx_pz_worker_invalidate(privacy->worker, privacy->settings->store,
                                 privacy->keys[i]);
    }
}


static ngx_int_t
ngx_pz_privacy_answer(ngx_pz_privacy_t *privacy)
{
    pz_reply_t          *reply;
    ngx_http_request_t  *r;

    r = privacy->request;

    switch (privacy->query.status) {

    case NGX_PZ_QUERY_TIMEOUT:
        return ngx_pz_privacy_failed(r, privacy->worker, "no reply in time");

    case NGX_PZ_QUERY_CLOSED:
        return ngx_pz_privacy_failed(r, privacy->worker, "no connection");

    case NGX_PZ_QUERY_REFUSED:
        return ngx_pz_privacy_failed(r, privacy->worker, "not asked, since it failed before");

    default:
        break;
    }

    reply = privacy->query.replies[0];

    if (reply == NULL || reply->type != PZ_REPLY_INTEGER) {
        return ngx_pz_privacy_failed(r, privacy->worker, "UNLINK was refused");
    }

    ngx_pz_privacy_count(privacy->worker, FORGET_ERASED);

    return ngx_pz_privacy_clear(r, privacy->settings, reply->integer > 0 ? "erased" : "none");
}


static void
ngx_pz_privacy_on_done(ngx_pz_query_t *query)
{
    ngx_pz_privacy_t  *privacy = query->data;

    privacy->pending = 0;
    ngx_pz_privacy_invalidate(privacy);

    ngx_pz_reply_resume(privacy->request, ngx_pz_privacy_answer(privacy));
}


static void
ngx_pz_privacy_on_cleanup(void *data)
{
    ngx_pz_privacy_t  *privacy = data;

    if (privacy->pending) {
        privacy->pending = 0;
        ngx_pz_store_cancel(privacy->store, &privacy->query);
        ngx_pz_privacy_invalidate(privacy);
    }
}


static ngx_int_t
ngx_pz_privacy_erase(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker, ngx_str_t *id)
{
    ngx_pz_privacy_t    *privacy;
    ngx_pool_cleanup_t  *cleanup;

    privacy = ngx_pcalloc(r->pool, sizeof(ngx_pz_privacy_t));
    if (privacy == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    privacy->request = r;
    privacy->settings = settings;
    privacy->worker = worker;
    privacy->store = worker->stores[settings->store];
    privacy->id = *id;
    privacy->arena = ngx_pz_reply_arena(r, NGX_PZ_PRIVACY_BUDGET);

    /* Cleanups run last to first: the query is cancelled before its arena goes. */
    cleanup = ngx_pool_cleanup_add(r->pool, 0);

    if (privacy->arena == NULL || cleanup == NULL || ngx_pz_privacy_command(privacy) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cleanup->handler = ngx_pz_privacy_on_cleanup;
    cleanup->data = privacy;

    privacy->query.expected = 1;
    privacy->query.timeout = ngx_max(settings->deadline, NGX_PZ_PRIVACY_DEADLINE);
    privacy->query.arena = privacy->arena;
    privacy->query.done = ngx_pz_privacy_on_done;
    privacy->query.data = privacy;

    if (ngx_pz_store_send(privacy->store, &privacy->query) != NGX_OK) {
        return ngx_pz_privacy_answer(privacy);
    }

    privacy->pending = 1;

    return ngx_pz_reply_hold(r);
}


ngx_int_t
ngx_pz_privacy_forget(ngx_http_request_t *r, const ngx_pz_settings_t *settings,
    ngx_pz_worker_t *worker)
{
    ngx_str_t  id;

    if (settings->visitor != NULL) {
        return ngx_pz_reply_error(r, NGX_HTTP_CONFLICT,
                                  "this site knows its visitors by an id of its own: ask the site");
    }

    if (!ngx_pz_privacy_knows(r, settings, &id)) {
        ngx_pz_privacy_count(worker, FORGET_CLEARED);
        return ngx_pz_privacy_clear(r, settings, "unknown");
    }

    /* An id that nobody signed may be another visitor's. */
    if (settings->keys == NULL || settings->redis == NULL) {
        ngx_pz_privacy_count(worker, FORGET_CLEARED);
        return ngx_pz_privacy_clear(r, settings, "kept");
    }

    return ngx_pz_privacy_erase(r, settings, worker, &id);
}
