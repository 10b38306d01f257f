/*
 * Stage: content that is fetched after the decision and joined at its slot.
 */
#include "ngx_pz_content.h"
#include "ngx_pz_decision.h"
#include "ngx_pz_products.h"
#include "pz_redis_coupon.h"

#define NGX_PZ_CONTENT_COMMAND  4096    /* bytes: names of pools and visitors are bounded */

typedef struct ngx_pz_slot_s  ngx_pz_slot_t;

struct ngx_pz_slot_s {
    ngx_pz_request_t     *pr;
    const pz_want_t      *want;
    ngx_pz_query_t        query;       /* of a coupon, which no cache may hold */
    uint64_t              asked;       /* by ngx_pz_clock(): of that */
    ngx_pz_fetch_t        fetch;       /* of lists, then of products */
    ngx_str_t             html;
    unsigned              pending:1;

    /* those who put them in make them: a few of many */
    ngx_pz_fetch_item_t   items[NGX_PZ_QUERY_REPLIES];
    ngx_pz_products_t     products;
};

struct ngx_pz_content_s {
    ngx_pz_slot_t              *slots;
    ngx_uint_t                  nslots;
    ngx_msec_t                  until;
    ngx_pz_request_on_done_pt   on_fill;
};

typedef struct ngx_pz_content_s  ngx_pz_content_t;

static void ngx_pz_content_abandon(ngx_pz_request_t *pr);
static void ngx_pz_content_on_lists(ngx_pz_fetch_t *fetch);
static void ngx_pz_content_on_products(ngx_pz_fetch_t *fetch);
static void ngx_pz_content_on_coupon(ngx_pz_query_t *query);


static ngx_pz_store_t *
ngx_pz_content_store(ngx_pz_request_t *pr)
{
    return pr->worker->stores[pr->settings->store];
}


/* How long a slot may still wait; 0: no longer. */
static ngx_msec_t
ngx_pz_content_left(ngx_pz_slot_t *slot)
{
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (slot->pr->content->until - ngx_current_msec);

    return left > 0 ? (ngx_msec_t) left : 0;
}


/* NGX_DECLINED: the slot stays empty. */
static ngx_int_t
ngx_pz_content_ask_coupon(ngx_pz_slot_t *slot)
{
    pz_sb_t            sb;
    ngx_pz_query_t    *query;
    ngx_pz_request_t  *pr;

    pr = slot->pr;
    query = &slot->query;

    pz_sb_init(&sb, pr->arena, NGX_PZ_CONTENT_COMMAND);
    pz_redis_coupon_command(&sb, ngx_pz_str(pr->settings->redis->prefix),
                            slot->want->pool, ngx_pz_str(pr->visitor.id),
                            slot->want->ttl, 0);

    if (pz_sb_done(&sb, &query->commands) != 0) {
        return NGX_DECLINED;
    }

    query->expected = 1;
    query->timeout = ngx_pz_content_left(slot);
    query->arena = pr->arena;
    query->done = ngx_pz_content_on_coupon;
    query->data = slot;

    slot->asked = ngx_pz_clock();

    if (ngx_pz_store_send(ngx_pz_content_store(pr), query) != NGX_OK) {
        return NGX_DECLINED;
    }

    slot->pending = 1;

    return NGX_OK;
}


/* `n` of the slot's items are set; what is here already is dealt with at once. */
static ngx_int_t
ngx_pz_content_fetch(ngx_pz_slot_t *slot, ngx_uint_t n, ngx_pz_fetch_on_done_pt done)
{
    ngx_pz_fetch_t    *fetch;
    ngx_pz_request_t  *pr;

    pr = slot->pr;
    fetch = &slot->fetch;

    ngx_memzero(fetch, sizeof(ngx_pz_fetch_t));

    fetch->timeout = ngx_pz_content_left(slot);

    if (n == 0 || fetch->timeout == 0) {
        return NGX_DECLINED;
    }

    fetch->worker = pr->worker;
    fetch->store = pr->settings->store;
    fetch->cache = pr->settings->cache;
    fetch->arena = pr->arena;
    fetch->items = slot->items;
    fetch->n = n;
    fetch->done = done;
    fetch->data = slot;

    if (ngx_pz_fetch_start(fetch) == NGX_OK) {
        slot->pending = 1;

    } else {
        done(fetch);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pz_content_ask(ngx_pz_slot_t *slot)
{
    ngx_uint_t  n;

    if (slot->want->kind == PZ_WANT_COUPON) {
        return ngx_pz_content_ask_coupon(slot);
    }

    n = ngx_pz_products_ask_lists(&slot->products, slot->pr->arena,
                                  ngx_pz_str(slot->pr->settings->redis->prefix),
                                  slot->want, slot->items);

    return ngx_pz_content_fetch(slot, n, ngx_pz_content_on_lists);
}


ngx_int_t
ngx_pz_content_begin(ngx_pz_request_t *pr, ngx_pz_request_on_done_pt on_fill)
{
    size_t             i;
    ngx_pz_slot_t     *slot;
    ngx_pz_content_t  *content;

    if (pr->decision.plan.nwants == 0) {
        return NGX_OK;
    }

    content = pz_arena_zalloc(pr->arena, sizeof(ngx_pz_content_t));
    slot = pz_arena_alloc(pr->arena, pr->decision.plan.nwants * sizeof(ngx_pz_slot_t));

    if (content == NULL || slot == NULL) {
        return NGX_ERROR;
    }

    content->slots = slot;
    content->nslots = pr->decision.plan.nwants;
    content->until = ngx_current_msec + pr->settings->deadline;
    content->on_fill = on_fill;

    pr->content = content;
    pr->abandon_content = ngx_pz_content_abandon;

    /* all, before the first asks: what is here at once looks at the others */
    for (i = 0; i < content->nslots; i++) {
        ngx_memzero(&slot[i], offsetof(ngx_pz_slot_t, items));
        slot[i].pr = pr;
        slot[i].want = &pr->decision.plan.wants[i];
    }

    for (i = 0; i < content->nslots; i++) {
        /* who keeps no cookie would draw another code with every page: docs/adr/0004 */
        if (!pr->visitor.returning && slot[i].want->kind == PZ_WANT_COUPON) {
            continue;
        }

        if (!pr->visitor.consent || ngx_pz_content_ask(&slot[i]) != NGX_OK) {
            ngx_pz_request_count(pr, SLOT_FAILED);
        }
    }

    return NGX_OK;
}


/* The last word on a slot; rc is what the rule set made of its content. */
static void
ngx_pz_content_settle(ngx_pz_slot_t *slot, int rc, pz_str_t html)
{
    ngx_pz_request_t  *pr;

    pr = slot->pr;

    if (rc == 0) {
        slot->html = ngx_pz_ngx_str(html);
    }

    if (rc < 0) {
        ngx_pz_request_count(pr, SLOT_FAILED);

    } else if (slot->want->kind == PZ_WANT_COUPON) {
        if (rc == 0) {
            ngx_pz_request_count(pr, COUPON_SHOWN);

        } else {
            ngx_pz_request_count(pr, COUPON_EMPTY);
        }

    } else if (rc == 0) {
        ngx_pz_request_count(pr, RECS_SHOWN);

    } else {
        ngx_pz_request_count(pr, RECS_EMPTY);
    }

    pr->content->on_fill(pr);
}


/* 1: the replies are there; 0: the slot was settled as failed. */
static ngx_uint_t
ngx_pz_content_replied(ngx_pz_slot_t *slot, ngx_pz_query_status_e status)
{
    slot->pending = 0;

    if (status == NGX_PZ_QUERY_OK) {
        return 1;
    }

    if (status == NGX_PZ_QUERY_TIMEOUT) {
        ngx_pz_request_count(slot->pr, SLOT_LATE);
    }

    ngx_pz_content_settle(slot, -1, PZ_STR_NONE);

    return 0;
}


static void
ngx_pz_content_on_lists(ngx_pz_fetch_t *fetch)
{
    ngx_pz_slot_t  *slot = fetch->data;

    if (!ngx_pz_content_replied(slot, fetch->status)) {
        return;
    }

    ngx_pz_products_read_lists(&slot->products, slot->items, fetch->n, slot->want);

    if (slot->products.n == 0) {
        ngx_pz_content_settle(slot, 1, PZ_STR_NONE);
        return;
    }

    ngx_pz_products_ask(&slot->products, slot->pr->arena,
                        ngx_pz_str(slot->pr->settings->redis->prefix), slot->items);

    if (ngx_pz_content_fetch(slot, slot->products.n, ngx_pz_content_on_products)
        != NGX_OK)
    {
        ngx_pz_content_settle(slot, -1, PZ_STR_NONE);
    }
}


static void
ngx_pz_content_on_products(ngx_pz_fetch_t *fetch)
{
    int                 rc;
    pz_str_t            html;
    ngx_pz_slot_t      *slot = fetch->data;
    ngx_pz_request_t   *pr;
    pz_ruleset_input_t  in;

    if (!ngx_pz_content_replied(slot, fetch->status)) {
        return;
    }

    pr = slot->pr;
    html = PZ_STR_NONE;
    rc = -1;

    if (ngx_pz_products_read(&slot->products, pr->arena, slot->items) == NGX_OK) {
        in = ngx_pz_decision_input(pr);
        rc = pz_ruleset_recommendations(pr->decision.rules, &in, slot->want,
                                        slot->products.product, slot->products.n,
                                        &html);
    }

    ngx_pz_content_settle(slot, rc, html);
}


/* [code, seconds that are left], or nil: the pool is empty. */
static void
ngx_pz_content_on_coupon(ngx_pz_query_t *query)
{
    int                 rc;
    time_t              expires;
    pz_str_t            html;
    pz_reply_t         *reply;
    ngx_pz_slot_t      *slot = query->data;
    ngx_pz_request_t   *pr;
    pz_ruleset_input_t  in;

    if (!ngx_pz_content_replied(slot, query->status)) {
        return;
    }

    pr = slot->pr;
    html = PZ_STR_NONE;
    rc = -1;

    ngx_pz_request_time(pr, REDIS_COUPON, slot->asked);

    reply = query->replies[0];

    if (reply != NULL && reply->type == PZ_REPLY_NIL) {
        rc = 1;

    } else if (reply != NULL && reply->type == PZ_REPLY_ARRAY && reply->nitems == 2
               && reply->items[0]->type == PZ_REPLY_STRING
               && reply->items[1]->type == PZ_REPLY_INTEGER)
    {
        /* TTL's -1: somebody stored this code for good */
        expires = reply->items[1]->integer < 0
                  ? 0 : ngx_time() + reply->items[1]->integer;

        in = ngx_pz_decision_input(pr);
        rc = pz_ruleset_coupon(pr->decision.rules, &in, slot->want,
                               reply->items[0]->text, expires, &html);
    }

    ngx_pz_content_settle(slot, rc, html);
}


ngx_int_t
ngx_pz_content_fill(void *data, ngx_uint_t slot, ngx_str_t *html)
{
    ngx_pz_request_t  *pr = data;

    if (pr->content->slots[slot].pending) {
        return NGX_AGAIN;
    }

    *html = pr->content->slots[slot].html;

    return NGX_OK;
}


static void
ngx_pz_content_cancel(ngx_pz_slot_t *slot)
{
    slot->pending = 0;

    if (slot->want->kind == PZ_WANT_COUPON) {
        ngx_pz_store_cancel(ngx_pz_content_store(slot->pr), &slot->query);

    } else {
        ngx_pz_fetch_cancel(&slot->fetch);
    }
}


static void
ngx_pz_content_abandon(ngx_pz_request_t *pr)
{
    ngx_uint_t  i;

    for (i = 0; i < pr->content->nslots; i++) {
        if (pr->content->slots[i].pending) {
            ngx_pz_content_cancel(&pr->content->slots[i]);
        }
    }
}


void
ngx_pz_content_give_up(ngx_pz_request_t *pr)
{
    ngx_uint_t  i;

    if (pr->content == NULL) {
        return;
    }

    for (i = 0; i < pr->content->nslots; i++) {
        if (pr->content->slots[i].pending) {
            ngx_pz_content_cancel(&pr->content->slots[i]);
            ngx_pz_request_count(pr, SLOT_OVERFLOW);
        }
    }
}
