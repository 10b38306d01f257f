#include "ngx_pz_breaker.h"


static void
ngx_pz_breaker_on_timer(ngx_event_t *ev)
{
    ngx_pz_breaker_t  *breaker = ev->data;

    breaker->state = NGX_PZ_BREAKER_PROBING;
    breaker->on_retry(breaker->data);
}


void
ngx_pz_breaker_init(ngx_pz_breaker_t *breaker, ngx_log_t *log,
    ngx_pz_breaker_on_retry_pt on_retry, void *data)
{
    ngx_memzero(breaker, sizeof(ngx_pz_breaker_t));

    breaker->on_retry = on_retry;
    breaker->data = data;
    breaker->timer.handler = ngx_pz_breaker_on_timer;
    breaker->timer.data = breaker;
    breaker->timer.log = log;
    breaker->timer.cancelable = 1;
}


void
ngx_pz_breaker_destroy(ngx_pz_breaker_t *breaker)
{
    if (breaker->timer.timer_set) {
        ngx_del_timer(&breaker->timer);
    }
}


void
ngx_pz_breaker_reset(ngx_pz_breaker_t *breaker)
{
    ngx_pz_breaker_proved(breaker);
    ngx_pz_breaker_replied(breaker);
}


/* Half of the delay is chance, so that the workers of many servers do not come back as one. */
static ngx_msec_t
ngx_pz_breaker_delay(ngx_uint_t opened)
{
    ngx_msec_t  delay;

    delay = NGX_PZ_BREAKER_DELAY_MIN;

    while (opened-- > 0 && delay < NGX_PZ_BREAKER_DELAY_MAX) {
        delay *= 2;
    }

    delay = ngx_min(delay, NGX_PZ_BREAKER_DELAY_MAX) / 2;
    return delay + (ngx_msec_t) ngx_random() % (delay + 1);
}


static ngx_uint_t
ngx_pz_breaker_open(ngx_pz_breaker_t *breaker)
{
    ngx_uint_t  was_closed;

    if (breaker->state == NGX_PZ_BREAKER_OPEN) {
        return 0;
    }

    was_closed = breaker->state == NGX_PZ_BREAKER_CLOSED;

    breaker->state = NGX_PZ_BREAKER_OPEN;
    breaker->timeouts = 0;
    ngx_add_timer(&breaker->timer, ngx_pz_breaker_delay(breaker->opened));
    breaker->opened++;

    return was_closed;
}


ngx_uint_t
ngx_pz_breaker_failed(ngx_pz_breaker_t *breaker)
{
    breaker->failures++;
    return ngx_pz_breaker_open(breaker);
}


ngx_uint_t
ngx_pz_breaker_lost(ngx_pz_breaker_t *breaker)
{
    breaker->failures++;
    breaker->losses++;

    if (breaker->losses < NGX_PZ_BREAKER_LOSSES
        && breaker->state == NGX_PZ_BREAKER_CLOSED)
    {
        return 0;
    }

    return ngx_pz_breaker_open(breaker);
}


ngx_uint_t
ngx_pz_breaker_timed_out(ngx_pz_breaker_t *breaker)
{
    breaker->timeouts++;

    if (breaker->timeouts < NGX_PZ_BREAKER_TIMEOUTS
        || breaker->state != NGX_PZ_BREAKER_CLOSED)
    {
        return 0;
    }

    breaker->failures++;
    return ngx_pz_breaker_open(breaker);
}


void
ngx_pz_breaker_probe(ngx_pz_breaker_t *breaker)
{
    if (breaker->timer.timer_set) {
        ngx_del_timer(&breaker->timer);
    }

    if (breaker->state == NGX_PZ_BREAKER_OPEN) {
        breaker->state = NGX_PZ_BREAKER_PROBING;
    }
}


void
ngx_pz_breaker_proved(ngx_pz_breaker_t *breaker)
{
    if (breaker->timer.timer_set) {
        ngx_del_timer(&breaker->timer);
    }

    breaker->state = NGX_PZ_BREAKER_CLOSED;
    breaker->timeouts = 0;
}


void
ngx_pz_breaker_replied(ngx_pz_breaker_t *breaker)
{
    breaker->failures = 0;
    breaker->losses = 0;
    breaker->timeouts = 0;
    breaker->opened = 0;
}


ngx_msec_t
ngx_pz_breaker_retry_in(const ngx_pz_breaker_t *breaker)
{
    ngx_msec_int_t  left;

    if (!breaker->timer.timer_set) {
        return 0;
    }

    left = (ngx_msec_int_t) (breaker->timer.timer.key - ngx_current_msec);
    return left > 0 ? (ngx_msec_t) left : 0;
}
