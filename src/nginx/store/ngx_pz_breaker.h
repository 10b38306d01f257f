/*
 * When to stop asking a server that does not answer, and when to try again.
 *
 *   closed   queries pass
 *   open     queries are refused at once; a timer runs, longer each time
 *   probing  refused still; one PING or one connection attempt is out
 *
 * An attempt that fails opens again, with twice the delay.  Only a reply to a
 * real query brings the delay back to its start: a server that answers PING
 * and nothing else must not be hammered.
 */
#ifndef NGX_PZ_BREAKER_H
#define NGX_PZ_BREAKER_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

/* Milliseconds; the real delay is between half of it and all of it. */
#define NGX_PZ_BREAKER_DELAY_MIN  100
#define NGX_PZ_BREAKER_DELAY_MAX  10000

#define NGX_PZ_BREAKER_TIMEOUTS   5
#define NGX_PZ_BREAKER_LOSSES     3

typedef enum {
    NGX_PZ_BREAKER_CLOSED = 0, NGX_PZ_BREAKER_OPEN, NGX_PZ_BREAKER_PROBING
} ngx_pz_breaker_state_e;

typedef void (*ngx_pz_breaker_on_retry_pt)(void *data);

typedef struct {
    ngx_pz_breaker_state_e       state;
    ngx_uint_t                   failures;   /* in a row, of any kind */
    ngx_uint_t                   losses;     /* in a row, of working connections */
    ngx_uint_t                   timeouts;   /* in a row */
    ngx_uint_t                   opened;     /* since the last good reply */
    ngx_event_t                  timer;
    ngx_pz_breaker_on_retry_pt   on_retry;
    void                        *data;
} ngx_pz_breaker_t;

/* on_retry() is called in state probing: find out, and tell by proved() or failed(). */
void ngx_pz_breaker_init(ngx_pz_breaker_t *breaker, ngx_log_t *log,
    ngx_pz_breaker_on_retry_pt on_retry, void *data);
void ngx_pz_breaker_destroy(ngx_pz_breaker_t *breaker);

/* As new: another server is meant from now on. */
void ngx_pz_breaker_reset(ngx_pz_breaker_t *breaker);

/* Each returns 1 when the breaker went from closed to open by it. */
ngx_uint_t ngx_pz_breaker_failed(ngx_pz_breaker_t *breaker);      /* unusable: open at once */
ngx_uint_t ngx_pz_breaker_lost(ngx_pz_breaker_t *breaker);        /* open at the third in a row */
ngx_uint_t ngx_pz_breaker_timed_out(ngx_pz_breaker_t *breaker);   /* open at the fifth in a row */

/* Do not wait for the timer: state probing, if it was open; the delay stays as it grew. */
void ngx_pz_breaker_probe(ngx_pz_breaker_t *breaker);

/* The server is there. */
void ngx_pz_breaker_proved(ngx_pz_breaker_t *breaker);

/* It answered a query in time. */
void ngx_pz_breaker_replied(ngx_pz_breaker_t *breaker);

/* Milliseconds until the next attempt; 0 when none is planned. */
ngx_msec_t ngx_pz_breaker_retry_in(const ngx_pz_breaker_t *breaker);

#endif
