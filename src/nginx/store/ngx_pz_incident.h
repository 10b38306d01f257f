/*
 * One log line an incident: the first of a kind is written, and more of the
 * same are counted until ten seconds have passed.
 */
#ifndef NGX_PZ_INCIDENT_H
#define NGX_PZ_INCIDENT_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "pz_str.h"

typedef enum {
    NGX_PZ_INCIDENT_CONNECT, NGX_PZ_INCIDENT_LOST, NGX_PZ_INCIDENT_PROTOCOL,
    NGX_PZ_INCIDENT_AUTH, NGX_PZ_INCIDENT_GREETING, NGX_PZ_INCIDENT_BUSY,
    NGX_PZ_INCIDENT_TIMEOUT, NGX_PZ_INCIDENT_HUNG, NGX_PZ_INCIDENT_TLS,
    NGX_PZ_INCIDENT_NAME, NGX_PZ_INCIDENT_SENTINEL, NGX_PZ_INCIDENT_ROLE,
    NGX_PZ_INCIDENT_CLUSTER, NGX_PZ_INCIDENT_TRACKING, NGX_PZ_INCIDENT_READY,
    NGX_PZ_INCIDENT_LAST
} ngx_pz_incident_e;

typedef struct {
    ngx_log_t   *log;
    pz_str_t     subject;      /* the URL as it may be shown */
    ngx_msec_t   at[NGX_PZ_INCIDENT_LAST];
    ngx_uint_t   seen[NGX_PZ_INCIDENT_LAST];
    ngx_uint_t   skipped[NGX_PZ_INCIDENT_LAST];
} ngx_pz_incidents_t;

/*
 * `what` is a literal of ours, `detail` (NULL: none) OpenSSL's: nothing that the
 * server said, which may repeat a secret.
 */
void ngx_pz_incident(ngx_pz_incidents_t *incidents, ngx_pz_incident_e kind,
    ngx_uint_t level, ngx_err_t err, const char *what, const ngx_str_t *detail);

#endif
