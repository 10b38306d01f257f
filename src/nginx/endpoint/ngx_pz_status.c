#include "ngx_pz_status.h"

#include <nginx.h>

#include "ngx_pz_reply.h"
#include "ngx_pz_request.h"
#include "ngx_pz_worker_watch.h"
#include "ngx_pz_times.h"
#include "pz_version.h"

#define NGX_PZ_STATUS_MAX  (256 * 1024)


static void
ngx_pz_status_worker(pz_json_writer_t *w, ngx_pz_worker_t *worker)
{
    ngx_pz_json_object(w, "worker");
    ngx_pz_json_number(w, "number", (double) ngx_worker);
    ngx_pz_json_number(w, "pid", (double) ngx_pid);
    ngx_pz_json_time(w, "started_at", worker->started);
    ngx_pz_json_number(w, "uptime_seconds", (double) (ngx_time() - worker->started));
    ngx_pz_json_bool(w, "exiting", ngx_exiting);
    pz_json_object_end(w);
}


static void
ngx_pz_status_error(pz_json_writer_t *w, const pz_error_t *error)
{
    char  message[sizeof(pz_error_t) + 16];

    pz_json_object(w);
    ngx_pz_json_text(w, "file", pz_str_from(error->file));
    ngx_pz_json_number(w, "line", (double) error->line);
    ngx_pz_json_text(w, "text", pz_str_from(error->text));
    ngx_pz_json_text(w, "message", pz_str_from(pz_error_print(error, message, sizeof(message))));
    pz_json_object_end(w);
}


static void
ngx_pz_status_rulebook(pz_json_writer_t *w, const ngx_pz_rulebook_t *book)
{
    size_t                    i;
    const pz_campaign_set_t  *set;

    pz_json_object(w);
    ngx_pz_json_text(w, "path", ngx_pz_str(book->path));
    ngx_pz_json_number(w, "generation", (double) book->generation);

    if (book->rules != NULL) {
        set = pz_ruleset_campaigns(book->rules);

        ngx_pz_json_number(w, "campaigns", (double) set->ncampaigns);
        ngx_pz_json_number(w, "segments", (double) set->nsegments);
        ngx_pz_json_number(w, "lua_bytes", (double) pz_ruleset_memory(book->rules));
        ngx_pz_json_time(w, "loaded_at", book->loaded);
    }

    /* The newest files are broken when there is one; what is live is then the set before. */
    ngx_pz_json_bool(w, "newest_is_live", book->rules != NULL && book->nerrors == 0);
    ngx_pz_json_array(w, "errors");

    for (i = 0; i < book->nerrors && i < NGX_PZ_RULEBOOK_ERRORS; i++) {
        ngx_pz_status_error(w, &book->errors[i]);
    }

    pz_json_array_end(w);
    pz_json_object_end(w);
}


/* The nodes of a cluster, or a near replica and its master, that this worker talks to. */
static void
ngx_pz_status_nodes(pz_json_writer_t *w, ngx_pz_store_t *store)
{
    ngx_uint_t           at;
    ngx_pz_store_node_t  node;

    at = 0;

    if (ngx_pz_store_node(store, &at, &node) != NGX_OK) {
        return;
    }

    ngx_pz_json_array(w, "nodes");

    do {
        pz_json_object(w);
        ngx_pz_json_text(w, "address", node.address);
        ngx_pz_json_text(w, "role", pz_str_from(node.role));
        ngx_pz_json_number(w, "slots", (double) node.slots);
        ngx_pz_json_text(w, "state", pz_str_from(node.status.state));
        ngx_pz_json_number(w, "pending", (double) node.status.pending);
        ngx_pz_json_number(w, "failures", (double) node.status.failures);
        ngx_pz_json_number(w, "retry_in_ms", (double) node.status.retry_in);
        ngx_pz_json_text(w, "invalidation", pz_str_from(node.status.watch));
        pz_json_object_end(w);
    } while (ngx_pz_store_node(store, &at, &node) == NGX_OK);

    pz_json_array_end(w);
}


/* Of the worker that answers. */
static void
ngx_pz_status_watch(pz_json_writer_t *w, ngx_pz_worker_t *worker, ngx_uint_t store,
    const char *state)
{
    ngx_int_t  age;

    age = ngx_pz_worker_watch_age(worker, store);

    ngx_pz_json_object(w, "invalidation");
    ngx_pz_json_text(w, "state", pz_str_from(state));
    ngx_pz_json_bool(w, "trusted", age != NGX_DECLINED
                                   && age < (ngx_int_t) worker->redis[store]->heartbeat);

    if (age != NGX_DECLINED) {
        ngx_pz_json_number(w, "heartbeat_ms_ago", (double) age);
    }

    pz_json_object_end(w);
}


static void
ngx_pz_status_redis(pz_json_writer_t *w, ngx_pz_worker_t *worker, ngx_uint_t store)
{
    ngx_pz_store_status_t       status;
    const ngx_pz_store_conf_t  *conf;

    conf = worker->redis[store];
    ngx_pz_store_status(worker->stores[store], &status);

    pz_json_object(w);
    ngx_pz_json_text(w, "url", conf->url.shown);
    ngx_pz_json_text(w, "prefix", ngx_pz_str(conf->prefix));
    ngx_pz_json_text(w, "state", pz_str_from(status.state));
    ngx_pz_json_number(w, "pending", (double) status.pending);
    ngx_pz_json_number(w, "failures", (double) status.failures);
    ngx_pz_json_number(w, "retry_in_ms", (double) status.retry_in);
    ngx_pz_status_watch(w, worker, store, status.watch);
    ngx_pz_status_nodes(w, worker->stores[store]);
    pz_json_object_end(w);
}


static void
ngx_pz_status_cache(pz_json_writer_t *w, ngx_pz_cache_t *cache)
{
    ngx_pz_cache_usage_t  usage;

    ngx_pz_cache_usage(cache, &usage);

    pz_json_object(w);
    ngx_pz_json_text(w, "zone", ngx_pz_str(usage.name));
    ngx_pz_json_number(w, "size_bytes", (double) usage.size);
    ngx_pz_json_number(w, "used_bytes", (double) usage.used);
    ngx_pz_json_number(w, "entries", (double) usage.entries);
    ngx_pz_json_number(w, "index_entries", (double) usage.places);
    pz_json_object_end(w);
}


static void
ngx_pz_status_words(pz_json_writer_t *w, ngx_pz_counters_t *counters)
{
    ngx_uint_t  i;

    ngx_pz_json_object(w, "responses");
    for (i = 0; i < NGX_PZ_STATUS_LAST; i++) {
        pz_json_key(w, ngx_pz_str(*ngx_pz_status_word(i)));
        pz_json_number(w, (double) counters->statuses[i]);
    }
    pz_json_object_end(w);

    ngx_pz_json_object(w, "lookups");
    for (i = 0; i < NGX_PZ_LOOKUP_LAST; i++) {
        pz_json_key(w, ngx_pz_str(*ngx_pz_lookup_word(i)));
        pz_json_number(w, (double) counters->lookups[i]);
    }
    pz_json_object_end(w);
}


/* The list of events has the counters of a family behind each other. */
static void
ngx_pz_status_events(pz_json_writer_t *w, ngx_pz_counters_t *counters)
{
    ngx_uint_t                  i;
    const char                 *family;
    const ngx_pz_event_name_t  *name;

    family = "";

    for (i = 0; i < NGX_PZ_EVENT_LAST; i++) {
        name = ngx_pz_event_name(i);

        if (ngx_strcmp(name->family, family) != 0) {
            if (i > 0) {
                pz_json_object_end(w);
            }

            family = name->family;
            ngx_pz_json_object(w, family);
        }

        ngx_pz_json_number(w, name->value, (double) counters->events[i]);
    }

    pz_json_object_end(w);
}


static void
ngx_pz_status_write(pz_json_writer_t *w, ngx_pz_worker_t *worker)
{
    ngx_uint_t  i;

    ngx_pz_json_text(w, "version", PZ_STR(PZ_VERSION));
    ngx_pz_json_text(w, "nginx", PZ_STR(NGINX_VERSION));
    ngx_pz_status_worker(w, worker);

    ngx_pz_json_array(w, "rules");
    for (i = 0; i < worker->nrulebooks; i++) {
        ngx_pz_status_rulebook(w, worker->rulebooks[i]);
    }
    pz_json_array_end(w);

    ngx_pz_json_array(w, "redis");
    for (i = 0; i < worker->nstores; i++) {
        ngx_pz_status_redis(w, worker, i);
    }
    pz_json_array_end(w);

    ngx_pz_json_array(w, "caches");
    for (i = 0; i < worker->ncaches; i++) {
        ngx_pz_status_cache(w, worker->caches[i]);
    }
    pz_json_array_end(w);

    ngx_pz_json_object(w, "counters");
    ngx_pz_status_words(w, worker->counters);
    ngx_pz_status_events(w, worker->counters);
    pz_json_object_end(w);

    ngx_pz_json_object(w, "times");
    ngx_pz_times_status(w, worker->counters);
    pz_json_object_end(w);
}


ngx_int_t
ngx_pz_status_send(ngx_http_request_t *r, ngx_pz_worker_t *worker)
{
    ngx_pz_json_reply_t  reply;

    if (ngx_pz_json_open(r, &reply, NGX_PZ_STATUS_MAX) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_pz_status_write(&reply.w, worker);

    return ngx_pz_json_send(r, &reply, NGX_HTTP_OK);
}
