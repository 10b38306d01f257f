/*
 * Stage: content that is fetched after the decision and joined at its slot.
 */
#include "ngx_pz_content.h"
#include "ngx_pz_decision.h"
#include "ngx_pz_products.h"
#include "pz_redis_coupon.h"

#define NGX_PZ_CONTENT_COMMANDS  65536    /* bytes of one slot's commands */

typedef struct ngx_pz_slot_s  ngx_pz_slot_t;

struct ngx_pz_slot_s {
    ngx_pz_request_t  *pr;
    const pz_want_t   *want;
    ngx_pz_query_t     query;
    ngx_pz_products_t  products;
    ngx_str_t          html;
    unsigned           pending:1;
};

struct ngx_pz_content_s {
    ngx_pz_slot_t              *slots;
    ngx_uint_t                  nslots;
    ngx_msec_t                  until;
    ngx_pz_request_on_done_pt   on_fill;
};

typedef struct ngx_pz_content_s  ngx_pz_content_t;

static void ngx_pz_content_abandon(ngx_pz_request_t *pr);
static ngx_int_t ngx_pz_content_ask_products(ngx_pz_slot_t *slot);
static void ngx_pz_content_on_lists(ngx_pz_query_t *query);
static void ngx_pz_content_on_products(ngx_pz_query_t *query);
static void ngx_pz_content_on_coupon(ngx_pz_query_t *query);


static ngx_pz_store_t *
ngx_pz_content_store(ngx_pz_request_t *pr)
{
    return pr->worker->stores[pr->settings->store];
}


/* Send what `sb` holds; NGX_DECLINED: the slot stays empty. */
static ngx_int_t
ngx_pz_content_send(ngx_pz_slot_t *slot, pz_sb_t *sb, ngx_uint_t expected,
    ngx_pz_query_done_pt done)
{
    ngx_msec_int_t     left;
    ngx_pz_query_t    *query;
    ngx_pz_request_t  *pr;

    pr = slot->pr;
    query = &slot->query;
    left = (ngx_msec_int_t) (pr->content->until - ngx_current_msec);

    ngx_memzero(query, sizeof(ngx_pz_query_t));

    if (left <= 0 || pz_sb_done(sb, &query->commands) != 0) {
        return NGX_DECLINED;
    }

    query->expected = expected;
    query->timeout = (ngx_msec_t) left;
    query->arena = pr->arena;
    query->done = done;
    query->data = slot;

    if (ngx_pz_store_send(ngx_pz_content_store(pr), query) != NGX_OK) {
        return NGX_DECLINED;
    }

    slot->pending = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_pz_content_ask(ngx_pz_slot_t *slot)
{
    pz_sb_t            sb;
    pz_str_t           prefix;
    ngx_uint_t         expected;
    const pz_want_t   *want;
    ngx_pz_request_t  *pr;

    pr = slot->pr;
    want = slot->want;
    prefix = ngx_pz_str(pr->settings->redis->prefix);

    pz_sb_init(&sb, pr->arena, NGX_PZ_CONTENT_COMMANDS);

    if (want->kind == PZ_WANT_COUPON) {
        pz_redis_coupon_command(&sb, prefix, want->pool,
                                ngx_pz_str(pr->visitor.id), want->ttl, 0);

        return ngx_pz_content_send(slot, &sb, 1, ngx_pz_content_on_coupon);
    }

    expected = ngx_pz_products_ask_lists(&slot->products, &sb, prefix, want);

    return expected == 0 ? NGX_DECLINED
           : ngx_pz_content_send(slot, &sb, expected, ngx_pz_content_on_lists);
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
    slot = pz_arena_array(pr->arena, pr->decision.plan.nwants, sizeof(ngx_pz_slot_t));

    if (content == NULL || slot == NULL) {
        return NGX_ERROR;
    }

    content->slots = slot;
    content->nslots = pr->decision.plan.nwants;
    content->until = ngx_current_msec + pr->settings->deadline;
    content->on_fill = on_fill;

    pr->content = content;
    pr->abandon_content = ngx_pz_content_abandon;

    for (i = 0; i < content->nslots; i++) {
        slot[i].pr = pr;
        slot[i].want = &pr->decision.plan.wants[i];

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
ngx_pz_content_replied(ngx_pz_slot_t *slot)
{
    slot->pending = 0;

    if (slot->query.status == NGX_PZ_QUERY_OK) {
        return 1;
    }

    if (slot->query.status == NGX_PZ_QUERY_TIMEOUT) {
        ngx_pz_request_count(slot->pr, SLOT_LATE);
    }

    ngx_pz_content_settle(slot, -1, PZ_STR_NONE);

    return 0;
}


static void
ngx_pz_content_on_lists(ngx_pz_query_t *query)
{
    ngx_pz_slot_t  *slot = query->data;

    if (!ngx_pz_content_replied(slot)) {
        return;
    }

    ngx_pz_products_read_lists(&slot->products, query->replies, query->received,
                               slot->want);

    if (slot->products.n == 0) {
        ngx_pz_content_settle(slot, 1, PZ_STR_NONE);
        return;
    }

    if (ngx_pz_content_ask_products(slot) != NGX_OK) {
        ngx_pz_content_settle(slot, -1, PZ_STR_NONE);
    }
}


static ngx_int_t
ngx_pz_content_ask_products(ngx_pz_slot_t *slot)
{
    pz_sb_t  sb;

    pz_sb_init(&sb, slot->pr->arena, NGX_PZ_CONTENT_COMMANDS);

    ngx_pz_products_ask(&slot->products, &sb,
                        ngx_pz_str(slot->pr->settings->redis->prefix));

    return ngx_pz_content_send(slot, &sb, slot->products.n,
                               ngx_pz_content_on_products);
}


static void
ngx_pz_content_on_products(ngx_pz_query_t *query)
{
    int                 rc;
    pz_str_t            html;
    ngx_pz_slot_t      *slot = query->data;
    ngx_pz_request_t   *pr;
    pz_ruleset_input_t  in;

    if (!ngx_pz_content_replied(slot)) {
        return;
    }

    pr = slot->pr;
    html = PZ_STR_NONE;
    rc = -1;

    if (ngx_pz_products_read(&slot->products, pr->arena, query->replies) == NGX_OK) {
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

    if (!ngx_pz_content_replied(slot)) {
        return;
    }

    pr = slot->pr;
    html = PZ_STR_NONE;
    rc = -1;

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
ngx_pz_content_cancel(ngx_pz_request_t *pr, ngx_uint_t i)
{
    pr->content->slots[i].pending = 0;
    ngx_pz_store_cancel(ngx_pz_content_store(pr), &pr->content->slots[i].query);
}


static void
ngx_pz_content_abandon(ngx_pz_request_t *pr)
{
    ngx_uint_t  i;

    for (i = 0; i < pr->content->nslots; i++) {
        if (pr->content->slots[i].pending) {
            ngx_pz_content_cancel(pr, i);
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
            ngx_pz_content_cancel(pr, i);
            ngx_pz_request_count(pr, SLOT_OVERFLOW);
        }
    }
}
