/*
 * Counters shared by all workers, and the words that they are counted under.
 *
 * The lists below are the closed label sets of the metrics: status page,
 * Prometheus text and $personalize_status all print from them.
 */
#ifndef NGX_PZ_COUNTERS_H
#define NGX_PZ_COUNTERS_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_pz_histogram.h"

/*
 * How a response ended: $personalize_status.  Past NOTHING each is a reason for
 * which the page is the origin's.
 */
#define NGX_PZ_STATUSES(X)                                                     \
    X(APPLIED,        "applied")                                               \
    X(NOTHING,        "nothing")        /* no campaign chose this visitor */   \
    X(OFF,            "off")                                                   \
    X(NOT_PAGE,       "not_page")       /* no navigation: an image, a fetch */ \
    X(NOT_HTML,       "not_html")                                              \
    X(HEAD,           "head")                                                  \
    X(PARTIAL,        "partial")        /* 206 */                              \
    X(NOT_MODIFIED,   "not_modified")   /* 304 from the origin */              \
    X(STATUS,         "status")         /* redirect, error, 204 ... */         \
    X(NO_TRANSFORM,   "no_transform")                                          \
    X(ENCODING,       "encoding")       /* a Content-Encoding we cannot read */\
    X(CHARSET,        "charset")        /* UTF-16, ISO-2022-JP ... */          \
    X(RULES,          "rules")          /* no rule set could be loaded */      \
    X(LOOKUP_TIMEOUT, "lookup_timeout")                                        \
    X(LOOKUP_CLOSED,  "lookup_closed")  /* refused, lost, or garbage */        \
    X(LOOKUP_REFUSED, "lookup_refused") /* breaker open, or queue full */      \
    X(LOOKUP_ERROR,   "lookup_error")   /* an error reply */                   \
    X(MEMORY,         "memory")                                                \
    X(INFLATE,        "inflate")        /* compressed data that is broken */   \
    X(ABANDONED,      "abandoned")      /* the client left, or an error cut it off */

/* How the lookup ended: $personalize_lookup. */
#define NGX_PZ_LOOKUPS(X)                                                      \
    X(NONE,     "none")                                                        \
    X(HIT,      "hit")                                                         \
    X(STALE,    "stale")                                                       \
    X(MISS,     "miss")       /* read from Redis */                            \
    X(NEGATIVE, "negative")   /* Redis knows no such visitor */                \
    X(TIMEOUT,  "timeout")                                                     \
    X(ERROR,    "error")

/* Everything else that is counted: family, label, value.  A family's lines stay together. */
#define NGX_PZ_EVENTS(X)                                                       \
    X(COOKIE_NONE,       "visitor_cookies", "outcome", "none")                 \
    X(COOKIE_VALID,      "visitor_cookies", "outcome", "valid")                \
    X(COOKIE_RENEWED,    "visitor_cookies", "outcome", "renewed")              \
    X(COOKIE_FORGED,     "visitor_cookies", "outcome", "forged")               \
    X(COOKIE_SET,        "visitor_cookies", "outcome", "set")                  \
    X(CONSENT_NONE,      "consent_missing", "cause", "operator")               \
    X(CONSENT_GPC,       "consent_missing", "cause", "gpc")                    \
    X(HELD,              "held_responses",  "point", "header")                 \
    X(HELD_SLOT,         "held_responses",  "point", "slot")                   \
    X(EDIT_MATCHED,      "edits",           "outcome", "matched")              \
    X(EDIT_UNMATCHED,    "edits",           "outcome", "unmatched")            \
    X(EDIT_REFUSED,      "edits",           "outcome", "refused")              \
    X(REWRITE_AMBIGUOUS, "rewrites_ended",  "reason", "ambiguous")             \
    X(REWRITE_TAG,       "rewrites_ended",  "reason", "tag_limit")             \
    X(REWRITE_DEPTH,     "rewrites_ended",  "reason", "depth_limit")           \
    X(REWRITE_MEMORY,    "rewrites_ended",  "reason", "memory")                \
    X(RECS_SHOWN,        "slots",           "outcome", "recommendations_shown")\
    X(RECS_EMPTY,        "slots",           "outcome", "recommendations_empty")\
    X(COUPON_SHOWN,      "slots",           "outcome", "coupon_shown")         \
    X(COUPON_EMPTY,      "slots",           "outcome", "coupon_pool_empty")    \
    X(SLOT_LATE,         "slots",           "outcome", "late")                 \
    X(SLOT_FAILED,       "slots",           "outcome", "failed")               \
    X(SLOT_OVERFLOW,     "slots",           "outcome", "overflow")             \
    X(RULE_FAULT,        "rule_faults",     "kind", "call")                    \
    X(RULE_SWITCHED_OFF, "rule_faults",     "kind", "switched_off")            \
    X(RULES_LOADED,      "rule_loads",      "outcome", "loaded")               \
    X(RULES_BROKEN,      "rule_loads",      "outcome", "broken")               \
    X(FORGET_ERASED,     "forget_requests", "outcome", "erased")               \
    X(FORGET_CLEARED,    "forget_requests", "outcome", "cookie_only")          \
    X(FORGET_FAILED,     "forget_requests", "outcome", "failed")               \
    X(FORGET_FOREIGN,    "forget_requests", "outcome", "foreign")              \
    X(STORE_CONNECTED,   "redis",           "event", "connected")              \
    X(STORE_FAILED,      "redis",           "event", "connect_failed")         \
    X(STORE_LOST,        "redis",           "event", "lost")                   \
    X(STORE_TIMED_OUT,   "redis",           "event", "timeout")                \
    X(STORE_LATE,        "redis",           "event", "late_reply")             \
    X(STORE_PROTOCOL,    "redis",           "event", "protocol_error")         \
    X(STORE_BREAKER,     "redis",           "event", "refused_breaker")        \
    X(STORE_FULL,        "redis",           "event", "refused_full")           \
    X(STORE_OPENED,      "redis",           "event", "breaker_opened")         \
    X(STORE_REPLIED,     "redis",           "event", "reply")                  \
    X(STORE_ERROR,       "redis",           "event", "error_reply")            \
    X(STORE_MOVED,       "redis",           "event", "moved")                  \
    X(STORE_ASKED,       "redis",           "event", "ask")                    \
    X(STORE_AGAIN,       "redis",           "event", "try_again")              \
    X(STORE_UNCOVERED,   "redis",           "event", "slot_uncovered")         \
    X(STORE_MAPPED,      "redis",           "event", "slots_read")             \
    X(STORE_NEAR,        "redis",           "event", "near_query")             \
    X(WATCH_BEGUN,       "invalidation",    "event", "begun")                  \
    X(WATCH_LOST,        "invalidation",    "event", "lost")                   \
    X(WATCH_REFUSED,     "invalidation",    "event", "refused")                \
    X(WATCH_MISSED,      "invalidation",    "event", "heartbeat_missed")       \
    X(WATCH_MESSAGE,     "invalidation",    "event", "message")                \
    X(WATCH_KEY,         "invalidation",    "event", "key")                    \
    X(WATCH_FLUSH,       "invalidation",    "event", "flush")                  \
    X(CACHE_PROFILE_HIT,      "cache_reads", "outcome", "profile_hit")         \
    X(CACHE_PROFILE_STALE,    "cache_reads", "outcome", "profile_stale")       \
    X(CACHE_PROFILE_NEGATIVE, "cache_reads", "outcome", "profile_negative")    \
    X(CACHE_PROFILE_MISS,     "cache_reads", "outcome", "profile_miss")        \
    X(CACHE_LIST_HIT,         "cache_reads", "outcome", "list_hit")            \
    X(CACHE_LIST_STALE,       "cache_reads", "outcome", "list_stale")          \
    X(CACHE_LIST_NEGATIVE,    "cache_reads", "outcome", "list_negative")       \
    X(CACHE_LIST_MISS,        "cache_reads", "outcome", "list_miss")           \
    X(CACHE_PRODUCT_HIT,      "cache_reads", "outcome", "product_hit")         \
    X(CACHE_PRODUCT_STALE,    "cache_reads", "outcome", "product_stale")       \
    X(CACHE_PRODUCT_NEGATIVE, "cache_reads", "outcome", "product_negative")    \
    X(CACHE_PRODUCT_MISS,     "cache_reads", "outcome", "product_miss")        \
    X(CACHE_JOINED,      "cache",           "event", "joined")                 \
    X(CACHE_REFRESHED,   "cache",           "event", "refreshed")              \
    X(CACHE_STORED,      "cache",           "event", "stored")                 \
    X(CACHE_OVERTAKEN,   "cache",           "event", "overtaken")              \
    X(CACHE_TOO_LARGE,   "cache",           "event", "too_large")              \
    X(CACHE_EXPIRED,     "cache",           "event", "expired")                \
    X(CACHE_EVICTED,     "cache",           "event", "evicted")                \
    X(CACHE_DOUBTED,     "cache",           "event", "doubted")                \
    X(CACHE_INVALIDATED, "cache",           "event", "invalidated")            \
    X(CACHE_FLUSHED,     "cache",           "event", "flushed")                \
    X(CACHE_REPAIRED,    "cache",           "event", "repaired")               \
    X(PLACES_HIT,        "index",           "outcome", "hit")                  \
    X(PLACES_MISS,       "index",           "outcome", "miss")                 \
    X(PLACES_UNFIT,      "index",           "outcome", "unfit")                \
    X(PLACES_MISMATCH,   "index",           "outcome", "mismatch")             \
    X(PLACES_KEPT,       "index",           "outcome", "kept")                 \
    X(PLACES_REFUSED,    "index",           "outcome", "refused")

#define NGX_PZ_ENUM_STATUS(id, word)              NGX_PZ_STATUS_##id,
#define NGX_PZ_ENUM_LOOKUP(id, word)              NGX_PZ_LOOKUP_##id,
#define NGX_PZ_ENUM_EVENT(id, family, label, v)   NGX_PZ_EVENT_##id,

typedef enum { NGX_PZ_STATUSES(NGX_PZ_ENUM_STATUS) NGX_PZ_STATUS_LAST } ngx_pz_status_e;
typedef enum { NGX_PZ_LOOKUPS(NGX_PZ_ENUM_LOOKUP) NGX_PZ_LOOKUP_LAST } ngx_pz_lookup_e;
typedef enum { NGX_PZ_EVENTS(NGX_PZ_ENUM_EVENT) NGX_PZ_EVENT_LAST } ngx_pz_event_e;

/* The words, as nginx strings; and where an event is counted. */
ngx_str_t *ngx_pz_status_word(ngx_pz_status_e status);
ngx_str_t *ngx_pz_lookup_word(ngx_pz_lookup_e lookup);

typedef struct {
    const char *family;
    const char *label;
    const char *value;
} ngx_pz_event_name_t;

const ngx_pz_event_name_t *ngx_pz_event_name(ngx_pz_event_e event);

typedef struct {
    ngx_uint_t   layout;     /* of this struct: a zone of another layout starts anew */
    ngx_atomic_t statuses[NGX_PZ_STATUS_LAST];
    ngx_atomic_t lookups[NGX_PZ_LOOKUP_LAST];
    ngx_atomic_t events[NGX_PZ_EVENT_LAST];
    ngx_pz_histogram_t times[NGX_PZ_TIME_LAST];
} ngx_pz_counters_t;

/*
 * The zone "personalize_counters", made when the configuration is read; it
 * survives a reload with its counts.  NULL: the error has been logged.
 */
ngx_shm_zone_t *ngx_pz_counters_zone(ngx_conf_t *cf, void *tag);

/* The counters in it, once the cycle runs; never NULL then. */
ngx_pz_counters_t *ngx_pz_counters_of(ngx_shm_zone_t *zone);

#define ngx_pz_count(counter)  (void) ngx_atomic_fetch_add(&(counter), 1)

#endif
