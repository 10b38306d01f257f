#include "ngx_pz_probe.h"

/*
 * burst=N    queries in all, "%d" in their words being their number
 * window=W   so many out at a time; a done() starts the next one
 * tmax=MS    each gets a time-out of 1..MS by chance; else t=
 * drop=1     the first done() cancels all others
 * An answer that is not the last word of its own question counts as wrong.
 */

typedef struct ngx_pz_probe_burst_s  ngx_pz_probe_burst_t;

typedef struct {
    ngx_pz_probe_burst_t  *burst;
    ngx_pz_query_t         query;
    pz_arena_t            *arena;
    pz_str_t               word;
    ngx_uint_t             out;
} ngx_pz_probe_slot_t;

struct ngx_pz_probe_burst_s {
    ngx_http_request_t   *request;
    ngx_pz_probe_main_t  *probe;
    ngx_pz_probe_slot_t  *slots;
    ngx_uint_t            nslots;
    ngx_uint_t            total, started, finished, out;
    ngx_uint_t            counts[4];
    ngx_uint_t            wrong, cancelled, depth, deepest, in_send, from_send;
    ngx_uint_t            tmax, timeout, drop;
    ngx_msec_t            first, last;
    ngx_event_t           again;
    unsigned              answered:1;
};

static void ngx_pz_probe_burst_pump(ngx_pz_probe_burst_t *burst);


static void
ngx_pz_probe_burst_answer(ngx_pz_probe_burst_t *burst)
{
    pz_sb_t            sb;
    pz_arena_t        *arena;
    ngx_connection_t  *c;

    if (burst->answered || burst->finished + burst->cancelled < burst->total) {
        return;
    }

    burst->answered = 1;
    c = burst->request->connection;
    arena = burst->slots[0].arena;
    pz_arena_reset(arena);
    pz_sb_init(&sb, arena, 4096);
    pz_sb_printf(&sb, "ok=%u\ntimeout=%u\nclosed=%u\nrefused=%u\n",
                 (unsigned) burst->counts[0], (unsigned) burst->counts[1],
                 (unsigned) burst->counts[2], (unsigned) burst->counts[3]);
    pz_sb_printf(&sb, "wrong=%u\ncancelled=%u\ndeepest=%u\nfrom_send=%u\nspread=%u\n",
                 (unsigned) burst->wrong, (unsigned) burst->cancelled,
                 (unsigned) burst->deepest, (unsigned) burst->from_send,
                 (unsigned) (burst->last - burst->first));

    ngx_http_finalize_request(burst->request, ngx_pz_probe_send_text(burst->request, &sb));
    ngx_http_run_posted_requests(c);
}


static void
ngx_pz_probe_burst_drop(ngx_pz_probe_burst_t *burst)
{
    ngx_uint_t  i;

    burst->drop = 0;

    for (i = 0; i < burst->nslots; i++) {
        if (burst->slots[i].out) {
            ngx_pz_store_cancel(burst->probe->store, &burst->slots[i].query);
            burst->slots[i].out = 0;
            burst->out--;
            burst->cancelled++;
        }
    }

    burst->cancelled += burst->total - burst->started;
    burst->started = burst->total;
}


static void
ngx_pz_probe_burst_done(ngx_pz_query_t *query)
{
    ngx_pz_probe_slot_t   *slot = query->data;
    ngx_pz_probe_burst_t  *burst = slot->burst;

    burst->from_send += burst->in_send;
    burst->depth++;
    burst->deepest = ngx_max(burst->deepest, burst->depth);

    slot->out = 0;
    burst->out--;
    burst->finished++;
    burst->counts[query->status]++;

    burst->last = ngx_current_msec;
    burst->first = burst->first ? burst->first : burst->last;

    if (query->status == NGX_PZ_QUERY_OK
        && (query->replies[0] == NULL || !pz_str_eq(query->replies[0]->text, slot->word)))
    {
        burst->wrong++;
    }

    if (burst->drop) {
        ngx_pz_probe_burst_drop(burst);
    }

    ngx_pz_probe_burst_pump(burst);
    burst->depth--;

    if (burst->depth == 0) {
        ngx_pz_probe_burst_answer(burst);
    }
}


static ngx_int_t
ngx_pz_probe_burst_start(ngx_pz_probe_burst_t *burst, ngx_pz_probe_slot_t *slot)
{
    ngx_int_t        rc;
    ngx_pz_query_t  *query = &slot->query;

    pz_arena_reset(slot->arena);

    if (ngx_pz_probe_commands(burst->request, slot->arena, burst->started, &query->commands,
                              &query->expected, &slot->word)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    query->timeout = burst->tmax ? 1 + (ngx_uint_t) ngx_random() % burst->tmax
                                 : burst->timeout;
    query->arena = slot->arena;
    query->done = ngx_pz_probe_burst_done;
    query->data = slot;

    burst->in_send = 1;
    rc = ngx_pz_store_send(burst->probe->store, query);
    burst->in_send = 0;

    if (rc == NGX_OK) {
        slot->out = 1;
        burst->out++;
        burst->started++;
    }

    return rc;
}


/* What is refused is counted and asked again a little later. */
static void
ngx_pz_probe_burst_pump(ngx_pz_probe_burst_t *burst)
{
    ngx_uint_t  i;

    for (i = 0; i < burst->nslots && burst->started < burst->total; i++) {
        if (burst->slots[i].out) {
            continue;
        }

        if (ngx_pz_probe_burst_start(burst, &burst->slots[i]) != NGX_OK) {
            burst->counts[NGX_PZ_QUERY_REFUSED]++;

            if (!burst->again.timer_set) {
                ngx_add_timer(&burst->again, 5);
            }

            return;
        }
    }
}


static void
ngx_pz_probe_burst_again(ngx_event_t *ev)
{
    ngx_pz_probe_burst_pump(ev->data);
}


static void
ngx_pz_probe_burst_cleanup(void *data)
{
    ngx_uint_t             i;
    ngx_pz_probe_burst_t  *burst = data;

    if (burst->again.timer_set) {
        ngx_del_timer(&burst->again);
    }

    for (i = 0; i < burst->nslots; i++) {
        if (burst->slots[i].out) {
            ngx_pz_store_cancel(burst->probe->store, &burst->slots[i].query);
        }

        pz_arena_destroy(burst->slots[i].arena);
    }
}


static ngx_pz_probe_burst_t *
ngx_pz_probe_burst_create(ngx_http_request_t *r, ngx_pz_probe_main_t *probe)
{
    ngx_uint_t             window;
    ngx_pool_cleanup_t    *cln;
    ngx_pz_probe_burst_t  *burst;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_pz_probe_burst_t));
    if (cln == NULL) {
        return NULL;
    }

    burst = cln->data;
    ngx_memzero(burst, sizeof(ngx_pz_probe_burst_t));
    cln->handler = ngx_pz_probe_burst_cleanup;

    burst->request = r;
    burst->probe = probe;
    burst->total = ngx_pz_probe_number(r, "burst", 1);
    burst->tmax = ngx_pz_probe_number(r, "tmax", 0);
    burst->timeout = ngx_pz_probe_number(r, "t", 0);
    burst->drop = ngx_pz_probe_number(r, "drop", 0);
    burst->again.handler = ngx_pz_probe_burst_again;
    burst->again.data = burst;
    burst->again.log = r->connection->log;

    window = ngx_pz_probe_number(r, "window", burst->total);
    burst->slots = ngx_pcalloc(r->pool, window * sizeof(ngx_pz_probe_slot_t));

    while (burst->slots != NULL && burst->nslots < window) {
        burst->slots[burst->nslots].burst = burst;
        burst->slots[burst->nslots].arena = pz_arena_create(65536, 1024);

        if (burst->slots[burst->nslots++].arena == NULL) {
            return NULL;
        }
    }

    return burst->slots != NULL ? burst : NULL;
}


ngx_int_t
ngx_pz_probe_burst(ngx_http_request_t *r, ngx_pz_probe_main_t *probe)
{
    ngx_pz_probe_burst_t  *burst;

    burst = ngx_pz_probe_burst_create(r, probe);
    if (burst == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->main->count++;
    ngx_pz_probe_burst_pump(burst);

    return NGX_DONE;
}
